import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, test } from 'vitest';
import { deployedNetwork } from '../../../network/deployed.ts';
import { decodeModel } from '../../../network/onnx/model.ts';
import { withNodeMetadata } from '../../../network/onnx/node-metadata.ts';
import { ONNX_PROTO } from '../../../network/onnx/onnx.proto.ts';
import { writeOnnx } from '../../../network/onnx/write.ts';
import { seededNormals, seededWeights } from '../../../network/weights.ts';
import { importOnnxruntime } from '../../../profiler/engines/onnxruntime/ort-module.ts';
import { classifierSeeds, randomClassifier } from '../../support/random-classifier.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures/models/onnx');

/** onnx.proto with the field that IR version 10 brought. */
const MODEL = protobuf
  .parse(
    ONNX_PROTO.replace(
      'string domain = 7;',
      'string domain = 7; repeated StringStringEntryProto metadata_props = 9;',
    ),
  )
  .root.lookupType('onnx.ModelProto');

interface Decoded {
  graph: { node: { name?: string; metadataProps?: { key?: string; value?: string }[] }[] };
}
const decoded = (bytes: Uint8Array) => MODEL.toObject(MODEL.decode(bytes), { longs: Number }) as Decoded;

const said = (node: number) =>
  node % 3 === 2 ? null : { 'morphline.time': `${node} µs`, 'morphline.<&"': '' };

async function outputs(bytes: Uint8Array): Promise<Record<string, number[]>> {
  const ort = await importOnnxruntime();
  const session = await ort.InferenceSession.create(bytes, {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const feeds: Record<string, InstanceType<typeof ort.Tensor>> = {};
  session.inputMetadata.forEach((metadata) => {
    if (!metadata.isTensor) throw new Error('no tensor');
    const dims = metadata.shape.map((size) => (typeof size === 'number' && size > 0 ? size : 1));
    const count = dims.reduce((product, size) => product * size, 1);
    feeds[metadata.name] = new ort.Tensor('float32', seededNormals(metadata.name, count, 3), dims);
  });
  const result = await session.run(feeds);
  await session.release();
  return Object.fromEntries(
    Object.entries(result).map(([name, { data }]) => [name, Array.from(data as Float32Array, Number)]),
  );
}

describe('metadata on nodes', () => {
  test('stands at its nodes, and changes nothing of what the file computes', async () => {
    await fc.assert(
      fc.asyncProperty(classifierSeeds(), async (seed) => {
        const deployed = deployedNetwork(randomClassifier(seed, { batchNorm: true }));
        const bytes = writeOnnx(deployed, seededWeights(deployed, 1));
        const annotated = withNodeMetadata(bytes, said);
        const { graph } = decoded(annotated);
        graph.node.forEach(({ metadataProps = [] }, index) => {
          const entries = metadataProps.map(({ key, value = '' }) => [key, value]);
          expect(entries).toEqual(Object.entries(said(index) ?? {}));
        });
        expect(await outputs(annotated)).toEqual(await outputs(bytes));
      }),
      { numRuns: 8 },
    );
  });

  test('leaves all else of files as it was, byte for byte', () => {
    const files = readdirSync(FIXTURES).filter((name) => name.endsWith('.onnx'));
    expect(files.length).toBeGreaterThan(20);
    for (const name of files) {
      const bytes = readFileSync(join(FIXTURES, name));
      expect(
        Buffer.compare(
          withNodeMetadata(bytes, () => null),
          bytes,
        ),
        name,
      ).toBe(0);
      const annotated = withNodeMetadata(bytes, said);
      const [before, after] = [decoded(bytes), decoded(annotated)];
      for (const node of after.graph.node) delete node.metadataProps;
      for (const node of before.graph.node) delete node.metadataProps;
      expect(after, name).toEqual(before);
      const nodes = (of: Uint8Array) =>
        decodeModel(of, name).nodes.map(({ name: own, output }) => [own, output]);
      expect(nodes(annotated)).toEqual(nodes(bytes));
    }
  });

  test('is written over by a later profile, what others wrote stays', () => {
    const bytes = readFileSync(join(FIXTURES, 'one_convolution.onnx'));
    const first = withNodeMetadata(bytes, () => ({ 'morphline.time': '1 µs', theirs: 'x' }));
    const second = withNodeMetadata(first, () => ({ 'morphline.time': '2 µs' }));
    expect(decoded(second).graph.node[0]?.metadataProps?.map(({ key, value }) => [key, value])).toEqual([
      ['theirs', 'x'],
      ['morphline.time', '2 µs'],
    ]);
  });

  test('a file that breaks off is an error', () => {
    const bytes = readFileSync(join(FIXTURES, 'one_convolution.onnx'));
    expect(() => withNodeMetadata(bytes.subarray(0, bytes.length - 3), said)).toThrow('breaks off');
  });
});

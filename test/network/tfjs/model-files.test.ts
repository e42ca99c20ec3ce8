import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDevice } from '../../../calibration/open-device.ts';
import { latencyPredictor } from '../../../calibration/predict.ts';
import { loadLayersModel } from '../../../morphnet/load-model.ts';
import { planChannels } from '../../../network/channel-plan.ts';
import { openModelFile, readModelFile } from '../../../network/model-file.ts';
import type { Network } from '../../../network/network.ts';
import { inferShapes, type Shape } from '../../../network/shapes.ts';
import { seededNormals } from '../../../network/weights.ts';
import type { Engine } from '../../../profiler/engines/engine.ts';
import { engineNamed } from '../../../profiler/engines/registry.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { differenceOn, type Original } from '../onnx/agreement.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures/models/tfjs');
const MEASURED = join(
  import.meta.dirname,
  '../../../profiles/amd-epyc-onnxruntime-1-thread-inception-v2.json',
);
const BATCH = 2;
const FOLDERS = readdirSync(FIXTURES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const temporary = temporaryFolder();

interface ModelJson {
  modelTopology: { model_config?: unknown };
  weightsManifest: { paths: string[]; weights: tf.io.WeightsManifestEntry[] }[];
}
const jsonOf = (name: string) =>
  JSON.parse(readFileSync(join(FIXTURES, name, 'model.json'), 'utf8')) as ModelJson;

let engines: readonly Engine[];
beforeAll(async () => {
  await tf.setBackend('cpu');
  engines = [
    await engineNamed('wasm').open({ threads: 1 }),
    // Runs what `export` writes.
    await engineNamed('onnxruntime').open({ threads: 1 }),
  ];
});
afterAll(async () => {
  for (const engine of engines) await engine.close();
});

/** The model that tfjs itself makes of the file; what Keras 3 wrote it does not read. */
async function tfjsModel(name: string): Promise<tf.LayersModel> {
  if (name.startsWith('keras-3')) return loadLayersModel(join(FIXTURES, name, 'model.json'));
  const { modelTopology, weightsManifest } = jsonOf(name);
  const shards = weightsManifest.flatMap(({ paths }) => paths);
  const data = Buffer.concat(shards.map((shard) => readFileSync(join(FIXTURES, name, shard))));
  return tf.loadLayersModel(
    tf.io.fromMemory({
      modelTopology,
      weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
      weightData: Uint8Array.from(data).buffer,
    }),
  );
}

/** What tfjs itself makes of the file. */
async function runOriginal(name: string, network: Network): Promise<Original> {
  const model = await tfjsModel(name);
  const shapes = inferShapes(network);
  const inputs = new Map(
    network.layers
      .filter(({ kind }) => kind === 'input')
      .map((layer) => {
        const { height, width, channels } = shapes.get(layer.name) as Shape;
        return [layer.name, seededNormals(layer.name, BATCH * height * width * channels, 11)] as const;
      }),
  );
  const outputs = tf.tidy(() => {
    const fed = [...inputs].map(([layer, values]) => {
      const { height, width, channels } = shapes.get(layer) as Shape;
      return tf.tensor(values, [BATCH, height, width, channels]);
    });
    const results = [model.predict(fed)].flat();
    return results.map((tensor) => Float32Array.from(tensor.dataSync()));
  });
  return { batch: BATCH, inputs, outputs };
}

describe.each(FOLDERS)('%s', (name) => {
  const path = join(FIXTURES, name, 'model.json');

  test('computes what tfjs computes of it, on tfjs and exported to ONNX', async () => {
    const { network, weights } = readModelFile(path);
    const original = await runOriginal(name, network);
    for (const engine of engines)
      expect(await differenceOn(engine, network, weights, original)).toBeLessThan(1e-5);
  });

  test('has a latency on a datasheet device and on a measured one', () => {
    const plan = planChannels(readModelFile(path).network);
    for (const device of ['p100', MEASURED]) {
      const prediction = latencyPredictor(plan, openDevice(device), { batch: 1 }).detail(plan.fullWidths);
      expect(prediction.latencyUs).toBeGreaterThan(0);
      expect(prediction.flops).toBeGreaterThan(0);
    }
  });

  test('is read without weights, wrapped by Keras or bare', () => {
    const { network } = readModelFile(path);
    const { modelTopology } = jsonOf(name);
    const bare = modelTopology.model_config ?? modelTopology;
    for (const [index, content] of [
      { modelTopology: bare },
      { modelTopology: { model_config: bare }, weightsManifest: [] },
      bare,
      { model_config: bare },
    ].entries()) {
      const file = join(temporary, `${name}-${index}.json`);
      writeFileSync(file, JSON.stringify(content));
      const opened = openModelFile(file);
      expect(opened.network).toEqual(network);
      expect(opened.weights).toBeUndefined();
      expect(() => readModelFile(file)).toThrow(/with no weightsManifest/);
    }
  });
});

test('a model.json that was cut off, and shards that are missing or short, are named', () => {
  const source = join(FIXTURES, 'keras-2');
  for (const file of readdirSync(source)) copyFileSync(join(source, file), join(temporary, file));
  const path = join(temporary, 'model.json');
  const shard = join(temporary, 'group1-shard2of2.bin');
  truncateSync(shard, 615);
  expect(() => openModelFile(path)).toThrow(
    /group1-shard2of2\.bin of 1615 bytes; expected 1616 bytes of weights/,
  );
  rmSync(shard);
  expect(() => openModelFile(path)).toThrow(/no file .*group1-shard2of2\.bin/);
  truncateSync(path, 1000);
  expect(() => openModelFile(path)).toThrow(/model\.json: .*JSON.* at position 1000/);
});

test('weights are those that the file had when it was opened', () => {
  const source = join(FIXTURES, 'nested');
  for (const file of readdirSync(source)) copyFileSync(join(source, file), join(temporary, file));
  const { weights } = readModelFile(join(temporary, 'model.json'));
  truncateSync(join(temporary, 'group1-shard1of1.bin'), 8);
  expect(() => weights.get('logits/kernel')).toThrow(/which was changed while it was read/);
});

test("a weight file outside the model's folder is refused", () => {
  const source = join(FIXTURES, 'nested');
  const folder = join(temporary, 'inner');
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(source, 'group1-shard1of1.bin'), join(temporary, 'outside.bin'));
  const json = readFileSync(join(source, 'model.json'), 'utf8');
  for (const path of ['../outside.bin', 'a/../../outside.bin', join(temporary, 'outside.bin')]) {
    writeFileSync(join(folder, 'model.json'), json.replace('group1-shard1of1.bin', path));
    expect(() => openModelFile(join(folder, 'model.json'))).toThrow(
      `got a model.json with weights in '${path}'; expected files in its own folder; put the weights beside`,
    );
  }
  // A folder is no file of weights.
  writeFileSync(join(folder, 'model.json'), json.replace('group1-shard1of1.bin', '.'));
  expect(() => openModelFile(join(folder, 'model.json'))).toThrow(
    /expected a file of weights that can be read/,
  );
});

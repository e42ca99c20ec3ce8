import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { expect, test } from 'vitest';
import { deployedNetwork } from '../../network/deployed.ts';
import { modelFileBytes, weightFiles } from '../../network/model-file-parts.ts';
import { exportedBytes } from '../../network/onnx/exported-bytes.ts';
import { ONNX_PROTO } from '../../network/onnx/onnx.proto.ts';
import { writeOnnx } from '../../network/onnx/write.ts';
import { seededWeights } from '../../network/weights.ts';
import { zooNetwork } from '../../network/zoo/index.ts';
import { randomClassifier } from '../support/random-classifier.ts';
import { temporaryFolder } from '../support/temporary.ts';

const folder = temporaryFolder();
const MODELS = join(import.meta.dirname, '..', 'fixtures', 'models');

test('a layers model is its model.json and its shards', () => {
  const path = join(MODELS, 'tfjs', 'keras-2', 'model.json');
  const shards = ['group1-shard1of2.bin', 'group1-shard2of2.bin'];
  expect(weightFiles(path, readFileSync(path))).toEqual(shards);
  const sizes = ['model.json', ...shards].map((name) => statSync(join(MODELS, 'tfjs', 'keras-2', name)).size);
  expect(modelFileBytes(path)).toBe(sizes.reduce((sum, size) => sum + size, 0));
});

test('an ONNX file is itself where its weights are in it', () => {
  const path = join(MODELS, 'onnx', 'squeeze_excite.onnx');
  expect(modelFileBytes(path)).toBe(statSync(path).size);
});

test('and its external data, each file once, none from outside of its folder', () => {
  const model = protobuf.parse(ONNX_PROTO).root.lookupType('onnx.ModelProto');
  const tensor = (name: string, location: string) => ({
    name,
    dims: [4],
    dataType: 1,
    dataLocation: 1,
    externalData: [{ key: 'location', value: location }],
  });
  const path = join(folder, 'external.onnx');
  const bytes = model
    .encode(
      model.fromObject({
        irVersion: 8,
        opsetImport: [{ domain: '', version: 17 }],
        graph: {
          name: 'g',
          node: [{ opType: 'Relu', name: 'r', input: ['x'], output: ['y'] }],
          initializer: [
            tensor('a', 'w.bin'),
            tensor('b', 'w.bin'),
            tensor('c', '../secret'),
            tensor('d', '/etc/passwd'),
          ],
        },
      }),
    )
    .finish();
  writeFileSync(path, bytes);
  writeFileSync(join(folder, 'w.bin'), new Uint8Array(100));
  expect(weightFiles(path, bytes)).toEqual(['w.bin']);
  expect(modelFileBytes(path)).toBe(bytes.length + 100);
});

test.each([
  zooNetwork('mobilenet-v1-32'),
  randomClassifier(3, { batchNorm: true }),
  randomClassifier(8, { batchNorm: false }),
])('an export of $name has the length foretold', (network) => {
  const deployed = deployedNetwork(network);
  for (const batch of [1, 300])
    expect(exportedBytes(network, batch)).toBe(writeOnnx(deployed, seededWeights(deployed, 1), batch).length);
});

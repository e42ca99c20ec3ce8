import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { ProbabilisticGate } from '../../../morphnet/probabilistic-gate.ts';
import { deployedNetwork, deployedWeights } from '../../../network/deployed.ts';
import { halfToFloat } from '../../../network/half-float.ts';
import { type LayersModelFile, readLayersModelFile } from '../../../network/tfjs/read-layers-model-file.ts';
import { weightShapes } from '../../../network/weights.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { expectAgreement, fillWeights } from './agreement.ts';
import { changeModel, type SavedModel, type SavedWeight, saveModel } from './saved-model.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const { layers } = tf;
type Tensor = tf.SymbolicTensor;
const root = temporaryFolder();
const newFolder = () => mkdtempSync(join(root, 'model-'));

/** Every part that a weight can have, and a `conv` in the model as in one within. */
function everyWeight(): tf.LayersModel {
  const inner = tf.sequential({
    name: 'inner',
    layers: [
      layers.inputLayer({ inputShape: [8, 8, 4] }),
      layers.conv2d({ name: 'inner_conv', filters: 3, kernelSize: 1 }),
    ],
  });
  const image = tf.input({ shape: [8, 8, 3], name: 'image' });
  const chain = [
    layers.conv2d({ name: 'conv', filters: 4, kernelSize: 3, padding: 'same', activation: 'relu' }),
    inner as unknown as tf.layers.Layer,
    layers.batchNormalization({ name: 'norm' }),
    layers.batchNormalization({ name: 'plain_norm', center: false, scale: false }),
    new ProbabilisticGate({ name: 'gate' }),
    layers.depthwiseConv2d({ name: 'depthwise', kernelSize: 3 }),
    layers.separableConv2d({ name: 'separable', kernelSize: 3, filters: 5 }),
    layers.conv2dTranspose({ name: 'transposed', kernelSize: 2, strides: 2, filters: 3 }),
    layers.dense({ name: 'pixelwise', units: 4, activation: 'tanh' }),
    layers.flatten(),
    layers.dense({ name: 'logits', units: 3 }),
  ];
  const logits = chain.reduce((tensor, layer) => layer.apply(tensor) as Tensor, image);
  return tf.model({ inputs: image, outputs: logits, name: 'every-weight' });
}

async function savedEveryWeight(): Promise<{ model: tf.LayersModel; path: string; folder: string }> {
  const model = everyWeight();
  fillWeights(tf, model, 4);
  const folder = newFolder();
  return { model, path: await saveModel(tf, model, folder), folder };
}

function expectComplete({ network, weights }: LayersModelFile): void {
  expect([...weights].map(([name, { length }]) => [name, length])).toEqual(
    weightShapes(network).map(({ name, shape }) => [name, shape.reduce((a, b) => a * b, 1)]),
  );
}

describe('a saved model', () => {
  test('computes what it computed', async () => {
    const { model, path } = await savedEveryWeight();
    const file = readLayersModelFile(path);
    expectComplete(file);
    expectAgreement(tf, model, file.network, file.weights);
    expect(file.network.name).toBe('every-weight');
    expect(file.weights.get('plain_norm/beta')).toEqual(new Float32Array(3));
  });

  test('computes the same deployed, without gates and their logits', async () => {
    const { model, path } = await savedEveryWeight();
    const { network, weights } = readLayersModelFile(path);
    const [deployed, folded] = [deployedNetwork(network), deployedWeights(network, weights)];
    expectAgreement(tf, model, deployed, folded);
    expect([...folded.keys()].sort()).toEqual(
      weightShapes(deployed)
        .map(({ name }) => name)
        .sort(),
    );
  });

  test('may be in several files, cut anywhere', async () => {
    const { model, path, folder } = await savedEveryWeight();
    const bytes = readFileSync(join(folder, 'weights.bin'));
    mkdirSync(join(folder, 'shards'));
    const paths = [0, 1001, 1002].map((from, index, cuts) => {
      const shard = `shards/${index}.bin`;
      writeFileSync(join(folder, shard), bytes.subarray(from, cuts[index + 1]));
      return shard;
    });
    rmSync(join(folder, 'weights.bin'));
    changeModel(path, ({ weightsManifest: [group] }) => Object.assign(group ?? {}, { paths }));
    const { network, weights } = readLayersModelFile(path);
    expectAgreement(tf, model, network, weights);
  });

  test('may have an optimizer, whose weights are passed over', async () => {
    const { model, path, folder } = await savedEveryWeight();
    const bytes = readFileSync(join(folder, 'weights.bin'));
    writeFileSync(join(folder, 'weights.bin'), Buffer.concat([Buffer.alloc(7), bytes]));
    changeModel(path, ({ weightsManifest: [group] }) =>
      group?.weights.unshift(
        { name: 'iteration', shape: [], dtype: 'int32', group: 'optimizer' },
        { name: 'flags', shape: [3], dtype: 'bool', group: 'optimizer' },
      ),
    );
    const { network, weights } = readLayersModelFile(path);
    expectAgreement(tf, model, network, weights);
  });

  test('of Keras computes what tfjs makes of it', async () => {
    const folder = join(import.meta.dirname, '../../fixtures/models/tfjs/keras-2');
    const { modelTopology, weightsManifest } = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'));
    const shards = weightsManifest[0].paths.map((shard: string) => readFileSync(join(folder, shard)));
    const weightData = Uint8Array.from(Buffer.concat(shards)).buffer;
    const weightSpecs = weightsManifest[0].weights;
    const model = await tf.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData }));
    const { network, weights } = readLayersModelFile(join(folder, 'model.json'));
    expectAgreement(tf, model, network, weights);
    expect(network.name).toBe('tiny_mobilenet');
    expect(network.layers.map(({ name, kind }) => `${name}: ${kind}`)).toEqual([
      'input_1: input',
      'Conv1_pad: pad',
      'Conv1: conv2d',
      'bn_Conv1: batch-norm',
      'Conv1_relu: activation',
      'expanded_conv_depthwise: depthwise-conv2d',
      'expanded_conv_depthwise_BN: batch-norm',
      'expanded_conv_depthwise_relu: activation',
      'expanded_conv_project: conv2d',
      'expanded_conv_project_BN: batch-norm',
      'expanded_conv_add: add',
      'se_squeeze: global-avg-pool',
      'se_reduce: conv2d',
      'se_reduce/relu: activation',
      'se_expand: conv2d',
      'se_expand/sigmoid: activation',
      'se_excite: multiply',
      'global_average_pooling2d: global-avg-pool',
      'dropout: dropout',
      'predictions: dense',
      'predictions/softmax: softmax',
    ]);
  });
});

/** Values of a weight, and what a file has of them. */
function quantized(spec: SavedWeight, values: Float32Array, dtype: 'uint8' | 'uint16' | 'float16'): Buffer {
  if (dtype === 'float16') {
    spec.quantization = { dtype };
    const halves = Array.from({ length: 2 ** 16 }, (_, bits) => [halfToFloat(bits), bits] as const)
      .filter(([value]) => Number.isFinite(value))
      .sort(([a], [b]) => a - b);
    const nearest = (value: number) => {
      const above = halves.findIndex(([half]) => half >= value);
      return halves[above]?.[1] ?? 0;
    };
    return Buffer.from(Uint16Array.from(values, nearest).buffer);
  }
  const min = Math.min(...values);
  const levels = dtype === 'uint8' ? 255 : 65_535;
  const scale = (Math.max(...values) - min) / levels || 1;
  spec.quantization = { dtype, min, scale };
  const stored = Array.from(values, (value) => Math.round((value - min) / scale));
  return dtype === 'uint8' ? Buffer.from(stored) : Buffer.from(Uint16Array.from(stored).buffer);
}

describe('quantized weights', () => {
  // Half a step of the largest range, which is about 6; the spacing of halves near 3.
  test.each([
    ['uint8', 0.02],
    ['uint16', 1e-4],
    ['float16', 2e-3],
  ] as const)('of %s come back within %f', async (dtype, tolerance) => {
    const { path, folder } = await savedEveryWeight();
    // All values, before the file is written anew.
    const before = new Map(readLayersModelFile(path).weights);
    const bytes = Uint8Array.from(readFileSync(join(folder, 'weights.bin')));
    changeModel(path, ({ weightsManifest: [group] }) => {
      let at = 0;
      const stored = (group?.weights ?? []).map((spec) => {
        const size = spec.shape.reduce((a, b) => a * b, 1);
        const values = new Float32Array(bytes.buffer, at, size);
        at += 4 * size;
        return quantized(spec, values, dtype);
      });
      writeFileSync(join(folder, 'weights.bin'), Buffer.concat(stored));
    });
    const after = readLayersModelFile(path).weights;
    for (const [name, values] of before) {
      const largest = values.reduce(
        (most, value, i) => Math.max(most, Math.abs(value - (after.get(name)?.[i] as number))),
        0,
      );
      expect(largest, name).toBeLessThan(tolerance);
    }
  });

  test('halves of every kind', () => {
    const bits = [0x3c00, 0xc000, 0x3555, 0x7bff, 0x0001, 0x0400, 0x7c00, 0xfc00, 0x8000];
    expect(bits.map(halfToFloat)).toEqual([
      1,
      -2,
      0.333251953125,
      65_504,
      2 ** -24,
      2 ** -14,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      -0,
    ]);
    expect(halfToFloat(0x7e00)).toBeNaN();
  });
});

describe('a broken file says how', () => {
  const messageOf = (path: string) => {
    try {
      readLayersModelFile(path);
    } catch (error) {
      expect(error).toHaveProperty('name', 'UserError');
      return (error as Error).message;
    }
    return 'no error';
  };

  test('missing or truncated weights, with both numbers of bytes', async () => {
    const { path, folder } = await savedEveryWeight();
    const weights = join(folder, 'weights.bin');
    const { length } = readFileSync(weights);
    const fix = 'copy all files of the model into one folder again';
    truncateSync(weights, 100);
    expect(messageOf(path)).toBe(`got ${weights} of 100 bytes; expected ${length} bytes of weights; ${fix}`);
    writeFileSync(weights, Buffer.alloc(length + 4));
    expect(messageOf(path)).toContain(`got ${weights} of ${length + 4} bytes; expected ${length} bytes`);
    rmSync(weights);
    expect(messageOf(path)).toBe(`got no file ${weights}; expected ${length} bytes of weights; ${fix}`);
  });

  const weightOf = (model: SavedModel, name: string) =>
    model.weightsManifest[0]?.weights.find((weight) => weight.name === name) as SavedWeight;

  test.each<[string, (model: SavedModel) => void, string]>([
    [
      'a weight of another type',
      (model) => Object.assign(weightOf(model, 'conv/bias'), { dtype: 'int32' }),
      'got weight conv/bias of type int32; expected float32, as it is or quantized to float16, uint16 or uint8',
    ],
    [
      'a weight of text',
      (model) => Object.assign(weightOf(model, 'conv/bias'), { dtype: 'string' }),
      'got weight conv/bias of type string; expected float32',
    ],
    [
      'a weight of another name',
      (model) => Object.assign(weightOf(model, 'norm/gamma'), { name: 'norm/delta' }),
      'with no weight norm/gamma; expected one of [3]',
    ],
    [
      'a weight of another shape',
      (model) => Object.assign(weightOf(model, 'conv/kernel'), { shape: [3, 3, 4, 3] }),
      'with weight conv/kernel of [3,3,4,3]; expected [3,3,3,4]',
    ],
    [
      'a weight of no layer',
      (model) =>
        model.weightsManifest.push({
          paths: ['empty.bin'],
          weights: [{ name: 'else/bias', shape: [0], dtype: 'float32' }],
        }),
      'with weight else/bias; expected weights of its layers alone',
    ],
    [
      'two weights of one name',
      (model) => Object.assign(weightOf(model, 'norm/gamma'), { name: 'norm/beta' }),
      'with two weights norm/beta; expected one of each name',
    ],
    [
      'no list of weights',
      (model) => Object.assign(model, { weightsManifest: undefined }),
      'with no weightsManifest; expected the model.json of a layers model',
    ],
    [
      'a quantization without scale',
      (model) => Object.assign(weightOf(model, 'conv/bias'), { quantization: { dtype: 'uint8', min: 0 } }),
      'quantization.scale: Invalid input: expected number',
    ],
    ['no topology', (model) => Object.assign(model, { modelTopology: undefined }), 'got a layers model with'],
  ])('%s', async (_, change, message) => {
    const { path, folder } = await savedEveryWeight();
    writeFileSync(join(folder, 'empty.bin'), '');
    changeModel(path, change);
    expect(messageOf(path)).toContain(message);
  });

  test('no JSON', () => {
    const path = join(newFolder(), 'model.json');
    expect(messageOf(path)).toMatch(
      /^got .*model\.json: ENOENT.*; expected the model\.json of a layers model; save/,
    );
    writeFileSync(path, '{');
    expect(messageOf(path)).toContain(path);
  });
});

describe('weights within models', () => {
  const nested = () => {
    const inner = tf.sequential({
      name: 'inner',
      layers: [
        layers.conv2d({ name: 'conv', inputShape: [4, 4, 3], filters: 3, kernelSize: 1, useBias: false }),
      ],
    });
    return tf.sequential({
      layers: [
        layers.conv2d({ name: 'conv', inputShape: [4, 4, 3], filters: 3, kernelSize: 1, useBias: false }),
        inner,
      ],
    });
  };

  test('have the name of their model before them where another has theirs', async () => {
    const model = nested();
    fillWeights(tf, model, 1);
    const path = await saveModel(tf, model, newFolder());
    // tfjs saves both under one name, and could not load them.
    changeModel(path, ({ weightsManifest: [group] }) =>
      Object.assign(group?.weights[1] ?? {}, { name: 'inner/conv/kernel' }),
    );
    const { network, weights } = readLayersModelFile(path);
    expectAgreement(tf, model, network, weights);
  });

  test('of one name are not told apart', async () => {
    const path = await saveModel(tf, nested(), newFolder());
    expect(() => readLayersModelFile(path)).toThrow(
      'with two weights conv/kernel; expected one of each name',
    );
  });

  test("may have a cell's name within, as TensorFlow 2.2 writes", async () => {
    const { model, path } = await savedEveryWeight();
    changeModel(path, ({ weightsManifest: [group] }) => {
      for (const weight of group?.weights ?? []) weight.name = weight.name.replace('conv/', 'conv/cell/');
    });
    const { network, weights } = readLayersModelFile(path);
    expectAgreement(tf, model, network, weights);
  });
});

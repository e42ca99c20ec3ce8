import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { inferShapes } from '../../../network/shapes.ts';
import { readLayersModel } from '../../../network/tfjs/read-layers-model.ts';
import { readAgreeing } from './agreement.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const { layers } = tf;

/** A model of one input and the layers behind it. */
function chain(shape: number[], ...behind: tf.layers.Layer[]): tf.LayersModel {
  const input = tf.input({ shape, name: 'image' });
  const output = behind.reduce((tensor, layer) => layer.apply(tensor) as tf.SymbolicTensor, input);
  return tf.model({ inputs: input, outputs: output, name: 'chain' });
}

function kinds(reading: ReturnType<typeof readLayersModel>): string[] {
  return reading.network.layers.map(({ name, kind }) => `${name}: ${kind}`);
}

describe('a layer is read as what computes the same', () => {
  const cases: [string, () => tf.LayersModel, string[]][] = [
    [
      'Conv2D with bias and activation, strided',
      () =>
        chain(
          [7, 8, 3],
          layers.conv2d({
            name: 'c',
            filters: 5,
            kernelSize: [3, 2],
            strides: [2, 1],
            padding: 'same',
            activation: 'tanh',
          }),
        ),
      ['c: conv2d', 'c/tanh: activation'],
    ],
    [
      'Conv2D, dilated, without bias',
      () =>
        chain(
          [9, 8, 3],
          layers.conv2d({
            name: 'c',
            filters: 4,
            kernelSize: 3,
            dilationRate: [2, 1],
            useBias: false,
            activation: 'relu',
          }),
        ),
      ['c: conv2d', 'c/relu: activation'],
    ],
    [
      'Conv2DTranspose, valid',
      () =>
        chain(
          [4, 3, 3],
          layers.conv2dTranspose({
            name: 't',
            filters: 4,
            kernelSize: 3,
            strides: 2,
            padding: 'valid',
            activation: 'sigmoid',
          }),
        ),
      ['t: conv2d-transpose', 't/sigmoid: activation'],
    ],
    [
      'Conv2DTranspose, same',
      () =>
        chain(
          [4, 3, 3],
          layers.conv2dTranspose({
            name: 't',
            filters: 4,
            kernelSize: [2, 3],
            strides: [3, 2],
            padding: 'same',
          }),
        ),
      ['t: conv2d-transpose'],
    ],
    [
      'DepthwiseConv2D',
      () =>
        chain(
          [7, 7, 3],
          layers.depthwiseConv2d({
            name: 'd',
            kernelSize: 3,
            depthMultiplier: 2,
            strides: 2,
            padding: 'same',
            activation: 'relu6',
          }),
        ),
      ['d: depthwise-conv2d', 'd/relu6: activation'],
    ],
    [
      'SeparableConv2D',
      () =>
        chain(
          [8, 7, 3],
          layers.separableConv2d({
            name: 's',
            filters: 5,
            kernelSize: 3,
            strides: 2,
            padding: 'same',
            activation: 'relu',
          }),
        ),
      ['s/depthwise: depthwise-conv2d', 's: conv2d', 's/relu: activation'],
    ],
    [
      'SeparableConv2D, dilated, without bias',
      () =>
        chain(
          [8, 7, 3],
          layers.separableConv2d({ name: 's', filters: 5, kernelSize: 3, dilationRate: 2, useBias: false }),
        ),
      ['s/depthwise: depthwise-conv2d', 's: conv2d'],
    ],
    [
      'Dense on a map',
      () => chain([3, 4, 5], layers.dense({ name: 'd', units: 6, activation: 'softmax' })),
      ['d: conv2d', 'd/softmax: softmax'],
    ],
    [
      'Flatten and Dense',
      () =>
        chain(
          [3, 4, 2],
          layers.flatten({ name: 'f' }),
          layers.dense({ name: 'd', units: 6, useBias: false }),
        ),
      ['f: flatten', 'd: dense'],
    ],
    [
      'a flat input',
      () => chain([6], layers.dense({ name: 'd', units: 4, activation: 'relu' })),
      ['image/flatten: flatten', 'd: dense', 'd/relu: activation'],
    ],
    [
      'BatchNormalization',
      () => chain([4, 4, 3], layers.batchNormalization({ name: 'b', epsilon: 0.01 })),
      ['b: batch-norm'],
    ],
    [
      'BatchNormalization without scale',
      () => chain([4, 4, 3], layers.batchNormalization({ name: 'b', scale: false, axis: 3 })),
      ['b: batch-norm'],
    ],
    [
      'BatchNormalization without center',
      () => chain([4, 4, 3], layers.batchNormalization({ name: 'b', center: false })),
      ['b: batch-norm'],
    ],
    [
      'activations of their own',
      () =>
        chain(
          [4, 4, 3],
          layers.activation({ name: 'a', activation: 'tanh' }),
          layers.reLU({ name: 'r' }),
          layers.reLU({ name: 'r6', maxValue: 6 }),
          layers.activation({ name: 'l', activation: 'linear' }),
          layers.activation({ name: 's', activation: 'softmax' }),
        ),
      ['a: activation', 'r: activation', 'r6: activation', 's: softmax'],
    ],
    ['Softmax', () => chain([5], layers.softmax({ name: 's' })), ['image/flatten: flatten', 's: softmax']],
    ['Softmax on a map', () => chain([2, 2, 5], layers.softmax({ name: 's', axis: -1 })), ['s: softmax']],
    [
      'pools',
      () =>
        chain(
          [9, 8, 3],
          layers.maxPooling2d({ name: 'm', poolSize: [3, 2], strides: [2, 1], padding: 'same' }),
          layers.averagePooling2d({ name: 'a', poolSize: 2, strides: 1, padding: 'same' }),
          layers.averagePooling2d({ name: 'd', poolSize: [2, 3] }),
        ),
      ['m: max-pool', 'a: avg-pool', 'd: avg-pool'],
    ],
    [
      'GlobalAveragePooling2D',
      () =>
        chain([4, 5, 3], layers.globalAveragePooling2d({ name: 'g' }), layers.dense({ name: 'd', units: 2 })),
      ['g: global-avg-pool', 'd: dense'],
    ],
    [
      'ZeroPadding2D',
      () =>
        chain(
          [3, 4, 2],
          layers.zeroPadding2d({
            name: 'p',
            padding: [
              [1, 2],
              [0, 3],
            ],
          }),
        ),
      ['p: pad'],
    ],
    [
      'UpSampling2D',
      () => chain([3, 4, 2], layers.upSampling2d({ name: 'u', size: [2, 3] })),
      ['u: upsample'],
    ],
    [
      'noise of training',
      () =>
        chain(
          [3, 4, 2],
          layers.dropout({ name: 'd', rate: 0.3 }),
          layers.gaussianDropout({ name: 'g', rate: 0.2 }),
          layers.alphaDropout({ name: 'a', rate: 0.1 }),
          layers.gaussianNoise({ name: 'n', stddev: 2 }),
        ),
      ['d: dropout', 'g: dropout', 'a: dropout', 'n: dropout'],
    ],
    [
      'Reshape to the same shape, and to a vector',
      () =>
        chain(
          [2, 3, 4],
          layers.reshape({ name: 'r', targetShape: [2, 3, 4] }),
          layers.conv2d({ name: 'c', filters: 2, kernelSize: 1 }),
          layers.reshape({ name: 'v', targetShape: [-1] }),
          layers.reshape({ name: 'w', targetShape: [12] }),
          layers.dense({ name: 'd', units: 3 }),
        ),
      ['c: conv2d', 'v: flatten', 'd: dense'],
    ],
    [
      'Reshape to a map of one pixel behind a global pooling',
      () =>
        chain(
          [2, 3, 4],
          layers.globalAveragePooling2d({ name: 'g' }),
          layers.dropout({ name: 'o', rate: 0.1 }),
          layers.reshape({ name: 'r', targetShape: [1, 1, 4] }),
          layers.conv2d({ name: 'c', filters: 5, kernelSize: 1 }),
          layers.reshape({ name: 'v', targetShape: [5] }),
        ),
      ['g: global-avg-pool', 'o: dropout', 'c: conv2d', 'v: flatten'],
    ],
  ];

  test.each(cases)('%s', (_, make, expected) => {
    const reading = readAgreeing(tf, make());
    expect(kinds(reading)).toEqual(['image: input', ...expected]);
    expect(reading.network.name).toBe('chain');
  });

  test('SeparableConv2D with a depth multiplier, which Keras saves and tfjs forgets', () => {
    const model = chain(
      [8, 7, 3],
      layers.separableConv2d({ name: 's', filters: 5, kernelSize: 3, depthMultiplier: 2 }),
    );
    const topology = model.toJSON(null, false) as unknown as { config: { layers: { config: object }[] } };
    Object.assign(topology.config.layers[1]?.config ?? {}, { depth_multiplier: 2 });
    const reading = readAgreeing(tf, model, topology);
    expect(reading.network.layers[1]).toMatchObject({ kind: 'depthwise-conv2d', multiplier: 2 });
  });

  test('joins', () => {
    const input = tf.input({ shape: [4, 4, 3], name: 'image' });
    const convolved = (name: string, filters: number) =>
      layers.conv2d({ name, filters, kernelSize: 1 }).apply(input) as tf.SymbolicTensor;
    const [a, b] = [convolved('a', 4), convolved('b', 4)];
    const sum = layers.add({ name: 'sum' }).apply([a, b]) as tf.SymbolicTensor;
    const pooled = layers.globalAveragePooling2d({ name: 'pooled' }).apply(sum) as tf.SymbolicTensor;
    const gates = layers.dense({ name: 'gates', units: 4, activation: 'sigmoid' }).apply(pooled);
    const scaled = layers.multiply({ name: 'scaled' }).apply([sum, gates as tf.SymbolicTensor]);
    const product = layers.multiply({ name: 'product' }).apply([a, b, sum]);
    const joined = layers
      .concatenate({ name: 'joined' })
      .apply([scaled as tf.SymbolicTensor, product as tf.SymbolicTensor, convolved('c', 2)]);
    const reading = readAgreeing(tf, tf.model({ inputs: input, outputs: joined as tf.SymbolicTensor }));
    expect(inferShapes(reading.network).get('joined')?.channels).toBe(10);
  });

  test('β of a batch norm without center is known to be zeros', () => {
    const reading = readLayersModel(
      chain([4, 4, 3], layers.batchNormalization({ name: 'b', center: false })).toJSON(null, false),
    );
    expect([...reading.zeros]).toEqual(['b/beta']);
    expect([...reading.weights.keys()]).toEqual(['b/gamma', 'b/moving_mean', 'b/moving_variance']);
  });

  test('every weight has its source, every layer its owner', () => {
    const separable = layers.separableConv2d({ name: 's', filters: 2, kernelSize: 3, activation: 'relu' });
    const { weights, owners } = readLayersModel(chain([4, 4, 3], separable).toJSON(null, false));
    expect([...weights]).toEqual([
      ['s/depthwise/kernel', { within: [], layer: 's', part: 'depthwise_kernel' }],
      ['s/kernel', { within: [], layer: 's', part: 'pointwise_kernel' }],
      ['s/bias', { within: [], layer: 's', part: 'bias' }],
    ]);
    expect([...owners]).toEqual([
      ['image', 'image'],
      ['s/depthwise', 's'],
      ['s', 's'],
      ['s/relu', 's'],
    ]);
  });
});

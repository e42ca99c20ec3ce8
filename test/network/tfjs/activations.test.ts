import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import '../../../morphnet/keras-classes.ts';
import { readLayersModel } from '../../../network/tfjs/read-layers-model.ts';
import { readAgreeing } from './agreement.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const { layers } = tf;
type Tensor = tf.SymbolicTensor;
type Name = Parameters<typeof layers.activation>[0]['activation'];

/** image → x. */
function behind(layer: tf.layers.Layer): tf.LayersModel {
  const image = tf.input({ shape: [5, 4, 6], name: 'image' });
  return tf.model({ inputs: image, outputs: layer.apply(image) as Tensor });
}

describe('layers that are an activation', () => {
  test.each<[string, tf.layers.Layer, object]>([
    ['LeakyReLU', layers.leakyReLU({ name: 'x', alpha: 0.1 }), { activation: 'leaky-relu', slope: 0.1 }],
    ["LeakyReLU of Keras's slope", layers.leakyReLU({ name: 'x' }), { activation: 'leaky-relu', slope: 0.3 }],
    ['ELU', layers.elu({ name: 'x' }), { activation: 'elu' }],
    [
      'ReLU of another top',
      layers.reLU({ name: 'x', maxValue: 1 }),
      { activation: 'clip', least: 0, most: 1 },
    ],
    ['PReLU', layers.prelu({ name: 'x', sharedAxes: [1, 2] }), { kind: 'prelu' }],
  ])('%s', (_, layer, expected) => {
    const { network } = readAgreeing(tf, behind(layer));
    expect(network.layers[1]).toEqual({ kind: 'activation', name: 'x', inputs: ['image'], ...expected });
  });

  test('PReLU on a vector has a slope for each channel by itself', () => {
    const image = tf.input({ shape: [6], name: 'image' });
    const out = layers.prelu({ name: 'x' }).apply(image) as Tensor;
    const reading = readAgreeing(tf, tf.model({ inputs: image, outputs: out }));
    expect(reading.weights.get('x/slope')).toEqual({ within: [], layer: 'x', part: 'alpha' });
  });

  test("ReLU with Keras's negative slope is leaky", () => {
    const topology = JSON.parse(JSON.stringify(behind(layers.reLU({ name: 'x' })).toJSON(null, false)));
    Object.assign(topology.config.layers[1].config, { negative_slope: 0.2 });
    expect(readLayersModel(topology).network.layers[1]).toMatchObject({
      activation: 'leaky-relu',
      slope: 0.2,
    });
  });

  test('a slope that numpy had is a number', () => {
    const topology = JSON.parse(JSON.stringify(behind(layers.leakyReLU({ name: 'x' })).toJSON(null, false)));
    Object.assign(topology.config.layers[1].config, { alpha: { type: 'ndarray', value: 0.25 } });
    expect(readLayersModel(topology).network.layers[1]).toMatchObject({ slope: 0.25 });
  });
});

describe('activations by name', () => {
  const NAMES: readonly [string, object][] = [
    ['elu', { activation: 'elu' }],
    ['gelu', { activation: 'gelu' }],
    ['swish', { activation: 'swish' }],
    ['silu', { activation: 'swish' }],
    ['selu', { activation: 'selu' }],
    ['mish', { activation: 'mish' }],
    ['softplus', { activation: 'softplus' }],
    ['gelu_new', { activation: 'gelu-tanh' }],
    ['geluNew', { activation: 'gelu-tanh' }],
    ['hardSigmoid', { activation: 'hard-sigmoid', slope: 0.2 }],
    ['hardSigmoidSixth', { activation: 'hard-sigmoid' }],
    ['hardSwish', { activation: 'hard-swish' }],
    ['hardSilu', { activation: 'hard-swish' }],
    ['leakyRelu', { activation: 'leaky-relu', slope: 0.2 }],
  ];

  test.each(NAMES)('%s, as a layer', (name, expected) => {
    const layer = layers.activation({ name: 'x', activation: name as Name });
    const { network } = readAgreeing(tf, behind(layer));
    expect(network.layers[1]).toEqual({ kind: 'activation', name: 'x', inputs: ['image'], ...expected });
  });

  test.each(NAMES)('%s, within a convolution', (name, expected) => {
    const layer = layers.conv2d({ name: 'x', filters: 3, kernelSize: 3, activation: name as Name });
    const { network } = readAgreeing(tf, behind(layer));
    const { activation } = expected as { activation: string };
    expect(network.layers[2]).toEqual({
      kind: 'activation',
      name: `x/${activation}`,
      inputs: ['x'],
      ...expected,
    });
  });
});

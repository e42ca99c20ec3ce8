import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { readLayersModel } from '../../../network/tfjs/read-layers-model.ts';
import { readAgreeing } from './agreement.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const { layers } = tf;
type Tensor = tf.SymbolicTensor;

const namesOf = ({ network }: ReturnType<typeof readLayersModel>) => network.layers.map(({ name }) => name);

/** Of names that only it has and of one, `conv`, that the models around have too. */
function innerModel(name: string, channels: number): tf.LayersModel {
  const input = tf.input({ shape: [6, 6, channels], name: `${name}_input` });
  const convolved = layers.conv2d({ name: 'conv', filters: 4, kernelSize: 3, padding: 'same' }).apply(input);
  const normal = layers.batchNormalization({ name: `${name}_norm` }).apply(convolved) as Tensor;
  const shifted = layers.activation({ name: `${name}_tanh`, activation: 'tanh' }).apply(normal) as Tensor;
  return tf.model({ inputs: input, outputs: [shifted, normal], name });
}

describe('Sequential models', () => {
  test('imply their input', () => {
    const model = tf.sequential({
      name: 'chain',
      layers: [
        layers.conv2d({ name: 'c', inputShape: [6, 5, 2], filters: 3, kernelSize: 3, activation: 'relu' }),
        layers.flatten({ name: 'f' }),
        layers.dense({ name: 'd', units: 4 }),
      ],
    });
    const reading = readAgreeing(tf, model);
    expect(reading.network.name).toBe('chain');
    expect(namesOf(reading)).toEqual(['c_input', 'c', 'c/relu', 'f', 'd']);
    expect(reading.network.layers[0]).toMatchObject({ height: 6, width: 5, channels: 2 });
    expect(reading.network.outputs).toEqual(['d']);
  });

  test('may have an input layer', () => {
    const model = tf.sequential({
      layers: [
        layers.inputLayer({ name: 'image', inputShape: [4, 4, 2] }),
        layers.separableConv2d({ name: 's', filters: 3, kernelSize: 3 }),
      ],
    });
    expect(namesOf(readAgreeing(tf, model))).toEqual(['image', 's/depthwise', 's']);
  });

  test('may be a bare list of layers', () => {
    const model = tf.sequential({ layers: [layers.dense({ name: 'd', inputShape: [3], units: 4 })] });
    const topology = model.toJSON(null, false) as unknown as { config: { layers: unknown } };
    const bare = { class_name: 'Sequential', config: topology.config.layers };
    expect(readLayersModel(bare).network).toEqual({
      ...readLayersModel(topology).network,
      name: 'sequential',
    });
  });

  test('may hold models, first or within', () => {
    const head = tf.sequential({
      name: 'head',
      layers: [
        layers.globalAveragePooling2d({ name: 'pool', inputShape: [4, 4, 3] }),
        layers.dense({ name: 'logits', units: 2 }),
      ],
    });
    const body = tf.sequential({
      name: 'body',
      layers: [layers.conv2d({ name: 'conv', inputShape: [6, 6, 2], filters: 3, kernelSize: 3 })],
    });
    const reading = readAgreeing(tf, tf.sequential({ layers: [body, head] }));
    expect(namesOf(reading)).toEqual(['conv_input', 'conv', 'pool', 'logits']);
    expect(reading.weights.get('logits/bias')).toEqual({ within: ['head'], layer: 'logits', part: 'bias' });
  });
});

describe('models used as layers', () => {
  test('give their layers, named after them where another has the name', () => {
    const image = tf.input({ shape: [6, 6, 3], name: 'image' });
    const stem = layers.conv2d({ name: 'conv', filters: 5, kernelSize: 1 }).apply(image) as Tensor;
    const [shifted, normal] = innerModel('inner', 5).apply(stem) as [Tensor, Tensor];
    const sum = layers.add({ name: 'sum' }).apply([normal, shifted]) as Tensor;
    const deep = tf.input({ shape: [6, 6, 4], name: 'deep' });
    const wrapped = innerModel('core', 4).apply(deep) as [Tensor, Tensor];
    const outer = tf.model({ inputs: deep, outputs: wrapped, name: 'outer' });
    const [last] = outer.apply(sum) as [Tensor, Tensor];
    const reading = readAgreeing(tf, tf.model({ inputs: image, outputs: last, name: 'nested' }));
    expect(namesOf(reading)).toEqual([
      'image',
      'conv',
      'inner/conv',
      'inner_norm',
      'inner_tanh',
      'sum',
      'outer/core/conv',
      'core_norm',
      'core_tanh',
    ]);
    expect(reading.network.layers[5]?.inputs).toEqual(['inner_norm', 'inner_tanh']);
    expect(reading.owners.get('outer/core/conv')).toBe('outer/core/conv');
    expect(reading.owners.get('core_tanh')).toBe('outer/core/core_tanh');
    expect(reading.weights.get('conv/kernel')).toEqual({ within: [], layer: 'conv', part: 'kernel' });
    expect(reading.weights.get('outer/core/conv/kernel')).toEqual({
      within: ['outer', 'core'],
      layer: 'conv',
      part: 'kernel',
    });
  });

  test('may be taken apart: a head on the tensor of another model', () => {
    const base = innerModel('base', 3);
    const logits = layers.conv2d({ name: 'logits', filters: 2, kernelSize: 1 });
    const model = tf.model({
      inputs: base.inputs,
      outputs: logits.apply(base.outputs[0] as Tensor) as Tensor,
    });
    expect(namesOf(readAgreeing(tf, model))).toEqual([
      'base_input',
      'conv',
      'base_norm',
      'base_tanh',
      'logits',
    ]);
  });

  test('may have several inputs', () => {
    const [a, b] = ['a', 'b'].map((name) => tf.input({ shape: [4, 4, 2], name })) as [Tensor, Tensor];
    const join = tf.model({
      inputs: [a, b],
      outputs: layers.concatenate({ name: 'join' }).apply([b, a]) as Tensor,
      name: 'joining',
    });
    const [left, right] = ['left', 'right'].map((name) => tf.input({ shape: [4, 4, 2], name })) as [
      Tensor,
      Tensor,
    ];
    const reading = readAgreeing(
      tf,
      tf.model({ inputs: [left, right], outputs: join.apply([left, right]) as Tensor }),
    );
    expect(reading.network.layers.at(-1)?.inputs).toEqual(['right', 'left']);
  });
});

describe('several inputs and outputs', () => {
  test('keep the order of the model', () => {
    const image = tf.input({ shape: [6, 6, 3], name: 'image' });
    const extra = tf.input({ shape: [4], name: 'extra' });
    const features = layers.conv2d({ name: 'features', filters: 4, kernelSize: 3 }).apply(image) as Tensor;
    const pooled = layers.globalAveragePooling2d({ name: 'pooled' }).apply(features) as Tensor;
    const joined = layers.concatenate({ name: 'joined' }).apply([pooled, extra]) as Tensor;
    const logits = layers.dense({ name: 'logits', units: 3, activation: 'softmax' }).apply(joined) as Tensor;
    const same = layers.activation({ name: 'same', activation: 'linear' }).apply(features) as Tensor;
    const model = tf.model({ inputs: [extra, image], outputs: [logits, same, pooled] });
    const { network } = readAgreeing(tf, model);
    const inputs = network.layers.filter(({ kind }) => kind === 'input').map(({ name }) => name);
    expect(inputs).toEqual(['extra', 'image']);
    expect(network.outputs).toEqual(['logits/softmax', 'features', 'pooled']);
  });
});

describe('a topology may be', () => {
  const model = tf.sequential({
    name: 'm',
    layers: [layers.conv2d({ name: 'useBias', inputShape: [4, 4, 1], filters: 2, kernelSize: 1 })],
  });
  const topology = model.toJSON(null, false);
  const expected = readLayersModel(topology).network;

  test.each<[string, unknown]>([
    ['wrapped as Keras does', { keras_version: '2.15.0', model_config: topology }],
    ['a whole model.json', { format: 'layers-model', modelTopology: topology, weightsManifest: [] }],
    ['a whole model.json of Keras', { modelTopology: { model_config: topology } }],
    ['in camelCase', { className: 'Sequential', config: model.getConfig() }],
    ['parsed from a file', JSON.parse(JSON.stringify(topology))],
  ])('%s', (_, given) => {
    expect(readLayersModel(given).network).toStrictEqual(expected);
  });
});

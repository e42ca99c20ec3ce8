import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { readLayersModel } from '../../../network/tfjs/read-layers-model.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const { layers } = tf;
type Tensor = tf.SymbolicTensor;

interface Entry {
  class_name: string;
  name?: string;
  config: Record<string, unknown>;
  inbound_nodes: unknown[][][];
}
interface Topology {
  class_name: string;
  config: { name: string; layers: Entry[]; input_layers: unknown[]; output_layers: unknown[] };
}

/** The message that reading fails with. */
function messageOf(topology: unknown): string {
  try {
    readLayersModel(topology);
  } catch (error) {
    expect(error).toHaveProperty('name', 'UserError');
    return (error as Error).message;
  }
  return 'no error';
}

/** image → x, one layer. */
function single(layer: tf.layers.Layer, shape = [6, 6, 4]): Topology {
  const image = tf.input({ shape, name: 'image' });
  return JSON.parse(
    JSON.stringify(
      tf.model({ inputs: image, outputs: layer.apply(image) as Tensor, name: 'm' }).toJSON(null, false),
    ),
  );
}

/** The same with options that tfjs itself would not make, or would not save. */
function withOptions(layer: tf.layers.Layer, options: Record<string, unknown>): Topology {
  const topology = single(layer);
  Object.assign(topology.config.layers[1]?.config ?? {}, options);
  return topology;
}

/** A layer of that class and those options. */
function ofClass(className: string, options: Record<string, unknown>): Topology {
  const topology = withOptions(layers.activation({ name: 'x', activation: 'linear' }), options);
  const [, entry] = topology.config.layers;
  if (entry !== undefined) {
    entry.class_name = className;
    delete entry.config.activation;
  }
  return topology;
}

const conv = (options: object = {}) => layers.conv2d({ name: 'x', filters: 2, kernelSize: 1, ...options });
const FIX = 'build the layers model without it';

describe('what has no place in a network is named', () => {
  test.each<[string, () => unknown, string]>([
    [
      'an activation',
      () => single(conv({ activation: 'softsign' })),
      '(Conv2D) with activation "softsign"; expected one of',
    ],
    [
      'channels first',
      () => single(conv({ dataFormat: 'channelsFirst' })),
      'got layer x (Conv2D) with data_format "channels_first"; expected "channels_last"; build',
    ],
    [
      'a dilation that tfjs leaves out',
      () => withOptions(layers.depthwiseConv2d({ name: 'x', kernelSize: 2 }), { dilation_rate: [2, 2] }),
      'got layer x (DepthwiseConv2D) with dilation_rate [2,2]; expected 1, since tf.layers computes it without dilation',
    ],
    [
      'groups of a depthwise convolution',
      () => withOptions(layers.depthwiseConv2d({ name: 'x', kernelSize: 2 }), { groups: 2 }),
      'got layer x (DepthwiseConv2D) with groups 2; expected 1',
    ],
    [
      'an option that is unknown',
      () =>
        withOptions(layers.conv2dTranspose({ name: 'x', filters: 2, kernelSize: 3 }), {
          output_padding: [1, 1],
        }),
      'got layer x (Conv2DTranspose) with output_padding [1,1]; expected only strides, padding, data_format, kernel_size',
    ],
    [
      'another axis of a batch norm',
      () => single(layers.batchNormalization({ name: 'x', axis: 1 })),
      'got layer x (BatchNormalization) with axis 1; expected the last axis, 3',
    ],
    [
      'renormalization',
      () => withOptions(layers.batchNormalization({ name: 'x' }), { renorm: true }),
      'got layer x (BatchNormalization) with renorm true; expected false',
    ],
    [
      'a leaky ReLU with a top',
      () => withOptions(layers.reLU({ name: 'x', maxValue: 6 }), { negative_slope: 0.1 }),
      'got layer x (ReLU) with negative_slope 0.1; expected 0 beside a max_value',
    ],
    [
      'a slope for each pixel',
      () => single(layers.prelu({ name: 'x' })),
      'got layer x (PReLU) with shared_axes []; expected [1, 2]: a slope for each channel',
    ],
    [
      'one slope for all channels',
      () => single(layers.prelu({ name: 'x', sharedAxes: [1, 2, 3] })),
      'got layer x (PReLU) with shared_axes [1,2,3]; expected [1, 2]: a slope for each channel',
    ],
    [
      'softmax over rows',
      () => single(layers.softmax({ name: 'x' })),
      'got layer x (Softmax) with axis 1; expected the last axis, 3',
    ],
    [
      'bilinear upsampling',
      () => single(layers.upSampling2d({ name: 'x', interpolation: 'bilinear' })),
      'got layer x (UpSampling2D) with interpolation "bilinear"; expected "nearest": the pixel centres',
    ],
    [
      'a reshape to another map',
      () => single(layers.reshape({ name: 'x', targetShape: [3, 12, 4] })),
      'got layer x (Reshape) with target_shape [3,12,4]; expected [144], or [1, 1, 144] of a global pooling',
    ],
    [
      'another precision',
      () => withOptions(conv(), { dtype: 'float16' }),
      'got layer x (Conv2D) with dtype "float16"; expected "float32"',
    ],
    [
      'an image of any size',
      () => {
        const image = tf.input({ shape: [null, null, 3], name: 'image' });
        return tf.model({ inputs: image, outputs: conv().apply(image) as Tensor }).toJSON(null, false);
      },
      'got layer image (InputLayer) with batch_input_shape [null,null,null,3]; expected [null, height, width, channels]',
    ],
    [
      'integers as input',
      () => {
        const image = tf.input({ shape: [4, 4, 3], name: 'image', dtype: 'int32' });
        return tf.model({ inputs: image, outputs: conv().apply(image) as Tensor }).toJSON(null, false);
      },
      'got layer image (InputLayer) with dtype "int32"; expected "float32"',
    ],
    ['a number that is none', () => withOptions(conv(), { filters: 2.5 }), 'with filters 2.5; expected int'],
    [
      'a missing option',
      () => withOptions(conv(), { kernel_size: null }),
      'with kernel_size undefined; expected',
    ],
  ])('%s', (_, topology, message) => {
    expect(messageOf(topology())).toContain(message);
    expect(messageOf(topology())).toContain(FIX);
  });

  test.each([
    'Maximum',
    'Average',
    'Minimum',
    'ThresholdedReLU',
    'GlobalMaxPooling2D',
    'Cropping2D',
    'LSTM',
    'toString',
  ])('class %s', (className) => {
    expect(messageOf(ofClass(className, {}))).toMatch(
      new RegExp(`^got layer x \\(${className}\\); expected layers of Activation, Add, .*; ${FIX}$`),
    );
  });

  test('a join along another axis', () => {
    const image = tf.input({ shape: [6, 6, 4], name: 'image' });
    const joined = layers.concatenate({ name: 'x', axis: 1 }).apply([image, image]) as Tensor;
    expect(messageOf(tf.model({ inputs: image, outputs: joined }).toJSON(null, false))).toContain(
      'got layer x (Concatenate) with axis 1; expected the last axis, 3',
    );
  });

  test('an addition that spreads a vector', () => {
    const image = tf.input({ shape: [6, 6, 4], name: 'image' });
    const pooled = layers.globalAveragePooling2d({}).apply(image) as Tensor;
    const sum = layers.add({ name: 'x' }).apply([image, pooled]) as Tensor;
    expect(messageOf(tf.model({ inputs: image, outputs: sum }).toJSON(null, false))).toBe(
      'got flat inputs and maps to layer x (Add); expected all of one rank; flatten the maps before it',
    );
  });

  test('a pooled vector that is read both as it is and as a pixel', () => {
    const image = tf.input({ shape: [6, 6, 4], name: 'image' });
    const pooled = layers.globalAveragePooling2d({}).apply(image) as Tensor;
    const pixel = layers.reshape({ name: 'x', targetShape: [1, 1, 4] }).apply(pooled) as Tensor;
    const logits = layers.dense({ units: 2 }).apply(pooled) as Tensor;
    const model = tf.model({ inputs: image, outputs: [conv({ name: 'c' }).apply(pixel) as Tensor, logits] });
    expect(messageOf(model.toJSON(null, false))).toContain(
      'got layer x (Reshape) with target_shape [1,1,4]; expected [4], or [1, 1, 4] of a global pooling that nothing else',
    );
  });

  test('a pooled vector that the model returns, and reads as a pixel', () => {
    const image = tf.input({ shape: [6, 6, 4], name: 'image' });
    const pooled = layers.globalAveragePooling2d({}).apply(image) as Tensor;
    const pixel = layers.reshape({ name: 'x', targetShape: [1, 1, 4] }).apply(pooled) as Tensor;
    const model = tf.model({ inputs: image, outputs: [conv({ name: 'c' }).apply(pixel) as Tensor, pooled] });
    expect(messageOf(model.toJSON(null, false))).toContain('got layer x (Reshape) with target_shape [1,1,4]');
  });

  test('vectors multiplied as pixels', () => {
    const image = tf.input({ shape: [6, 6, 4], name: 'image' });
    const pixels = ['a', 'b'].map((name) => {
      const vector = layers.dense({ name, units: 4 }).apply(layers.globalAveragePooling2d({}).apply(image));
      return layers.reshape({ name: `${name}/pixel`, targetShape: [1, 1, 4] }).apply(vector) as Tensor;
    });
    const product = layers.multiply({ name: 'x' }).apply(pixels) as Tensor;
    expect(messageOf(tf.model({ inputs: image, outputs: product }).toJSON(null, false))).toContain(
      'got vectors reshaped to [1, 1, channels] at layer x (Multiply); expected a map of more pixels',
    );
  });

  test('a layer within a model, with the way there', () => {
    const inner = tf.sequential({
      name: 'inner',
      layers: [layers.thresholdedReLU({ name: 'x', inputShape: [6, 6, 4] })],
    });
    expect(messageOf(single(inner as unknown as tf.layers.Layer))).toMatch(
      /^got layer inner\/x \(ThresholdedReLU\); expected/,
    );
  });
});

describe('a layer in several places is named', () => {
  test('in a functional model', () => {
    const image = tf.input({ shape: [6, 6, 4], name: 'image' });
    const shared = conv({ filters: 4 });
    const twice = shared.apply(shared.apply(image)) as Tensor;
    expect(messageOf(tf.model({ inputs: image, outputs: twice }).toJSON(null, false))).toBe(
      'got layer x (Conv2D) shared by 2 places; expected layers used in one place; give each place a layer of its own',
    );
  });

  test('in a Sequential', () => {
    const entry = { class_name: 'Activation', config: { name: 'x', activation: 'relu' } };
    expect(messageOf({ class_name: 'Sequential', config: { name: 'm', layers: [entry, entry] } })).toContain(
      'got layer x (Activation) twice in model m; expected layers used in one place',
    );
  });

  test('where it is a model', () => {
    const inner = tf.sequential({ name: 'inner', layers: [conv({ filters: 4, inputShape: [6, 6, 4] })] });
    const image = tf.input({ shape: [6, 6, 4], name: 'image' });
    const twice = inner.apply(inner.apply(image)) as Tensor;
    expect(messageOf(tf.model({ inputs: image, outputs: twice }).toJSON(null, false))).toContain(
      'got layer inner (Sequential) shared by 2 places',
    );
  });
});

describe('a broken topology says where', () => {
  const broken = (change: (topology: Topology, x: Entry) => void) => {
    const topology = single(conv());
    change(topology, topology.config.layers[1] as Entry);
    return topology;
  };

  test.each<[string, () => unknown, string]>([
    ['nothing', () => null, 'got a layers model with : Invalid input: expected object'],
    ['another class', () => ({ class_name: 'Dense', config: {} }), 'got the model of class Dense'],
    ['a graph model', () => ({ format: 'graph-model', modelTopology: {} }), 'got a graph model'],
    ['no configuration', () => ({ class_name: 'Model' }), 'got a layers model with config: Invalid input'],
    [
      'a class that is a number',
      () => broken((_, x) => Object.assign(x, { class_name: 3 })),
      'got the model with layers.1.class_name: Invalid input: expected string',
    ],
    [
      'an input that is not there',
      () => broken((_, x) => Object.assign(x, { inbound_nodes: [[['imaeg', 0, 0, {}]]] })),
      'got layer x of the model reading node 0 of imaeg',
    ],
    [
      'a second use that is not there',
      () => broken((_, x) => Object.assign(x, { inbound_nodes: [[['image', 1, 0, {}]]] })),
      'got layer x of the model reading node 1 of image',
    ],
    [
      'a second output that is not there',
      () => broken((_, x) => Object.assign(x, { inbound_nodes: [[['image', 0, 1, {}]]] })),
      'got output 1 of layer image, which is not there',
    ],
    [
      'a layer that reads itself',
      () => broken((_, x) => Object.assign(x, { inbound_nodes: [[['x', 0, 0, {}]]] })),
      'got layer x (Conv2D) reading its own output',
    ],
    [
      'a layer that reads nothing',
      () => broken((_, x) => Object.assign(x, { inbound_nodes: [] })),
      'got layer x (Conv2D) with 0 inbound_nodes',
    ],
    [
      'a layer that reads two tensors of one',
      () =>
        broken((_, x) =>
          Object.assign(x, {
            inbound_nodes: [
              [
                ['image', 0, 0],
                ['image', 0, 0],
              ],
            ],
          }),
        ),
      'got 2 inputs to layer x (Conv2D); expected one',
    ],
    [
      'Keras 3',
      () => broken((_, x) => Object.assign(x, { inbound_nodes: [{ args: [], kwargs: {} }] })),
      'got the model with layers.1.inbound_nodes.0: Invalid input: expected array, received object',
    ],
    [
      'an argument of the call',
      () => broken((_, x) => Object.assign(x, { inbound_nodes: [[['image', 0, 0, { training: true }]]] })),
      'got layer x (Conv2D) called with training true; expected layers called with tensors alone',
    ],
    [
      'two names of a layer',
      () => broken((_, x) => Object.assign(x.config, { name: 'y' })),
      'got layer x of the model with config.name y',
    ],
    [
      'an output that is not there',
      () => broken(({ config }) => Object.assign(config, { output_layers: [['y', 0, 0]] })),
      'got output_layers of the model reading node 0 of y',
    ],
    [
      'a Sequential without shape',
      () => ({
        class_name: 'Sequential',
        config: [{ class_name: 'Dense', config: { name: 'd', units: 2 } }],
      }),
      'got layer d_input (InputLayer) with batch_input_shape undefined',
    ],
    [
      'a layer without name',
      () => ({ class_name: 'Sequential', config: [{ class_name: 'Dense', config: { units: 2 } }] }),
      'got layer 0 of the model (Dense) without config.name',
    ],
  ])('%s', (_, topology, message) => {
    expect(messageOf(topology())).toContain(message);
  });
});

test('models nested without end', () => {
  let model: object = { class_name: 'Sequential', config: { name: 'innermost', layers: [] } };
  for (let depth = 0; depth < 5000; depth++) {
    model = { class_name: 'Sequential', config: { name: `m${depth}`, layers: [model] } };
  }
  expect(messageOf(model)).toMatch(/^got a topology of more than 400 levels; expected a layers model/);
});

test('a join of nothing is told', () => {
  const topology = ofClass('Concatenate', {});
  const [, entry] = topology.config.layers;
  if (entry !== undefined) entry.inbound_nodes = [[]];
  expect(messageOf(topology)).toBe(
    'got no inputs to layer x (Concatenate); expected one or more; correct the topology',
  );
});

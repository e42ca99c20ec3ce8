import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadLayersModel } from '../../../morphnet/load-model.ts';
import { openModelFile, readModelFile } from '../../../network/model-file.ts';
import { readLayersModel } from '../../../network/tfjs/read-layers-model.ts';
import { seededNormals, weightShapes } from '../../../network/weights.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { computeNetwork, expectAgreement } from './agreement.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const root = temporaryFolder();

interface Entry {
  module: string;
  class_name: string;
  name?: string;
  config: Record<string, unknown>;
  registered_name: null;
  inbound_nodes?: unknown[];
}

const POLICY = {
  module: 'keras',
  class_name: 'DTypePolicy',
  config: { name: 'float32' },
  registered_name: null,
};

function entry(className: string, name: string, config: Record<string, unknown>): Entry {
  return {
    module: 'keras.layers',
    class_name: className,
    config: { name, trainable: true, dtype: POLICY, ...config },
    registered_name: null,
  };
}

/** A tensor as a Keras 3 functional model refers to it. */
function tensor(layer: string, output = 0) {
  return {
    class_name: '__keras_tensor__',
    config: { shape: [null, 8, 8, 4], dtype: 'float32', keras_history: [layer, 0, output] },
  };
}

/** A layer of a functional model: called with the first list as it stands. */
function called(
  className: string,
  name: string,
  args: unknown[],
  config: Record<string, unknown> = {},
  kwargs: Record<string, unknown> = {},
): Entry {
  return { ...entry(className, name, config), name, inbound_nodes: [{ args, kwargs }] };
}

function input(name: string, shape: number[]): Entry {
  const made = entry('InputLayer', name, {});
  const config = {
    batch_shape: [null, ...shape],
    dtype: 'float32',
    sparse: false,
    ragged: false,
    optional: false,
  };
  return { ...made, config: { ...config, name }, name, inbound_nodes: [] };
}

function functional(name: string, layers: Entry[], inputs: unknown, outputs: unknown): Entry {
  const config = { name, trainable: true, layers, input_layers: inputs, output_layers: outputs };
  return { module: 'keras.src.models.functional', class_name: 'Functional', config, registered_name: null };
}

const conv = {
  filters: 4,
  kernel_size: [3, 3],
  strides: [1, 1],
  padding: 'same',
  data_format: 'channels_last',
};
const initializer = {
  module: 'keras.initializers',
  class_name: 'GlorotUniform',
  config: { seed: null, input_axes: null, output_axes: null },
  registered_name: null,
};

/** A residual block in a model of its own, behind a stem, with what Keras 3 writes otherwise than Keras 2. */
function residual(): Entry {
  const block = functional(
    'block',
    [
      input('block_in', [8, 8, 4]),
      called('DepthwiseConv2D', 'spread', [tensor('block_in')], {
        ...conv,
        filters: undefined,
        depth_multiplier: 1,
        use_bias: false,
      }),
      called(
        'BatchNormalization',
        'norm',
        [tensor('spread')],
        {
          axis: -1,
          momentum: 0.99,
          epsilon: 0.001,
          center: true,
          scale: true,
          synchronized: false,
        },
        { mask: null },
      ),
      called('Add', 'sum', [[tensor('norm'), tensor('block_in')]]),
    ],
    ['block_in', 0, 0],
    ['sum', 0, 0],
  );
  return functional(
    'outer',
    [
      input('image', [8, 8, 3]),
      called('Conv2D', 'stem', [tensor('image')], {
        ...conv,
        groups: 1,
        activation: 'silu',
        kernel_initializer: initializer,
        kernel_regularizer: {
          module: 'keras.regularizers',
          class_name: 'L2',
          config: { l2: 0.01 },
          registered_name: null,
        },
      }),
      { ...block, name: 'block', inbound_nodes: [{ args: [tensor('stem')], kwargs: { training: false } }] },
      called('LeakyReLU', 'leaky', [tensor('block')], { negative_slope: 0.3 }),
      called('ReLU', 'leakier', [tensor('leaky')], { max_value: null, negative_slope: 0.5, threshold: 0 }),
      called('PReLU', 'prelu', [tensor('leakier')], {
        alpha_initializer: {
          module: 'keras.initializers',
          class_name: 'Zeros',
          config: {},
          registered_name: null,
        },
        shared_axes: [1, 2],
      }),
      called('Activation', 'gate', [tensor('prelu')], { activation: 'hard_sigmoid' }),
      called('Multiply', 'gated', [[tensor('prelu'), tensor('gate')]]),
      called('GlobalAveragePooling2D', 'pool', [tensor('gated')], {
        data_format: 'channels_last',
        keepdims: false,
      }),
      called('Dropout', 'dropout', [tensor('pool')], { rate: 0.2, seed: null, noise_shape: null }),
      called('Dense', 'logits', [tensor('dropout')], {
        units: 2,
        activation: 'linear',
        quantization_config: null,
      }),
    ],
    [['image', 0, 0]],
    [['logits', 0, 0]],
  );
}

/** By our names of the weights of `residual`: what a file calls them. */
type Names = (name: string) => string;

/** Writes a model.json and its weights, seeded; returns its path. */
function saved(
  topology: unknown,
  names: Names,
  extra: { name: string; shape: number[]; dtype: string }[] = [],
): string {
  const folder = mkdtempSync(join(root, 'model-'));
  const { network } = readLayersModel(topology);
  const shapes = weightShapes(network);
  const values = shapes.map(({ name, shape }) =>
    seededNormals(
      name,
      shape.reduce((a, b) => a * b, 1),
      3,
    ).map((value) => (name.endsWith('variance') ? 0.5 + Math.abs(value) : 0.5 * value)),
  );
  const weights = shapes.map(({ name, shape }) => ({
    name: names(name),
    // As Keras has it.
    shape: name === 'prelu/slope' ? [1, 1, ...shape] : shape,
    dtype: 'float32',
  }));
  const bytes = values.map(({ buffer }) => Buffer.from(buffer));
  const before = extra.map(({ shape }) => Buffer.alloc(4 * shape.reduce((a, b) => a * b, 1)));
  writeFileSync(join(folder, 'w.bin'), Buffer.concat([...before, ...bytes]));
  const manifest = [{ paths: ['w.bin'], weights: [...extra, ...weights] }];
  const modelTopology = { keras_version: '3.9.0', backend: 'tensorflow', model_config: topology };
  const path = join(folder, 'model.json');
  writeFileSync(path, JSON.stringify({ format: 'layers-model', modelTopology, weightsManifest: manifest }));
  return path;
}

const H5: Readonly<Record<string, string>> = {
  'spread/kernel': 'spread/kernel',
  'prelu/slope': 'prelu/alpha',
};

describe('a functional model of Keras 3', () => {
  test('is read, with the model in it, and every activation of its own', () => {
    const { network, weights } = readLayersModel(residual());
    expect(network.layers.map(({ name, kind }) => `${name}: ${kind}`)).toEqual([
      'image: input',
      'stem: conv2d',
      'stem/swish: activation',
      'spread: depthwise-conv2d',
      'norm: batch-norm',
      'sum: add',
      'leaky: activation',
      'leakier: activation',
      'prelu: prelu',
      'gate: activation',
      'gated: multiply',
      'pool: global-avg-pool',
      'dropout: dropout',
      'logits: dense',
    ]);
    const named = (name: string) => network.layers.find((layer) => layer.name === name);
    expect(named('sum')?.inputs).toEqual(['norm', 'stem/swish']);
    expect(named('leaky')).toMatchObject({ activation: 'leaky-relu', slope: 0.3 });
    expect(named('leakier')).toMatchObject({ activation: 'leaky-relu', slope: 0.5 });
    // Keras 3's has a slope of ⅙, which is our default.
    expect(named('gate')).toEqual({
      kind: 'activation',
      name: 'gate',
      inputs: ['prelu'],
      activation: 'hard-sigmoid',
    });
    expect(named('logits')).toMatchObject({ units: 2, useBias: true });
    expect(weights.get('spread/kernel')).toEqual({
      within: ['block'],
      layer: 'spread',
      part: 'depthwise_kernel',
    });
  });

  // What the h5 route of the converter writes, and what it writes of models built within others.
  test.each<[string, Names]>([
    ['by their layers', (name) => H5[name] ?? name],
    ['behind the models around', (name) => `outer/${H5[name] ?? name}`],
    [
      'as Keras 2 had them',
      (name) => ({ 'spread/kernel': 'spread/depthwise_kernel' })[name] ?? H5[name] ?? name,
    ],
  ])('has weights named %s, which tfjs computes with', async (_, names) => {
    const path = saved(residual(), names);
    const { network, weights } = readModelFile(path);
    const model = await loadLayersModel(path);
    expectAgreement(tf, model, network, weights);
    expect(model.getLayer('stem').getConfig()).toMatchObject({ kernelRegularizer: { config: { l2: 0.01 } } });
  });

  test('has weights numbered as a .keras file has them, beside states that are none', async () => {
    const numbered: Readonly<Record<string, string>> = {
      'stem/kernel': 'layers/conv2d/vars/0',
      'stem/bias': 'layers/conv2d/vars/1',
      'spread/kernel': 'layers/functional/layers/depthwise_conv2d/vars/0',
      'norm/gamma': 'layers/functional/layers/batch_normalization/vars/0',
      'norm/beta': 'layers/functional/layers/batch_normalization/vars/1',
      'norm/moving_mean': 'layers/functional/layers/batch_normalization/vars/2',
      'norm/moving_variance': 'layers/functional/layers/batch_normalization/vars/3',
      'prelu/slope': 'layers/p_re_lu/vars/0',
      'logits/kernel': 'layers/dense/vars/0',
      'logits/bias': 'layers/dense/vars/1',
    };
    const path = saved(residual(), (name) => numbered[name] ?? 'none', [
      { name: 'layers/dropout/seed_generator/vars/0', shape: [2], dtype: 'uint32' },
      { name: 'optimizer/vars/0', shape: [1], dtype: 'int32' },
    ]);
    const { network, weights } = readModelFile(path);
    expectAgreement(tf, await loadLayersModel(path), network, weights);
    // Weights of another model are still told.
    const other = saved(residual(), (name) => (numbered[name] ?? 'none').replace('dense', 'dense_1'));
    expect(() => readModelFile(other)).toThrow(/with no weight logits\/kernel; expected one of \[4,2\]/);
  });

  test.each<[string, (topology: Entry) => unknown]>([
    ['without a version', (topology) => topology],
    [
      'as a .keras file has it, without modules',
      (topology) =>
        JSON.parse(JSON.stringify(topology), (key, value) =>
          ['module', 'registered_name'].includes(key) ? undefined : value,
        ),
    ],
    [
      'with its inputs and outputs by name',
      (topology) => ({
        ...topology,
        config: {
          ...topology.config,
          input_layers: { x: ['image', 0, 0] },
          output_layers: { y: ['logits', 0, 0] },
        },
      }),
    ],
    [
      'with a bare reference to its only output',
      (topology) => ({
        ...topology,
        config: { ...topology.config, input_layers: ['image', 0, 0], output_layers: ['logits', 0, 0] },
      }),
    ],
    [
      'as a model.json without weights',
      (topology) => ({
        format: 'layers-model',
        modelTopology: { keras_version: '3.15.1', model_config: topology },
      }),
    ],
  ])('may be %s', (_, change) => {
    const topology = JSON.parse(JSON.stringify(residual()));
    expect(readLayersModel(change(topology)).network).toEqual(readLayersModel(residual()).network);
  });
});

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

describe('what has no place is named', () => {
  const model = (...layers: Entry[]) =>
    functional('m', [input('image', [8, 8, 4]), ...layers], [['image', 0, 0]], [[layers.at(-1)?.name, 0, 0]]);

  test.each<[string, Entry, string]>([
    [
      'an operator on numbers',
      model(called('Multiply', 'twice', [tensor('image'), 2])),
      'got layer twice called with 2; expected layers called with tensors alone',
    ],
    [
      'a tensor that is an argument',
      model(called('Attention', 'attend', [tensor('image')], {}, { value: tensor('image') })),
      'got layer attend called with {"class_name":"__keras_tensor__"',
    ],
    [
      'training mode',
      model(called('Dropout', 'drop', [tensor('image')], { rate: 0.5 }, { training: true })),
      'got layer drop (Dropout) called with training true; expected layers called with tensors alone',
    ],
    [
      'a mixed precision',
      model(
        called('Flatten', 'flat', [tensor('image')], {
          dtype: { ...POLICY, config: { name: 'mixed_float16' } },
        }),
      ),
      'got layer flat (Flatten) with dtype "mixed_float16"; expected "float32"',
    ],
    [
      'a layer that is used twice',
      model({
        ...called('Flatten', 'flat', [tensor('image')]),
        inbound_nodes: [
          { args: [tensor('image')], kwargs: {} },
          { args: [tensor('image')], kwargs: {} },
        ],
      }),
      'got layer flat (Flatten) shared by 2 places',
    ],
    [
      'a layer that no network has',
      model(called('MultiHeadAttention', 'heads', [tensor('image'), tensor('image')])),
      'got layer heads (MultiHeadAttention); expected layers of Activation, Add',
    ],
  ])('%s', (_, topology, message) => {
    expect(messageOf(topology)).toContain(message);
  });
});

describe('what Keras 3.15 wrote computes what Keras computed', () => {
  const FIXTURES = join(import.meta.dirname, '../../fixtures/models/tfjs');

  test.each(['keras-3-functional', 'keras-3-nested'])('%s', async (name) => {
    const path = join(FIXTURES, name, 'model.json');
    const { inputs, shapes, outputs } = JSON.parse(
      readFileSync(join(FIXTURES, name, 'computed-by-keras.json'), 'utf8'),
    ) as { inputs: number[][]; shapes: number[][]; outputs: number[][] };
    const { network, weights } = readModelFile(path);
    const fed = inputs.map((values, i) => tf.tensor(values, shapes[i]));
    const names = network.layers.filter(({ kind }) => kind === 'input').map((layer) => layer.name);
    const ours = computeNetwork(
      tf,
      network,
      weights,
      new Map(names.map((each, i) => [each, fed[i] as tf.Tensor])),
    );
    const loaded = [(await loadLayersModel(path)).predict(fed)].flat();
    for (const computed of [ours, loaded]) {
      computed.forEach((tensor, output) => {
        const values = tensor.dataSync();
        expect(values).toHaveLength(outputs[output]?.length ?? 0);
        outputs[output]?.forEach((value, i) => {
          expect(values[i]).toBeCloseTo(value, 5);
        });
      });
    }
  });

  test('regularizers, initializers and dropout are kept where tfjs has every layer', async () => {
    const model = await loadLayersModel(join(FIXTURES, 'keras-3-nested', 'model.json'));
    // Models within stay models.
    expect(model.layers.map((layer) => layer.getClassName())).toEqual([
      'InputLayer',
      'Functional',
      'Sequential',
      'GlobalAveragePooling2D',
      'Dense',
    ]);
  });
});

test("a Sequential of Keras 3 costs what its layers do: the converter's own file", () => {
  const path = join(import.meta.dirname, '../../fixtures/models/tfjs/keras-3/model.json');
  const { network, weights } = openModelFile(path);
  // 26·26 pixels of 3·3·1 → 8, and 13·13·8 → 10.
  expect(network.layers.map(({ name }) => name)).toEqual([
    'input_layer',
    'conv2d',
    'conv2d/relu',
    'max_pooling2d',
    'flatten',
    'dropout',
    'dense',
    'dense/softmax',
  ]);
  const total = [...(weights?.values() ?? [])].reduce((sum, { length }) => sum + length, 0);
  expect(total).toBe(3 * 3 * 8 + 8 + 1352 * 10 + 10);
});

test('a Sequential that was built without an input layer has the shape it was built for', () => {
  const topology = {
    module: 'keras',
    class_name: 'Sequential',
    config: {
      name: 'chain',
      layers: [entry('Dense', 'only', { units: 3, activation: 'hard_sigmoid' })],
      build_input_shape: [null, 5],
    },
    registered_name: null,
  };
  const { network } = readLayersModel(topology);
  expect(network.layers.at(0)).toMatchObject({ kind: 'input', height: 1, width: 1, channels: 5 });
});

test("options that tfjs passes over are not lost: a pool that keeps its pixel, Keras 2's negative slope", async () => {
  const image = tf.input({ shape: [4, 4, 3], name: 'image' });
  const relu = tf.layers.reLU({ name: 'relu' }).apply(image) as tf.SymbolicTensor;
  const pool = tf.layers.globalAveragePooling2d({ name: 'pool' }).apply(relu) as tf.SymbolicTensor;
  const topology = JSON.parse(JSON.stringify(tf.model({ inputs: image, outputs: pool }).toJSON(null, false)));
  const [, reluEntry, poolEntry] = topology.config.layers;
  reluEntry.config.negative_slope = 0.5;
  poolEntry.config.keepdims = true;
  const path = join(mkdtempSync(join(root, 'model-')), 'model.json');
  writeFileSync(path, JSON.stringify(topology));
  const model = await loadLayersModel(path);
  expect(model.outputs[0]?.shape).toEqual([null, 1, 1, 3]);
  const out = model.predict(tf.fill([1, 4, 4, 3], -2)) as tf.Tensor;
  expect([...out.dataSync()]).toEqual([-1, -1, -1]);
});

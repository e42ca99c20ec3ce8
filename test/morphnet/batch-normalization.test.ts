import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, expect, test } from 'vitest';
import {
  type BatchNormalizationConfig,
  batchNormalization,
  trainFused,
} from '../../morphnet/batch-normalization.ts';
import { registerTensorflowGradients } from '../../profiler/engines/tensorflow/gradients.ts';
import { registerWasmGradients } from '../../profiler/engines/wasm/gradients.ts';

type Layer = tf.layers.Layer;

const hasTensorflow = await loadsTensorflow();
const backends = ['cpu', 'wasm', ...(hasTensorflow ? ['tensorflow'] : [])];

/** Adds the `tensorflow` backend to tfjs, if its native library loads. */
async function loadsTensorflow(): Promise<boolean> {
  process.env.TF_CPP_MIN_LOG_LEVEL = '2';
  // tfjs-node still calls it; Node 23 removed it.
  const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>;
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  try {
    await import('@tensorflow/tfjs-node-gpu');
    return true;
  } catch {
    return false;
  }
}

if (!hasTensorflow) test.skip('TENSORFLOW NOT AVAILABLE: its backend is not tested');

beforeAll(async () => {
  await tf.setBackend('wasm');
  registerWasmGradients(tf);
  if (hasTensorflow) registerTensorflowGradients(tf);
});

test.for(backends)('each step is one kernel on %s where an engine has registered it', async (backend) => {
  await tf.setBackend(backend);
  const layer = prepared(batchNormalization(), [6, 4, 5, 7]);
  const kernels = async (run: () => tf.Tensor) =>
    (await tf.profile(() => tf.tidy(run))).kernelNames.filter((name) => name.startsWith('FusedBatchNorm'));
  const x = batch([6, 4, 5, 7]);
  const y = (input: tf.Tensor) => layer.apply(input, { training: true }) as tf.Tensor;
  const fused = backend === 'cpu' ? [] : ['FusedBatchNormV3'];
  expect(await kernels(() => y(x))).toEqual(fused);
  const gradient = () => tf.grad((input) => tf.sum(tf.square(y(input))))(x);
  expect(await kernels(gradient)).toEqual(backend === 'cpu' ? [] : [...fused, 'FusedBatchNormGradV3']);
});

/** Around 3, with a standard deviation of about 0.6. */
function batch(shape: number[]): tf.Tensor {
  return tf.add(tf.randomUniform(shape, -1, 1, 'float32', 5), 3);
}

/** Builds the layer and gives its weights values of their own. */
function prepared(layer: Layer, shape: number[]): Layer {
  layer.build([null, ...shape.slice(1)]);
  tf.tidy(() => {
    layer.setWeights(
      layer.getWeights().map((weight, index) => tf.randomUniform(weight.shape, 0.5, 1.5, 'float32', index)),
    );
  });
  return layer;
}

/** Everything that training on one batch computes and changes. */
function trained(layer: Layer, shape: number[]): Record<string, Float32Array> {
  return tf.tidy(() => {
    const x = batch(shape);
    const weights = tf.randomUniform(shape, -1, 1, 'float32', 9);
    const apply = (input: tf.Tensor) => layer.apply(input, { training: true }) as tf.Tensor;
    const loss = (input: tf.Tensor) => tf.sum(tf.mul(apply(input), weights)) as tf.Scalar;
    const variables = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
    const results: Record<string, tf.Tensor> = { y: apply(x), dx: tf.grad(loss)(x) };
    if (variables.length > 0) {
      const { grads } = tf.variableGrads(() => loss(x), variables);
      variables.forEach(({ name }, index) => {
        results[`gradient ${index}`] = grads[name] as tf.Tensor;
      });
    }
    layer.getWeights().forEach((weight, index) => {
      results[`weight ${index}`] = weight;
    });
    return Object.fromEntries(
      Object.entries(results).map(([name, tensor]) => [name, tensor.dataSync() as Float32Array]),
    );
  });
}

function layerOfTfjs(config: BatchNormalizationConfig): Layer {
  return tf.layers.batchNormalization(config);
}

function expectClose(actual: Record<string, Float32Array>, expected: Record<string, Float32Array>): void {
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  for (const [name, values] of Object.entries(expected)) {
    const scale = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
    const difference = values.reduce(
      (most, value, index) => Math.max(most, Math.abs(value - (actual[name]?.[index] ?? Number.NaN))),
      0,
    );
    expect(difference / scale, name).toBeLessThan(1e-3);
  }
}

test.for(
  backends.flatMap((backend) =>
    [
      [6, 4, 5, 7],
      [64, 16, 16, 8],
      [33, 5],
    ].map((shape) => ({ backend, shape })),
  ),
)(
  'output, gradients and moving averages are those of tfjs on $backend for $shape',
  async ({ backend, shape }) => {
    await tf.setBackend(backend);
    const config = { momentum: 0.8, epsilon: 0.01 };
    const fused = prepared(batchNormalization(config), shape);
    const plain = prepared(tf.layers.batchNormalization(config), shape);
    expectClose(trained(fused, shape), trained(plain, shape));
  },
);

test.for(backends)(
  'without scale and offset the layer trains like one with ones and zeros on %s',
  async (backend) => {
    await tf.setBackend(backend);
    const shape = [6, 4, 5, 7];
    const bare = batchNormalization({ scale: false, center: false });
    const plain = tf.layers.batchNormalization({});
    for (const layer of [bare, plain]) layer.build([null, ...shape.slice(1)]);
    const { y, dx, 'weight 0': mean, 'weight 1': variance } = trained(bare, shape);
    const expected = trained(plain, shape);
    expect(bare.weights).toHaveLength(2);
    expectClose(
      { y, dx } as Record<string, Float32Array>,
      { y: expected.y, dx: expected.dx } as Record<string, Float32Array>,
    );
    expect(mean?.length).toBe(7);
    expect(variance?.length).toBe(7);
  },
);

test.for(backends)('training steps leave no tensors behind on %s', async (backend) => {
  await tf.setBackend(backend);
  const shape = [6, 4, 5, 7];
  const layer = prepared(batchNormalization(), shape);
  trained(layer, shape);
  const { numTensors, numDataBuffers } = tf.memory();
  trained(layer, shape);
  expect(tf.memory()).toMatchObject({ numTensors, numDataBuffers });
});

test('inference normalizes with the moving averages', async () => {
  await tf.setBackend('cpu');
  const shape = [2, 3, 3, 4];
  const [fused, plain] = [batchNormalization(), tf.layers.batchNormalization({})].map((layer) => {
    const predicted = prepared(layer, shape).apply(batch(shape), { training: false }) as tf.Tensor;
    return { y: predicted.dataSync() as Float32Array };
  });
  expectClose(fused as { y: Float32Array }, plain as { y: Float32Array });
});

test('a layer that normalizes another axis trains as in tfjs', async () => {
  await tf.setBackend('cpu');
  const shape = [6, 4, 5, 7];
  const [fused, plain] = [batchNormalization, layerOfTfjs].map((make) => {
    const layer = prepared(make({ axis: 1 }), shape);
    const y = layer.apply(batch(shape), { training: true }) as tf.Tensor;
    return [y, ...layer.getWeights()].map((tensor) => tensor.dataSync());
  });
  expect(fused).toEqual(plain);
});

/** A small classifier with one batch normalization layer, trained for two epochs. */
async function trainedModel(): Promise<tf.LayersModel> {
  const model = tf.sequential();
  model.add(tf.layers.conv2d({ inputShape: [6, 6, 2], filters: 5, kernelSize: 3, useBias: false }));
  model.add(batchNormalization({ momentum: 0.7, name: 'normalization' }));
  model.add(tf.layers.reLU());
  model.add(tf.layers.globalAveragePooling2d({}));
  model.add(tf.layers.dense({ units: 3 }));
  model.compile({ optimizer: tf.train.momentum(0.1, 0.9), loss: 'meanSquaredError' });
  await model.fit(batch([12, 6, 6, 2]), tf.randomUniform([12, 3]), { epochs: 2, batchSize: 4, verbose: 0 });
  return model;
}

async function reloaded(model: tf.LayersModel): Promise<tf.LayersModel> {
  let saved: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  // As a file would: without the class instances that a topology in memory could hold.
  const { modelTopology, ...rest } = saved as tf.io.ModelArtifacts;
  return tf.loadLayersModel(
    tf.io.fromMemory({ ...rest, modelTopology: JSON.parse(JSON.stringify(modelTopology)) }),
  );
}

test.for(['cpu', 'wasm'])('a trained model saves and loads in plain tfjs on %s', async (backend) => {
  await tf.setBackend(backend);
  const model = await trainedModel();
  const plain = await reloaded(model);
  const [before, after] = [model, plain].map((each) => each.getLayer('normalization'));
  expect(after?.getClassName()).toBe('BatchNormalization');
  expect(after?.getConfig()).toEqual(before?.getConfig());
  expect(after?.weights.map(({ originalName }) => originalName)).toEqual(
    ['gamma', 'beta', 'moving_mean', 'moving_variance'].map((name) => `normalization/${name}`),
  );
  const x = batch([3, 6, 6, 2]);
  const [expected, actual] = [model, plain].map(
    (each) => (each.predict(x) as tf.Tensor).dataSync() as Float32Array,
  );
  expectClose({ y: actual as Float32Array }, { y: expected as Float32Array });
});

test('a layer of a loaded model can be made to train fused', async () => {
  await tf.setBackend('cpu');
  const model = await trainedModel();
  const shape = [4, 4, 4, 5];
  const [fused, plain] = [await reloaded(model), await reloaded(model)].map((each) =>
    each.getLayer('normalization'),
  );
  const layer = trainFused(fused as Layer);
  expect(layer).toBe(fused);
  expectClose(trained(layer, shape), trained(plain as Layer, shape));
});

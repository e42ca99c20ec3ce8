import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { wasmAdapter } from '../profiler/engines/wasm/adapter.ts';
import { codeBlocks, runCode } from './support/page-code.ts';

/** A model such as a reader might bring, and data that it learns: the brighter half of the image. */
function readersModel() {
  const model = tf.sequential({ name: 'readers' });
  const conv = { filters: 12, kernelSize: 3, padding: 'same', useBias: false } as const;
  const kernelInitializer = tf.initializers.heNormal({ seed: 1 });
  model.add(tf.layers.conv2d({ ...conv, kernelInitializer, inputShape: [8, 8, 1] }));
  model.add(tf.layers.batchNormalization());
  model.add(tf.layers.reLU());
  model.add(tf.layers.conv2d({ ...conv, kernelInitializer }));
  model.add(tf.layers.batchNormalization());
  model.add(tf.layers.reLU());
  model.add(tf.layers.globalAveragePooling2d({}));
  model.add(tf.layers.dense({ units: 2 }));
  const noise = tf.randomNormal([64, 8, 8, 1], 0, 1, 'float32', 3);
  const bright = tf.tensor1d(Array.from({ length: 64 }, (_, i) => i % 2));
  const images = noise.add(bright.reshape([64, 1, 1, 1]));
  const labels = tf.oneHot(bright.cast('int32'), 2);
  return { model, images, labels };
}

beforeAll(async () => {
  await wasmAdapter.openTraining();
});

test("the README's lines train a reader's model and shrink it", async () => {
  const [code] = codeBlocks('README.md');
  const { model, images, labels } = readersModel();
  const gamma = model.layers[1]?.weights[0] as tf.LayerVariable;
  const before = gamma.read().dataSync().slice();
  const smaller = (await runCode(code as string, 'smaller', { model, images, labels })) as tf.LayersModel;
  const after = gamma.read().dataSync();
  const total = (values: ArrayLike<number>) =>
    Array.from(values).reduce((sum, each) => sum + Math.abs(each), 0);
  expect(total(after)).toBeLessThan(total(before));
  expect(smaller.outputs[0]?.shape).toEqual([null, 2]);
  expect(smaller.layers.map(({ name }) => name)).toEqual(
    [...(model.inputNames ?? []), ...model.layers.map(({ name }) => name)].slice(-smaller.layers.length),
  );
});

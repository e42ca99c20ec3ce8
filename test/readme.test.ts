import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import * as morphline from '../index.ts';
import { wasmAdapter } from '../profiler/engines/wasm/adapter.ts';

/** The code blocks of the README that are TypeScript. */
function codeBlocks(): string[] {
  const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8');
  return [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code as string);
}

/** Runs a block as it stands, its imports taken from here; returns what it declares under `result`. */
async function run(code: string, result: string, given: Record<string, unknown>): Promise<unknown> {
  const modules: Record<string, unknown> = { '@tensorflow/tfjs': tf, morphline };
  const body = code
    .replace(/import \* as (\w+) from '([^']+)';/g, "const $1 = modules['$2'];")
    .replace(/import (\{[^}]+\}) from '([^']+)';/g, "const $1 = modules['$2'];");
  const AsyncFunction = run.constructor as new (
    ...args: string[]
  ) => (...args: unknown[]) => Promise<unknown>;
  const names = ['modules', ...Object.keys(given)];
  return new AsyncFunction(...names, `${body}\nreturn ${result};`)(modules, ...Object.values(given));
}

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
  const [code] = codeBlocks();
  const { model, images, labels } = readersModel();
  const gamma = model.layers[1]?.weights[0] as tf.LayerVariable;
  const before = gamma.read().dataSync().slice();
  const smaller = (await run(code as string, 'smaller', { model, images, labels })) as tf.LayersModel;
  const after = gamma.read().dataSync();
  const total = (values: ArrayLike<number>) =>
    Array.from(values).reduce((sum, each) => sum + Math.abs(each), 0);
  expect(total(after)).toBeLessThan(total(before));
  expect(smaller.outputs[0]?.shape).toEqual([null, 2]);
  expect(smaller.layers.map(({ name }) => name)).toEqual(
    [...(model.inputNames ?? []), ...model.layers.map(({ name }) => name)].slice(-smaller.layers.length),
  );
});

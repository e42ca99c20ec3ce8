import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import * as ort from 'onnxruntime-node';
import { beforeAll, expect, test } from 'vitest';
import { saveLayersModel } from '../../index.ts';
import { wasmAdapter } from '../../profiler/engines/wasm/adapter.ts';
import { uniformNoise } from '../support/noise.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { runExample } from './run-example.ts';

const folder = temporaryFolder();

/** As after training: some γ are worth much, some little. */
beforeAll(async () => {
  await wasmAdapter.openTraining();
  const noise = uniformNoise(7);
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({
        inputShape: [16, 16, 3],
        filters: 32,
        kernelSize: 3,
        padding: 'same',
        useBias: false,
      }),
      tf.layers.batchNormalization({}),
      tf.layers.reLU(),
      tf.layers.conv2d({ filters: 48, kernelSize: 3, padding: 'same', useBias: false }),
      tf.layers.batchNormalization({}),
      tf.layers.reLU(),
      tf.layers.globalAveragePooling2d({}),
      tf.layers.dense({ units: 4 }),
    ],
  });
  for (const layer of model.layers) {
    if (layer.getClassName() !== 'BatchNormalization') continue;
    const [gamma, ...others] = layer.getWeights() as [tf.Tensor, ...tf.Tensor[]];
    layer.setWeights([tf.tensor1d(Array.from({ length: gamma.size }, () => 0.5 + noise())), ...others]);
  }
  await saveLayersModel(model, join(folder, 'model'));
});

test('what it writes runs in ONNX Runtime, is within the budget, and computes what the model that it saved does', async () => {
  const { status, stdout, stderr } = await runExample(
    'prune-to-onnx/prune.mjs',
    ['model/model.json', 'p100', '0.5', 'pruned'],
    folder,
  );
  expect(status, stderr).toBe(0);
  const [, full, left] = /^([\d.]+) → ([\d.]+) µs on p100/m.exec(stdout) ?? [];
  expect(Number(left)).toBeGreaterThan(0);
  expect(Number(left)).toBeLessThanOrEqual(0.5 * Number(full) + 0.005);
  const channels = [...stdout.matchAll(/^ +(\d+) {2}/gm)].map(([, count]) => Number(count));
  expect(channels).toHaveLength(3);
  expect(channels[0]).toBeLessThanOrEqual(32);
  expect((channels[0] as number) + (channels[1] as number)).toBeLessThan(80);

  for (const name of ['full', 'pruned']) {
    const session = await ort.InferenceSession.create(join(folder, 'pruned', `${name}.onnx`));
    const [input] = session.inputNames;
    const feeds = {
      [input as string]: new ort.Tensor('float32', new Float32Array(3 * 16 * 16).fill(0.5), [1, 3, 16, 16]),
    };
    const [logits] = Object.values(await session.run(feeds));
    expect(logits?.dims).toEqual([1, 4]);
    expect([...((logits?.data as Float32Array | undefined) ?? [])].every(Number.isFinite)).toBe(true);
  }
});

import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { GammaFlops } from '../../morphnet/gamma-regularizer.ts';
import { shrinkWeights } from '../../morphnet/shrink-weights.ts';
import { readWeights, trainableModel, writeWeights } from '../../morphnet/trainable-model.ts';
import { NetworkBuilder } from '../../network/builder.ts';
import type { Network } from '../../network/network.ts';
import { seededWeights } from '../../network/weights.ts';
import { resizeNetwork } from '../../network/widths.ts';
import { zooNetwork } from '../../network/zoo/index.ts';
import { uniformNoise } from '../support/noise.ts';

/** Depthwise, add and flatten besides what Inception has. */
function mixed(): Network {
  const builder = new NetworkBuilder('mixed');
  const input = builder.input(8, 8, 3);
  const stem = builder.conv('stem', input, 8, 3, { strides: 2 });
  const separable = builder.separableConv('separable', stem, 8, 3, { activation: null });
  const sum = builder.add({ kind: 'add', name: 'sum', inputs: [stem, separable] });
  const joined = builder.concat('joined', [sum, builder.conv('side', stem, 6, 1)]);
  const flat = builder.simple('flatten', 'flat', builder.pool('max-pool', 'pool', joined, 2, 2));
  return builder.build(builder.dense('logits', flat, 4));
}

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** Masks channels (γ = β = 0) and compares the masked network with the rebuilt smaller one. */
function largestDifference(
  network: Network,
  seed: number,
  share: number,
): { difference: number; removed: number } {
  const model = trainableModel(tf, network, 1);
  const weights = new Map(seededWeights(network, seed));
  const uniform = uniformNoise(seed);
  for (const [name, values] of weights) {
    if (!name.endsWith('/gamma')) continue;
    const beta = weights.get(name.replace(/gamma$/, 'beta')) as Float32Array;
    values.forEach((_, c) => {
      if (uniform() < share) {
        values[c] = 0;
        beta[c] = 0;
      }
    });
  }
  writeWeights(tf, network, model, weights);
  const regularizer = new GammaFlops({ tf, network, model });
  const alive = regularizer.aliveSlots();
  // Tied channels of which one lives keep both: mask exactly what is removed.
  const shrunk = resizeNetwork(regularizer.plan, regularizer.widths());
  const survivors = shrinkWeights(
    regularizer.plan,
    alive,
    regularizer.firstSlots,
    readWeights(network, model),
    shrunk,
  );
  const smaller = trainableModel(tf, shrunk, 2);
  writeWeights(tf, shrunk, smaller, survivors);
  const [height, width] = (model.inputs[0]?.shape ?? []).slice(1) as [number, number];
  const x = tf.randomNormal([3, height, width, 3], 0, 1, 'float32', 5);
  const masked = model.predict(x) as tf.Tensor;
  const rebuilt = smaller.predict(x) as tf.Tensor;
  const difference = tf.max(tf.abs(tf.sub(masked, rebuilt))).dataSync()[0] as number;
  const scale = tf.max(tf.abs(masked)).dataSync()[0] as number;
  return { difference: difference / scale, removed: alive.length - alive.reduce((sum, bit) => sum + bit, 0) };
}

test.each([1, 2, 3])(
  'a shrunk network computes what the masked one does (depthwise, add, flatten; seed %i)',
  (seed) => {
    const { difference, removed } = largestDifference(mixed(), seed, 0.4);
    expect(removed).toBeGreaterThan(0);
    expect(difference).toBeLessThan(1e-5);
  },
);

test('a shrunk inception-32 computes what the masked one does', () => {
  const { difference, removed } = largestDifference(zooNetwork('inception-32'), 3, 0.4);
  expect(removed).toBeGreaterThan(100);
  expect(difference).toBeLessThan(1e-4);
});

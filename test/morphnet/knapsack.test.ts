import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { openDevice } from '../../calibration/open-device.ts';
import {
  describeModel,
  GammaLatency,
  knapsack,
  mask,
  taylorImportance,
  trainableModel,
  writeWeights,
} from '../../morphnet/index.ts';
import { NetworkBuilder } from '../../network/builder.ts';
import type { Network } from '../../network/network.ts';
import { seededWeights } from '../../network/weights.ts';
import { wasmAdapter } from '../../profiler/engines/wasm/adapter.ts';

beforeAll(async () => {
  await wasmAdapter.openTraining();
});

function branches(): Network {
  const builder = new NetworkBuilder('branches');
  const a = builder.conv('a', builder.input(12, 12, 3), 12, 3);
  const joined = builder.concat('joined', [builder.conv('left', a, 10, 3), builder.conv('right', a, 8, 1)]);
  const pooled = builder.simple('global-avg-pool', 'pool', builder.conv('b', joined, 14, 3));
  return builder.build(builder.dense('logits', pooled, 5));
}

function trained(): tf.LayersModel {
  const network = branches();
  const model = trainableModel(network, 1);
  writeWeights(model, seededWeights(network, 1));
  return model;
}

describe('a model pruned as a knapsack', () => {
  const device = openDevice('v100');
  const full = () => {
    const regularizer = new GammaLatency(trained(), { device });
    return regularizer.resource.cost(regularizer.plan.fullWidths);
  };

  test('meets its budget with the most important channels, and computes what the masked one does', () => {
    const model = trained();
    const budget = 0.7 * full();
    const result = knapsack(model, { device, budget, multipleOf: 1 });
    expect(result.cost).toBeLessThanOrEqual(budget);
    expect(describeModel(result.model).network.layers.length).toBeGreaterThan(5);
    expect(result.structure).toMatchObject(
      Object.fromEntries(
        Object.entries(result.alive).map(([name, channels]) => [name, channels.filter(Boolean).length]),
      ),
    );
    const x = tf.randomNormal([2, 12, 12, 3], 0, 1, 'float32', 3);
    const smaller = (result.model.predict(x) as tf.Tensor).dataSync();
    mask(model, result.alive);
    const masked = (model.predict(x) as tf.Tensor).dataSync();
    expect([...smaller]).toEqual([...masked].map((value) => expect.closeTo(value, 4)));
  });

  test('takes an importance of its own', () => {
    const model = trained();
    const { slots } = new GammaLatency(model, { device });
    // Only the left branch matters.
    const left = new Set(slots.of('left'));
    const importance = Float64Array.from(slots.group, (_, slot) => (left.has(slot) ? 1 : 1e-9));
    const { structure } = knapsack(model, { device, budget: 0.6 * full(), importance, multipleOf: 1 });
    expect(structure.left).toBeGreaterThan(structure.right ?? 0);
  });
});

test('Taylor importance is the square of what the loss changes with a channel, to first order', async () => {
  const builder = new NetworkBuilder('linear');
  const a = builder.conv('a', builder.input(4, 4, 2), 2, 1);
  const network = builder.build(builder.simple('global-avg-pool', 'pool', a));
  const model = trainableModel(network, 1);
  const norm = network.layers.find(({ kind }) => kind === 'batch-norm');
  if (norm?.kind !== 'batch-norm') throw new Error('no batch norm');
  const variance = 1 - norm.epsilon;
  writeWeights(
    model,
    new Map([
      // [1, 1, 2, 2]: the identity.
      ['a/kernel', Float32Array.from([1, 0, 0, 1])],
      [`${norm.name}/gamma`, Float32Array.from([2, 3])],
      [`${norm.name}/beta`, Float32Array.from([1, 0.5])],
      [`${norm.name}/moving_mean`, Float32Array.from([0, 0])],
      [`${norm.name}/moving_variance`, Float32Array.from([variance, variance])],
    ]),
  );
  // Of channels 1 and 2 everywhere: outputs 2·1 + 1 and 3·2 + 0.5, weighed by 10 and −1 in the loss.
  const x = tf.tile(tf.tensor4d([1, 2], [1, 1, 1, 2]), [1, 4, 4, 1]) as tf.Tensor4D;
  const loss = () => tf.sum(tf.mul(model.apply(x) as tf.Tensor, tf.tensor2d([10, -1], [1, 2]))) as tf.Scalar;
  const { slots } = new GammaLatency(model, { device: openDevice('v100') });
  const importance = await taylorImportance(model, [loss, loss]);
  const [first, second] = slots.of('a');
  // γ·∂L/∂γ + β·∂L/∂β = weight · (γ·x + β): the channel's whole share of the loss.
  expect(importance[first as number]).toBeCloseTo((10 * (2 * 1 + 1)) ** 2, 1);
  expect(importance[second as number]).toBeCloseTo((1 * (3 * 2 + 0.5)) ** 2, 2);
});

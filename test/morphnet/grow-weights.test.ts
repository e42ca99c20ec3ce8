import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { growWeights } from '../../morphnet/grow-weights.ts';
import { readWeights, trainableModel, writeWeights } from '../../morphnet/index.ts';
import { planChannels } from '../../network/channel-plan.ts';
import type { Network } from '../../network/network.ts';
import type { Weights } from '../../network/weights.ts';
import { multiplyWidths } from '../../network/width-multiplier.ts';
import { resizeNetwork } from '../../network/widths.ts';
import { zooNetwork } from '../../network/zoo/index.ts';
import { wasmAdapter } from '../../profiler/engines/wasm/adapter.ts';

beforeAll(async () => {
  await wasmAdapter.openTraining();
});

function outputOf(network: Network, weights: Weights): Float32Array {
  const model = trainableModel(network, 0);
  writeWeights(model, weights);
  const output = tf.tidy(() => {
    const shape = (model.inputs[0] as tf.SymbolicTensor).shape.slice(1) as number[];
    const x = tf.randomNormal([2, ...shape], 0, 1, 'float32', 5);
    return (model.predict(x) as tf.Tensor).dataSync() as Float32Array;
  });
  model.dispose();
  return output;
}

async function freshWeights(network: Network, seed: number): Promise<Weights> {
  const model = trainableModel(network, seed);
  const weights = await readWeights(model);
  model.dispose();
  return weights;
}

/** Concats, residual sums and depthwise convolutions. */
test.each(['inception-32', 'resnet-v1-32', 'mobilenet-v1-32'])(
  'a wider %s with the weights of a narrower one computes what that does',
  async (name) => {
    const plan = planChannels(zooNetwork(name));
    const narrow = resizeNetwork(plan, multiplyWidths(plan, 0.5));
    const wide = resizeNetwork(plan, multiplyWidths(plan, 0.8));
    const weights = await freshWeights(narrow, 1);
    const grown = growWeights(narrow, weights, wide, await freshWeights(wide, 2));
    const [expected, got] = [outputOf(narrow, weights), outputOf(wide, grown)];
    const scale = Math.max(...expected.map(Math.abs));
    expected.forEach((value, i) => {
      expect(Math.abs((got[i] as number) - value)).toBeLessThan(1e-4 * scale);
    });
    // What is new has weights to be trained.
    const kernels = [...grown].filter(([part]) => part.endsWith('/kernel'));
    for (const [, values] of kernels) expect(values.every((value) => value === 0)).toBe(false);
  },
);

test('of a group that is narrower in the other network the first channels stay', async () => {
  const plan = planChannels(zooNetwork('mobilenet-v1-32'));
  const narrow = resizeNetwork(plan, multiplyWidths(plan, 0.5));
  const same = resizeNetwork(plan, multiplyWidths(plan, 0.3));
  const weights = await freshWeights(narrow, 1);
  const grown = growWeights(narrow, weights, same, await freshWeights(same, 2));
  const gammas = [...grown].filter(([part]) => part.endsWith('/gamma'));
  expect(gammas.length).toBeGreaterThan(10);
  for (const [part, values] of gammas) expect(values).toEqual(weights.get(part)?.slice(0, values.length));
});

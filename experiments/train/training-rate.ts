// How many images a second a network trains on here, by a few steps.
import type * as tfTypes from '@tensorflow/tfjs';
import { trainableModel } from '../../morphnet/trainable-model.ts';
import type { Network } from '../../network/network.ts';
import { type Dataset, normalization } from '../data/index.ts';
import { trainEpoch } from './epoch.ts';
import { momentumOptimizer } from './optimizer.ts';

/** Any rate takes the same time. */
const TRIAL_RATE = 0.01;

/**
 * Images per second of training, over all whole batches of the data but the first ones.
 * @param options.warmUps steps before the clock starts: the first ones allocate and compile
 */
export async function imagesPerSecond(
  tf: typeof tfTypes,
  network: Network,
  data: Dataset,
  { batch, seed, warmUps }: { readonly batch: number; readonly seed: number; readonly warmUps: number },
): Promise<number> {
  const model = trainableModel(network, seed);
  const optimizer = momentumOptimizer(tf);
  let startMs = performance.now();
  let steps = 0;
  await trainEpoch({
    tf,
    model,
    optimizer,
    data,
    normalization: normalization(data.train),
    batch,
    seed,
    epoch: 0,
    augment: true,
    rate: () => TRIAL_RATE,
    async afterStep(_rate, step) {
      if (step === warmUps) startMs = performance.now();
      else if (step > warmUps) steps++;
      return true;
    },
  });
  const seconds = (performance.now() - startMs) / 1e3;
  model.dispose();
  optimizer.dispose();
  return (steps * batch) / seconds;
}

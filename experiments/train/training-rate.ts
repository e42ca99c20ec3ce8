// How many images a second a network trains on here, by a few steps.
import type * as tfTypes from '@tensorflow/tfjs';
import { trainableModel } from '../../morphnet/trainable-model.ts';
import type { Network } from '../../network/network.ts';
import { type Dataset, normalization } from '../data/index.ts';
import { trainEpoch } from './epoch.ts';
import { momentumOptimizer } from './optimizer.ts';

/** Steps before the clock starts: the first ones allocate and compile. */
const WARM_UPS = 3;

/** Images per second of training, over all whole batches of the data but the first three. */
export async function imagesPerSecond(
  tf: typeof tfTypes,
  network: Network,
  data: Dataset,
  batch: number,
): Promise<number> {
  const model = trainableModel(network, 1);
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
    seed: 1,
    epoch: 0,
    augment: true,
    rate: () => 1e-3,
    async afterStep(_rate, step) {
      if (step === WARM_UPS) startMs = performance.now();
      else if (step > WARM_UPS) steps++;
      return true;
    },
  });
  model.dispose();
  optimizer.dispose();
  return (1e3 * steps * batch) / (performance.now() - startMs);
}

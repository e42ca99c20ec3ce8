// How many images a machine can train on in the time there is: a few steps on trial, and what follows from them.
import { trainableModel } from '../../morphnet/trainable-model.ts';
import type { Network } from '../../network/network.ts';
import type { TrainingEngine } from '../../profiler/engines/engine.ts';
import { generateTexturedShapes, normalization } from '../data/index.ts';
import { trainEpoch } from '../train/epoch.ts';
import { momentumOptimizer } from '../train/optimizer.ts';

const TRIAL_STEPS = 4;
const TRIAL_RATE = 0.01;

/**
 * Trains a few steps on generated images.
 * @returns images per second
 */
export async function tryTraining(
  { tf }: TrainingEngine,
  network: Network,
  { batch, seed }: { batch: number; seed: number },
): Promise<number> {
  const data = generateTexturedShapes({ trainCount: batch * TRIAL_STEPS, testCount: batch, seed });
  const model = trainableModel(network, seed);
  const optimizer = momentumOptimizer(tf);
  let startMs = 0;
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
    afterStep: async (_, step) => {
      // The first step allocates.
      if (step === 1) startMs = performance.now();
      return true;
    },
  });
  const seconds = (performance.now() - startMs) / 1e3;
  model.dispose();
  optimizer.dispose();
  return ((TRIAL_STEPS - 1) * batch) / seconds;
}

/** Least and most images of a training, whatever the time. */
const LIMITS: readonly [number, number] = [1000, 4000];

/**
 * Hundreds of images that so many epochs can see in so much time.
 * @param perSecond images
 */
export function affordableImages(perSecond: number, seconds: number, epochs: number): number {
  const [least, most] = LIMITS;
  const affordable = (seconds * perSecond) / epochs;
  return Math.round(Math.min(most, Math.max(least, affordable)) / 100) * 100;
}

// How many images a machine can train on in the time there is: a few steps on trial, and what follows from them.
import type { Network } from '../../network/network.ts';
import type { TrainingEngine } from '../../profiler/engines/engine.ts';
import { generateTexturedShapes } from '../data/index.ts';
import { imagesPerSecond } from '../train/training-rate.ts';

const TRIAL_STEPS = 4;

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
  return imagesPerSecond(tf, network, data, { batch, seed, warmUps: 1 });
}

/** Images of a training, whatever the time. */
const LEAST_IMAGES = 1000;
export const MOST_IMAGES = 4000;

/**
 * Hundreds of images that so many epochs can see in so much time.
 * @param perSecond images
 */
export function affordableImages(perSecond: number, seconds: number, epochs: number): number {
  const affordable = (seconds * perSecond) / epochs;
  return Math.round(Math.min(MOST_IMAGES, Math.max(LEAST_IMAGES, affordable)) / 100) * 100;
}

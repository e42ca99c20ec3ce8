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

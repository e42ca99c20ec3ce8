// The phases that train a network from scratch: the seed, the expanded network and the width multiplier's.
import { resizeNetwork } from '../../network/widths.ts';
import type { Stage } from '../../records/training.ts';
import type { ProgressListener } from '../progress.ts';
import { cosineRate } from './learning-rate.ts';
import { trainStage } from './train-stage.ts';
import type { TrainedNetwork, TrainingRun } from './training-run.ts';

/** Trains the seed network at these widths from fresh weights, through all epochs at a falling rate. */
export async function trainFresh(
  { options, setup, plan }: TrainingRun,
  stage: Exclude<Stage, 'shrink'>,
  widths: Int32Array,
  onProgress: ProgressListener,
): Promise<TrainedNetwork> {
  const network = stage === 'seed' ? options.network : resizeNetwork(plan, widths);
  const { weights, testAccuracy } = await trainStage(
    setup,
    {
      stage,
      network,
      epochs: options.epochs,
      rate: (done) => cosineRate(options.learningRate, done),
      extra: null,
    },
    onProgress,
  );
  return { network, widths, weights, testAccuracy };
}

// The phases that train a whole network: the seed, what was chosen of it, and the width multiplier's.
import { growWeights } from '../../morphnet/grow-weights.ts';
import { readWeights } from '../../morphnet/model-weights.ts';
import { trainableModel } from '../../morphnet/trainable-model.ts';
import type { Network } from '../../network/network.ts';
import type { Weights } from '../../network/weights.ts';
import { resizeNetwork } from '../../network/widths.ts';
import type { Stage } from '../../records/training.ts';
import type { ProgressListener } from '../progress.ts';
import { cosineRate, SURVIVED_RATE } from './learning-rate.ts';
import { trainStage } from './train-stage.ts';
import type { TrainedNetwork, TrainingRun } from './training-run.ts';

/**
 * Trains the run's network at these widths through all epochs at a falling rate.
 * @param start weights to go on from; fresh ones without
 */
export async function trainNetwork(
  { options, setup, plan }: TrainingRun,
  stage: Stage,
  widths: Int32Array,
  onProgress: ProgressListener,
  start?: (network: Network) => Promise<Weights>,
): Promise<TrainedNetwork> {
  const network = stage === 'seed' ? options.network : resizeNetwork(plan, widths);
  const { weights, testAccuracy } = await trainStage(
    setup,
    {
      stage,
      network,
      epochs: options.epochs,
      rate: (done) => cosineRate((start === undefined ? 1 : SURVIVED_RATE) * options.learningRate, done),
      extra: null,
      ...(start === undefined ? {} : { start: await start(network) }),
    },
    onProgress,
  );
  return { network, widths, weights, testAccuracy };
}

/** Weights of a network of other widths that go on from those of a shrunk one. */
export async function survivingWeights(
  shrunk: Pick<TrainedNetwork, 'network' | 'weights'>,
  network: Network,
  seed: number,
): Promise<Weights> {
  const model = trainableModel(network, seed);
  try {
    return growWeights(shrunk.network, shrunk.weights, network, await readWeights(model));
  } finally {
    model.dispose();
  }
}

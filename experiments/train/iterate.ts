// One iteration of Algorithm 1: a trained network is shrunk, widths within the budget are chosen, and trained.
import { stageOf } from '../../records/training.ts';
import { type ProgressListener, partOf } from '../progress.ts';
import { type ChosenWidths, chooseWidths } from './choose-widths.ts';
import { type ShrunkNetwork, shrinkSeed } from './shrink-seed.ts';
import { survivingWeights, trainNetwork } from './train-network.ts';
import type { TrainedNetwork, TrainingRun } from './training-run.ts';

/** What an iteration of Algorithm 1 made of a network. */
export interface Iteration {
  readonly shrunk: ShrunkNetwork;
  readonly chosen: ChosenWidths;
  readonly expanded: TrainedNetwork;
}

/** Of an iteration's progress. */
const SHRINKING = 0.6;

/** Shrinks a trained network, chooses widths within the budget, and trains those. */
export async function iterate(
  run: TrainingRun,
  start: TrainedNetwork,
  iteration: number,
  onProgress: ProgressListener,
): Promise<Iteration> {
  const { retrain, seed } = run.options;
  const shrunk = await shrinkSeed(run, start, stageOf('shrink', iteration), partOf(onProgress, 0, SHRINKING));
  const chosen = chooseWidths(run, shrunk);
  const expanded = await trainNetwork(
    run,
    stageOf('expanded', iteration),
    chosen.widths,
    partOf(onProgress, SHRINKING, 1),
    retrain === 'survived' ? (network) => survivingWeights(chosen.survivors, network, seed) : undefined,
  );
  return { shrunk, chosen, expanded };
}

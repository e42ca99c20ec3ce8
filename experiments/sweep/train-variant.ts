// A chosen network trained: from scratch, and on from the weights that survived.
import { shrinkWeights } from '../../morphnet/shrink-weights.ts';
import type { Network } from '../../network/network.ts';
import type { Weights } from '../../network/weights.ts';
import { resizeNetwork } from '../../network/widths.ts';
import type { ProgressListener } from '../progress.ts';
import { partOf } from '../progress.ts';
import { cosineRate, SURVIVED_RATE } from '../train/learning-rate.ts';
import { survivingWeights } from '../train/train-network.ts';
import { trainStage } from '../train/train-stage.ts';
import type { Base } from './base.ts';
import type { Chosen } from './choose-widths.ts';
import type { Snapshots } from './shrink-path.ts';
import type { SweepRun } from './sweep-run.ts';

export interface TrainedVariant {
  readonly scratch: number;
  /** Null of the seed network. */
  readonly survived: number | null;
  /** Of the better one. */
  readonly weights: Weights;
  readonly seconds: number;
}

/** Weights to go on from, for so many epochs. */
interface Start {
  readonly weights: Weights;
  readonly epochs: number;
}

/** Trains a network in a folder of its own: from scratch through all epochs, or on from a start. */
async function trained(
  { options, setupOf }: SweepRun,
  seed: number,
  id: string,
  network: Network,
  start: Start | undefined,
  onProgress: ProgressListener,
): Promise<{ accuracy: number; weights: Weights; seconds: number }> {
  const setup = setupOf(seed, id);
  const peak = start === undefined ? options.learningRate : SURVIVED_RATE * options.learningRate;
  const { testAccuracy, weights } = await trainStage(
    setup,
    {
      stage: 'expanded',
      network,
      epochs: start?.epochs ?? options.epochs,
      rate: (done) => cosineRate(peak, done),
      extra: null,
      ...(start === undefined ? {} : { start: start.weights }),
    },
    onProgress,
  );
  const seconds = setup.metrics.read().reduce((sum, row) => sum + row.seconds, 0);
  return { accuracy: testAccuracy, weights, seconds };
}

/** The seed network of a random seed, trained from scratch. */
export async function trainSeed(
  run: SweepRun,
  seed: number,
  onProgress: ProgressListener,
): Promise<TrainedVariant> {
  const { accuracy, weights, seconds } = await trained(
    run,
    seed,
    'seed',
    run.options.network,
    undefined,
    onProgress,
  );
  return { scratch: accuracy, survived: null, weights, seconds };
}

/** Where a network comes from. */
export interface VariantOrigin {
  readonly base: Base;
  /** Of the base, trained. */
  readonly weights: Weights;
  readonly chosen: Chosen;
  readonly snapshots: Snapshots;
}

/**
 * What a chosen network goes on from: the channels that it kept; a widened one, what it was before (with its new channels
 * silent); a width multiplier's, the first channels of the trained network.
 */
async function survivors(
  { base, weights, chosen, snapshots }: VariantOrigin,
  network: Network,
  seed: number,
): Promise<Weights> {
  const { slots, plan } = base;
  const snapshot = chosen.level === null ? undefined : snapshots.get(chosen.level);
  if (snapshot !== undefined && chosen.alive !== null)
    return shrinkWeights(slots, Uint8Array.from(chosen.alive), snapshot.weights(), network);
  if (snapshot === undefined) return survivingWeights({ network: base.network, weights }, network, seed);
  const alive = Uint8Array.from(snapshot.alive);
  const narrow = resizeNetwork(plan, slots.widths(alive));
  const narrowWeights = shrinkWeights(slots, alive, snapshot.weights(), narrow);
  return survivingWeights({ network: narrow, weights: narrowWeights }, network, seed);
}

/** A network of the sweep, both ways. */
export async function trainVariant(
  run: SweepRun,
  seed: number,
  id: string,
  network: Network,
  origin: VariantOrigin,
  onProgress: ProgressListener,
): Promise<TrainedVariant> {
  const scratch = await trained(run, seed, id, network, undefined, partOf(onProgress, 0, 0.5));
  // Weights that were on no shrink path train for as long as the others did on theirs.
  const { epochs, shrinkEpochs } = run.options;
  const start = {
    weights: await survivors(origin, network, seed),
    epochs: origin.chosen.level === null ? epochs + shrinkEpochs : epochs,
  };
  const survived = await trained(run, seed, `${id}-survived`, network, start, partOf(onProgress, 0.5, 1));
  const better = survived.accuracy > scratch.accuracy ? survived : scratch;
  return {
    scratch: scratch.accuracy,
    survived: survived.accuracy,
    weights: better.weights,
    seconds: scratch.seconds + survived.seconds,
  };
}

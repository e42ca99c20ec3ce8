// The phase that shrinks: the regularizer kills channels of a trained network, and the dead ones are removed.
import { join } from 'node:path';
import { ChannelSlots } from '../../morphnet/channel-slots.ts';
import { shrinkWeights } from '../../morphnet/shrink-weights.ts';
import { structureOf } from '../../morphnet/structure.ts';
import type { ChannelPlan } from '../../network/channel-plan.ts';
import type { Weights } from '../../network/weights.ts';
import { resizeNetwork } from '../../network/widths.ts';
import { writeJson } from '../../records/run-file.ts';
import type { Stage } from '../../records/training.ts';
import type { ProgressListener } from '../progress.ts';
import { evaluateReestimated } from './reestimate.ts';
import { shrinkStage } from './shrink-stage.ts';
import { shrunkCost } from './shrunk-cost.ts';
import { targetRegularizer } from './target-resource.ts';
import type { TrainedNetwork, TrainingRun } from './training-run.ts';

/**
 * Of the fixed rate while shrinking, against the peak of the others: at a smaller one the loss cannot hold what it needs against
 * the price, and the dearest channels go first, whatever they are worth.
 */
export const SHRINK_RATE = 1;

/** @param alive per slot: 1 where alive */
function withoutDeadChannels(
  plan: ChannelPlan,
  alive: Uint8Array,
  weights: Weights,
): Omit<TrainedNetwork, 'testAccuracy'> {
  const slots = new ChannelSlots(plan);
  const widths = slots.widths(alive);
  const network = resizeNetwork(plan, widths);
  return { widths, network, weights: shrinkWeights(slots, alive, weights, network) };
}

/** A network without its dead channels, with what was known of them. */
export interface ShrunkNetwork extends TrainedNetwork {
  /** Per slot of the network that shrank: |γ|, of tied channels the largest. */
  readonly importance: readonly number[];
  /** Weights of that network at the end of the stage. */
  readonly whole: Weights;
}

/**
 * Shrinks a trained network: the seed, or in a later iteration what was expanded before; writes structure.json.
 * @param stage names its checkpoint and its rows of metrics.csv
 */
export async function shrinkSeed(
  run: TrainingRun,
  seed: TrainedNetwork,
  stage: Stage,
  onProgress: ProgressListener,
): Promise<ShrunkNetwork> {
  const { options, setup, plan, resource } = run;
  const { target, device, learningRate } = options;
  const { weights, extra } = await shrinkStage(
    setup,
    {
      stage,
      network: seed.network,
      start: seed.weights,
      epochs: options.shrinkEpochs,
      learningRate: SHRINK_RATE * learningRate,
      strength: options.strength,
      warmUp: options.warmUp,
      targetCost: shrunkCost(run, resource.cost(plan.fullWidths)),
      regularizer: (model) => targetRegularizer(target, model, device),
    },
    onProgress,
  );
  const shrunk = withoutDeadChannels(plan, Uint8Array.from(extra.alive), weights);
  // What an earlier iteration removed stays in the list.
  const removed = Object.fromEntries(Object.keys(run.seedWidths).map((layer) => [layer, 0]));
  writeJson(join(options.out, 'structure.json'), { ...removed, ...structureOf(plan, shrunk.widths) });
  const testAccuracy = await evaluateReestimated(setup, shrunk.network, shrunk.weights);
  return { ...shrunk, testAccuracy, importance: extra.importance, whole: weights };
}

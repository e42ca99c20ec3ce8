// The phase that shrinks: the regularizer kills channels of the seed network, and the dead ones are removed.
import { join } from 'node:path';
import { ChannelSlots } from '../../morphnet/channel-slots.ts';
import { shrinkWeights } from '../../morphnet/shrink-weights.ts';
import { structureOf } from '../../morphnet/structure.ts';
import type { ChannelPlan } from '../../network/channel-plan.ts';
import type { Weights } from '../../network/weights.ts';
import { resizeNetwork } from '../../network/widths.ts';
import { writeJson } from '../../records/run-file.ts';
import type { ProgressListener } from '../progress.ts';
import { evaluateReestimated } from './reestimate.ts';
import { shrinkStage } from './shrink-stage.ts';
import { targetRegularizer } from './target-resource.ts';
import type { TrainedNetwork, TrainingRun } from './training-run.ts';

/** Of the fixed rate while shrinking, against the peak of the others. */
export const SHRINK_RATE = 0.2;

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

/** Shrinks the trained seed network to its share of the budget, and writes structure.json. */
export async function shrinkSeed(
  { options, setup, plan, budget }: TrainingRun,
  seed: TrainedNetwork,
  onProgress: ProgressListener,
): Promise<TrainedNetwork> {
  const { target, device, learningRate, shrinkShare } = options;
  const { weights, extra } = await shrinkStage(
    setup,
    {
      network: seed.network,
      start: seed.weights,
      epochs: options.shrinkEpochs,
      learningRate: SHRINK_RATE * learningRate,
      strength: options.strength,
      targetCost: shrinkShare * budget,
      regularizer: (model) => targetRegularizer(target, model, device),
    },
    onProgress,
  );
  const shrunk = withoutDeadChannels(plan, Uint8Array.from(extra.alive), weights);
  writeJson(join(options.out, 'structure.json'), structureOf(plan, shrunk.widths));
  return { ...shrunk, testAccuracy: await evaluateReestimated(setup, shrunk.network, shrunk.weights) };
}

// The phase that chooses: the shrunk network expanded in proportion, or the channels that a knapsack keeps.
import { ChannelSlots } from '../../morphnet/channel-slots.ts';
import { type Expansion, expandSnapped, expandWidths } from '../../morphnet/expand.ts';
import { bestKnapsackWidths, keptSlots } from '../../morphnet/knapsack-widths.ts';
import { shrinkWeights } from '../../morphnet/shrink-weights.ts';
import { slimmedSlots } from '../../morphnet/slimming.ts';
import { resizeNetwork } from '../../network/widths.ts';
import type { ShrunkNetwork } from './shrink-seed.ts';
import type { TrainedNetwork, TrainingRun } from './training-run.ts';

/** What is chosen of a network, to be trained. */
export interface ChosenWidths extends Omit<Expansion, 'cost'> {
  /** What its weights can go on from: of the same channels, or of fewer. */
  readonly survivors: TrainedNetwork;
  /**
   * What choosing for the device gained at the same cost, as a fraction: channels over those of an expansion to any counts;
   * importance over that of the channels above one threshold. Null for a plain expansion.
   */
  readonly gain: number | null;
}

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, value) => total + value, 0);

/** The most important channels by |γ| that fit the budget (see {@link bestKnapsackWidths}). */
function knapsackOf({ plan, resource, budget }: TrainingRun, shrunk: ShrunkNetwork): ChosenWidths {
  const slots = new ChannelSlots(plan);
  const { importance, whole } = shrunk;
  const cost = (each: Int32Array) => resource.cost(each);
  const { widths, multipleOf, importance: kept } = bestKnapsackWidths({ slots, importance, budget, cost });
  const slimmed = slimmedSlots(slots, importance, cost, budget);
  const gain = kept / sum(importance.filter((_, slot) => slimmed[slot] === 1)) - 1;
  const network = resizeNetwork(plan, widths);
  const weights = shrinkWeights(slots, keptSlots(slots, importance, widths), whole, network);
  return { omega: 1, widths, multipleOf, gain, survivors: { ...shrunk, network, widths, weights } };
}

/** Widths of the run's network within its budget. */
export function chooseWidths(run: TrainingRun, shrunk: ShrunkNetwork): ChosenWidths {
  const { options, plan, resource, budget } = run;
  if (options.choose === 'knapsack') return knapsackOf(run, shrunk);
  const cost = (each: Int32Array) => resource.cost(each);
  const plain = expandWidths(plan, shrunk.widths, cost, budget);
  const { omega, widths, multipleOf } = options.snap
    ? expandSnapped(plan, shrunk.widths, cost, budget)
    : plain;
  const gain = options.snap ? sum(widths) / sum(plain.widths) - 1 : null;
  return { omega, widths, multipleOf, gain, survivors: shrunk };
}

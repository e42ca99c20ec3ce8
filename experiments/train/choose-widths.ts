// The phase that chooses: the shrunk network expanded in proportion, or the channels that a knapsack keeps.
import { ChannelSlots } from '../../morphnet/channel-slots.ts';
import { type Expansion, expandSnapped, expandWidths } from '../../morphnet/expand.ts';
import { bestKnapsackWidths, keptSlots } from '../../morphnet/knapsack-widths.ts';
import { shrinkWeights } from '../../morphnet/shrink-weights.ts';
import { resizeNetwork } from '../../network/widths.ts';
import type { ShrunkNetwork } from './shrink-seed.ts';
import type { TrainedNetwork, TrainingRun } from './training-run.ts';

/** What is chosen of a network, to be trained. */
export interface ChosenWidths extends Omit<Expansion, 'cost'> {
  /** What its weights can go on from: of the same channels, or of fewer. */
  readonly survivors: TrainedNetwork;
}

/** The most important channels by |γ| that fit the budget (see {@link bestKnapsackWidths}). */
function knapsackOf({ plan, resource, budget }: TrainingRun, shrunk: ShrunkNetwork): ChosenWidths {
  const slots = new ChannelSlots(plan);
  const { importance, whole } = shrunk;
  const { widths, multipleOf } = bestKnapsackWidths({
    slots,
    importance,
    budget,
    cost: (each) => resource.cost(each),
  });
  const network = resizeNetwork(plan, widths);
  const weights = shrinkWeights(slots, keptSlots(slots, importance, widths), whole, network);
  return { omega: 1, widths, multipleOf, survivors: { ...shrunk, network, widths, weights } };
}

/** Widths of the run's network within its budget. */
export function chooseWidths(run: TrainingRun, shrunk: ShrunkNetwork): ChosenWidths {
  const { options, plan, resource, budget } = run;
  if (options.choose === 'knapsack') return knapsackOf(run, shrunk);
  const expand = options.snap ? expandSnapped : expandWidths;
  const { omega, widths, multipleOf } = expand(plan, shrunk.widths, (each) => resource.cost(each), budget);
  return { omega, widths, multipleOf, survivors: shrunk };
}

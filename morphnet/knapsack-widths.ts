// Choosing widths as a knapsack: the most important channels that fit a budget, on the channel counts a device likes.
import { UserError } from '../records/user-error.ts';
import type { ChannelSlots } from './channel-slots.ts';
import { Evaluator, groupOptions, type KnapsackProblem, type Point } from './knapsack-problem.ts';
import { bisect, exchange, restart } from './knapsack-search.ts';

export interface KnapsackWidths {
  readonly widths: Int32Array;
  readonly cost: number;
  /** Σ importance of the channels that stay. */
  readonly importance: number;
  readonly multipleOf: number;
}

/**
 * The widths of a network that keep the most important channels within a budget (the knapsack of HALP, Shen et al.,
 * arXiv 2110.10811, with whole-network costs in place of a sum of layers): by Lagrange multipliers, the price of a unit of
 * cost bisected and the widths climbed to at each price group by group; then what is left of the budget is filled, widths
 * are exchanged, and further climbs start from seeded random widths. Whole layers and branches may go. A cost that rises
 * in steps rewards the widths at their edges.
 * @throws UserError if no network was found that costs so little
 */
export function knapsackWidths(problem: KnapsackProblem): KnapsackWidths {
  const found = feasibleWidths(problem);
  if (found !== undefined) return found;
  throw tooDear(problem, `multiples of ${problem.multipleOf}`);
}

function tooDear({ budget }: { readonly budget: number }, multiples: string): UserError {
  return new UserError({
    got: `a budget of ${budget}`,
    expected: `more than the cheapest networks found, with widths of ${multiples}`,
    fix: 'raise the budget',
  });
}

/** As {@link knapsackWidths}, undefined if no network was found that costs so little. */
function feasibleWidths(problem: KnapsackProblem): KnapsackWidths | undefined {
  const { slots, budget, multipleOf } = problem;
  const options = groupOptions(problem);
  const evaluator = new Evaluator(problem);
  const full = evaluator.at(Int32Array.from(slots.plan.fullWidths));
  const result = ({ widths, value, cost }: Point) => ({ widths, cost, importance: value, multipleOf });
  if (full.cost <= budget) return result(full);
  const search = bisect(evaluator, options, full, budget);
  evaluator.evaluations = 0;
  if (search.best !== undefined) search.best = exchange(evaluator, options, search.best, budget);
  const best = restart(evaluator, options, search, budget);
  return best === undefined ? undefined : result(best);
}

/** Channel counts that devices may have cheap multiples of. */
const MULTIPLES: readonly number[] = [1, 4, 8, 16, 32];
/** Widths of all groups together beyond which a lattice takes too long to search. */
const MOST_OPTIONS = 1200;

/**
 * The knapsack on the lattice of 1, 4, 8, 16 and 32 channels that keeps the most importance; large networks on the coarser.
 * @throws UserError if no network was found on any that costs so little
 */
export function bestKnapsackWidths(problem: Omit<KnapsackProblem, 'multipleOf'>): KnapsackWidths {
  const { groups } = problem.slots.plan;
  const options = (multiple: number) => groups.reduce((sum, { size }) => sum + Math.ceil(size / multiple), 0);
  const lattices = MULTIPLES.filter((multiple) => options(multiple) <= MOST_OPTIONS);
  const searched = lattices.length > 0 ? lattices : MULTIPLES.slice(-1);
  // Small networks may not be cut enough in steps of 32.
  const found = searched.flatMap((multipleOf) => feasibleWidths({ ...problem, multipleOf }) ?? []);
  if (found.length === 0) throw tooDear(problem, `multiples of ${searched.join(', ')}`);
  return found.reduce((best, next) => (next.importance > best.importance ? next : best));
}

/** Per slot, 1 for the most important channels of each group at these widths. */
export function keptSlots(
  slots: ChannelSlots,
  importance: ArrayLike<number>,
  widths: Int32Array,
): Uint8Array {
  const alive = new Uint8Array(slots.count);
  slots.plan.groups.forEach(({ size }, group) => {
    const first = slots.first[group] as number;
    const order = Array.from({ length: size }, (_, k) => first + k).sort(
      (a, b) => (importance[b] as number) - (importance[a] as number),
    );
    for (const slot of order.slice(0, widths[group] as number)) alive[slot] = 1;
  });
  return alive;
}

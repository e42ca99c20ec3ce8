// The knapsack over a network's channels: what widths are worth, what they cost, and whether the network holds together.
import type { ChannelPlan } from '../network/channel-plan.ts';
import { cutLayer, settleWidths } from '../network/widths.ts';
import type { ChannelSlots } from './channel-slots.ts';

export interface KnapsackProblem {
  readonly slots: ChannelSlots;
  /** Per slot, never negative: what the network loses with the channel. */
  readonly importance: ArrayLike<number>;
  /** Of the network at these widths. */
  readonly cost: (widths: Int32Array) => number;
  readonly budget: number;
  /** Widths are multiples of so many channels, whole, or 0. */
  readonly multipleOf: number;
}

/** What a network at some widths is worth, and costs. */
export interface Point {
  readonly widths: Int32Array;
  readonly value: number;
  readonly cost: number;
}

/** Σ of the n largest importances of each group, for n = 0 … size: the weakest channels of a group go first. */
function groupValues({ slots, importance }: KnapsackProblem): Float64Array[] {
  return slots.plan.groups.map(({ size }, group) => {
    const first = slots.first[group] as number;
    const own = Array.from({ length: size }, (_, k) => importance[first + k] as number).sort((a, b) => b - a);
    const sums = new Float64Array(size + 1);
    own.forEach((value, k) => {
      sums[k + 1] = (sums[k] as number) + value;
    });
    return sums;
  });
}

/** Widths that a group may have, from 0 up. */
export function groupOptions({ slots, multipleOf }: KnapsackProblem): number[][] {
  return slots.plan.groups.map(({ size }, group) => {
    if (slots.free[group] === 0) return [size];
    const options = [0];
    for (let width = multipleOf; width < size; width += multipleOf) options.push(width);
    return [...options, size];
  });
}

/** Widths without what is cut off; null where the network no longer leads from its input to all of its outputs. */
function wholeWidths(plan: ChannelPlan, widths: Int32Array): Int32Array | null {
  if (!widths.includes(0)) return widths;
  const settled = settleWidths(plan, widths);
  const isLost = plan.network.outputs.some(
    (name) => settled.alive[plan.layerIndex.get(name) as number] === 0,
  );
  return isLost || cutLayer(plan, settled) !== undefined ? null : settled.widths;
}

/**
 * Networks that improvements may look at, over the number of groups to the power of 1.5: each costs in proportion, and large
 * networks have little left to find. A fraction of a second for large ones, nearly all there are of small ones.
 */
const EVALUATIONS = 600_000;
/** Widths evaluated; what a network that is not whole is worth is nothing, at any price. */
export class Evaluator {
  private readonly values: readonly Float64Array[];
  private readonly plan: ChannelPlan;
  private readonly costOf: (widths: Int32Array) => number;
  evaluations = 0;
  private readonly mostEvaluations: number;

  constructor(problem: KnapsackProblem) {
    this.values = groupValues(problem);
    this.mostEvaluations = EVALUATIONS / problem.slots.plan.groups.length ** 1.5;
    this.plan = problem.slots.plan;
    this.costOf = problem.cost;
  }

  get isSpent(): boolean {
    return this.evaluations > this.mostEvaluations;
  }

  at(widths: Int32Array): Point {
    this.evaluations++;
    const settled = wholeWidths(this.plan, widths);
    if (settled === null) return { widths, value: Number.NEGATIVE_INFINITY, cost: 0 };
    let value = 0;
    for (const [group, sums] of this.values.entries()) value += sums[settled[group] as number] as number;
    return { widths: settled, value, cost: this.costOf(settled) };
  }

  /** With one group at another width. */
  with(point: Point, group: number, width: number): Point {
    const widths = point.widths.slice();
    widths[group] = width;
    return this.at(widths);
  }
}

// MorphNet's expansion: the widest uniformly scaled network within a budget.
import type { ChannelPlan } from '../network/channel-plan.ts';
import { UserError } from '../records/user-error.ts';

/** An expanded network: its multiplier ω, its group widths, and their cost in the unit of the budget. */
export interface Expansion {
  readonly omega: number;
  readonly widths: Int32Array;
  readonly cost: number;
  /** Widths were rounded to multiples of this, where they are at least that wide. */
  readonly multipleOf: number;
}

/** Ratios of the start width beyond which a wider network is not looked for. */
const MAX_OMEGA = 64;

/**
 * round(ω·width) of every group that may change, to a multiple where it is at least half of one; a group that is gone
 * stays gone, the others keep at least 1.
 */
export function scaledWidths(
  plan: ChannelPlan,
  widths: Int32Array,
  omega: number,
  multipleOf = 1,
): Int32Array {
  return Int32Array.from(plan.groups, ({ fixed }, group) => {
    const width = widths[group] as number;
    if (fixed || width === 0) return width;
    const multiple = multipleOf * Math.round((omega * width) / multipleOf);
    return Math.max(1, multiple > 0 ? multiple : Math.round(omega * width));
  });
}

/**
 * MorphNet's expansion (Algorithm 1, step 3): the largest ω with cost(round(ω·widths)) ≤ budget. The cost need not be
 * monotone in ω (a calibrated one is not), so the breakpoints of the rounding are scanned from above, starting where
 * twice the budget is passed.
 * @param multipleOf rounds to multiples of so many channels instead
 * @throws UserError if even the narrowest network costs more than the budget
 */
export function expandWidths(
  plan: ChannelPlan,
  widths: Int32Array,
  cost: (widths: Int32Array) => number,
  budget: number,
  multipleOf = 1,
): Expansion {
  const free = plan.groups.flatMap(({ fixed }, group) =>
    fixed || widths[group] === 0 ? [] : [widths[group] as number],
  );
  const at = (omega: number) => {
    const scaled = scaledWidths(plan, widths, omega, multipleOf);
    return { omega, widths: scaled, cost: cost(scaled), multipleOf };
  };
  const narrowest = at(0);
  if (narrowest.cost > budget) {
    throw new UserError({
      got: `a budget of ${budget}`,
      expected: `at least ${narrowest.cost}, the cost with one channel everywhere`,
      fix: 'raise the budget',
    });
  }
  let top = 1;
  while (top < MAX_OMEGA && at(top).cost <= 2 * budget) top *= 1.5;
  const breakpoints = new Set<number>();
  for (const width of new Set(free)) {
    for (let k = 2; (k - 0.5) / width <= top; k++) breakpoints.add((k - 0.5) / width);
    for (let k = 1; ((k - 0.5) * multipleOf) / width <= top; k++)
      breakpoints.add(((k - 0.5) * multipleOf) / width);
  }
  for (const omega of [...breakpoints].sort((a, b) => b - a)) {
    // Just past the breakpoint, so that rounding up does not hang on the last bit.
    const expansion = at(omega * (1 + 1e-12));
    if (expansion.cost <= budget) return expansion;
  }
  return narrowest;
}

/** Channel counts that devices may have cheap multiples of: SIMD lanes and blocks of blocked layouts. */
const MULTIPLES: readonly number[] = [1, 4, 8, 16, 32];

/**
 * The expansion of those to multiples of 1, 4, 8, 16 and 32 channels that has the most channels within the budget: on
 * a device with cheap channel counts a network that keeps to them can be wider at the same cost.
 * @throws UserError if even the narrowest network costs more than the budget
 */
export function expandSnapped(
  plan: ChannelPlan,
  widths: Int32Array,
  cost: (widths: Int32Array) => number,
  budget: number,
): Expansion {
  const channels = (expansion: Expansion) => expansion.widths.reduce((sum, width) => sum + width, 0);
  return MULTIPLES.map((multipleOf) => expandWidths(plan, widths, cost, budget, multipleOf)).reduce(
    (best, next) => (channels(next) > channels(best) ? next : best),
  );
}

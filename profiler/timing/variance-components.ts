// What noise is made of: what a case's rounds differ by within a load, and what its loads differ by beyond that.
import { mean } from 'simple-statistics';

/** Variances of log times, pooled over cases. */
export interface VarianceComponents {
  /** Between the rounds of a load. */
  readonly within: number;
  /** Between loads, beyond what their few rounds explain; 0 where they explain all of it. */
  readonly between: number;
}

/** Sums that components are pooled from. */
interface Sums {
  withinSquares: number;
  withinFreedom: number;
  betweenSquares: number;
  betweenFreedom: number;
  /** Rounds of a typical load, times betweenFreedom. */
  sizes: number;
}

function addCase(sums: Sums, loads: readonly (readonly number[])[]): void {
  const all = loads.flat();
  const grand = mean(all);
  for (const load of loads) {
    const centre = mean([...load]);
    for (const value of load) sums.withinSquares += (value - centre) ** 2;
    sums.withinFreedom += load.length - 1;
    sums.betweenSquares += load.length * (centre - grand) ** 2;
  }
  sums.betweenFreedom += loads.length - 1;
  const squares = loads.reduce((sum, { length }) => sum + length ** 2, 0);
  sums.sizes += all.length - squares / all.length;
}

/**
 * Components of variance of a one-way random-effects model, by the analysis of variance of loads of unequal sizes (Searle,
 * Casella & McCulloch, Variance Components, 1992, § 3.6), sums of squares pooled over cases, whose rounds' common
 * factors were divided out before.
 * @param times cases × loads × rounds, positive
 * @returns null where no case has two rounds in a load, or none has two loads
 */
export function varianceComponents(
  times: readonly (readonly (readonly number[])[])[],
): VarianceComponents | null {
  const sums: Sums = { withinSquares: 0, withinFreedom: 0, betweenSquares: 0, betweenFreedom: 0, sizes: 0 };
  for (const loads of times) {
    addCase(
      sums,
      loads.map((load) => load.map(Math.log)),
    );
  }
  const { withinSquares, withinFreedom, betweenSquares, betweenFreedom, sizes } = sums;
  if (withinFreedom === 0 || betweenFreedom === 0) return null;
  const within = withinSquares / withinFreedom;
  const size = sizes / betweenFreedom;
  return { within, between: Math.max(0, (betweenSquares / betweenFreedom - within) / size) };
}

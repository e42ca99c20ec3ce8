// Wild times drawn in before variances are made of them: medians do not move with them, squares would.
import { median } from 'simple-statistics';
import { MAD_TO_SIGMA } from '../../records/robust-statistics.ts';
import type { LoadTimes } from './load-estimate.ts';

/**
 * Robust standard deviations from a load's median, as logarithms, beyond which a time is drawn in. Where a fifth of the
 * times are spikes the variance that is left is that of a median of such times; of normal times it is 4 % less in its root.
 */
const MOST_SIGMAS = 2;

/** Differences of all pairs of a load's times. */
function pairDifferences(load: readonly number[]): number[] {
  return load.flatMap((one, at) => load.slice(at + 1).map((other) => Math.abs(one - other)));
}

/** Robust standard deviation by differences of pairs, which loads of two times tell without bias. */
const sigmaOf = (differences: readonly number[]) =>
  differences.length > 0 ? (MAD_TO_SIGMA * median([...differences])) / Math.SQRT2 : 0;

/**
 * Times with those that lie further from the median of their load than two robust standard deviations moved there; the larger
 * of the case's own and of all cases' together, since few times tell their own badly. What whole loads differ by stays.
 * @param cases cases × loads × rounds, positive
 */
export function winsorized(cases: readonly LoadTimes[]): LoadTimes[] {
  const logs = cases.map((loads) => loads.map((times) => times.map(Math.log)));
  const differences = logs.map((loads) => loads.flatMap(pairDifferences));
  const pooled = sigmaOf(differences.flat());
  return logs.map((loads, index) => {
    const reach = MOST_SIGMAS * Math.max(pooled, sigmaOf(differences[index] as number[]));
    return loads.map((load) => {
      const centre = median(load);
      return load.map((log) => Math.exp(Math.max(centre - reach, Math.min(centre + reach, log))));
    });
  });
}

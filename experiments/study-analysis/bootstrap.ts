// The bootstrap: seeded resamples of networks and percentile intervals over them.
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { quantileSorted } from 'simple-statistics';
import { streamSeed } from '../../network/shuffle.ts';

/** Resamples of a bootstrap; 1000 serve for percentile intervals (Efron and Tibshirani 1993, section 13.3). */
export const RESAMPLES = 1000;
export const CONFIDENCE = 0.95;

/**
 * How often each of n rows is in a resample of n drawn with replacement.
 * @param index of the resample; it depends on the seed and the index alone
 */
export function resampleCounts(n: number, seed: number, index: number): Int32Array {
  const random = xoroshiro128plus(streamSeed(seed, index));
  const counts = new Int32Array(n);
  for (let draw = 0; draw < n; draw++) {
    const at = uniformInt(random, 0, n - 1);
    counts[at] = (counts[at] as number) + 1;
  }
  return counts;
}

/**
 * Percentile bootstrap interval (B. Efron and R. J. Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13).
 * @param values the statistic on each resample; those that are not finite are left out
 * @returns null where too few are finite for the tails
 */
export function percentileInterval(values: ArrayLike<number>): [number, number] | null {
  const finite = Float64Array.from(values)
    .filter((value) => Number.isFinite(value))
    .sort();
  const tail = (1 - CONFIDENCE) / 2;
  if (finite.length * tail < 1) return null;
  const sorted = [...finite];
  return [quantileSorted(sorted, tail), quantileSorted(sorted, 1 - tail)];
}

// What is known of the ratio of two networks' times after some loads.
import { mean, median } from 'simple-statistics';
import type { CompareVerdict } from '../../records/comparison.ts';
import { halfWidthAt, halfWidthOf, probabilityBelowZero, squaresOf } from './confidence-sequence.ts';

/** Error rates, over all looks of a comparison together. */
export const FALSE_DIFFERENCE = 0.01;
export const OUTSIDE_INTERVAL = 0.05;

/** Times of both networks in one load, round by round, in µs at one speed of the machine. */
export interface PairedLoad {
  readonly a: readonly number[];
  readonly b: readonly number[];
}

/**
 * The logarithm of B over A in one load: the median over its rounds, in which both ran within moments of one another. What
 * buffers do to a network for as long as it is loaded stays in it: loads are the independent units.
 */
export function logRatio({ a, b }: PairedLoad): number {
  return median(
    Array.from({ length: Math.min(a.length, b.length) }, (_, round) =>
      Math.log((b[round] as number) / (a[round] as number)),
    ),
  );
}

export interface Ratio {
  /** Time of B over time of A. */
  readonly ratio: number;
  /** 95 % confidence sequence: it holds at every look. */
  readonly low: number;
  readonly high: number;
  readonly pBFaster: number;
  readonly verdict: CompareVerdict;
  /** Half the interval's width, as a fraction. */
  readonly precision: number;
}

/**
 * @param loads logarithms of B over A, one per load
 * @param precision as a fraction: ratios nearer to 1 than this are no difference that matters
 */
export function ratioOf(loads: readonly number[], precision: number): Ratio {
  const centre = mean([...loads]);
  const half = halfWidthAt(loads, OUTSIDE_INTERVAL);
  const isDifferent = Math.abs(centre) > halfWidthAt(loads, FALSE_DIFFERENCE);
  const isSame = Math.abs(centre) + half <= Math.log1p(precision);
  const verdict = isDifferent ? (centre < 0 ? 'b-faster' : 'b-slower') : isSame ? 'same' : 'inconclusive';
  return {
    ratio: Math.exp(centre),
    low: Math.exp(centre - half),
    high: Math.exp(centre + half),
    pBFaster: probabilityBelowZero(loads),
    verdict,
    precision: Math.expm1(half),
  };
}

/** Loads that nobody waits for. */
const MOST_LOADS = 100_000;
/** Loads looked at grow by a twentieth. */
const GROWTH = 1.05;

/**
 * How many loads would decide a comparison that so many left open, if they go on to scatter as these do and the ratio is
 * what it seems.
 * @returns null where nothing would, or too few loads tell how they scatter
 */
export function loadsToDecide(loads: readonly number[], precision: number): number | null {
  const n = loads.length;
  if (n < 3) return null;
  const centre = Math.abs(mean([...loads]));
  const variance = squaresOf(loads) / (n - 1);
  for (let more = n + 1; more < MOST_LOADS; more = Math.ceil(more * GROWTH)) {
    const half = (alpha: number) => halfWidthOf(more, variance * (more - 1), alpha);
    if (centre > half(FALSE_DIFFERENCE) || centre + half(OUTSIDE_INTERVAL) <= Math.log1p(precision))
      return more;
  }
  return null;
}

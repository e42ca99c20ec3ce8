// Standard errors with degrees of freedom, and the 95 % intervals that they make.
import { sampleVariance } from 'simple-statistics';
import { z } from 'zod';

/**
 * 95 % confidence interval in the unit of its parameter; null where the networks measured do not tell of it. A cost that
 * may be nothing at all has low 0: an upper bound.
 */
export const interval = z
  .object({ low: z.number(), high: z.number(), standardError: z.number().nonnegative() })
  .refine(({ low, high }) => low <= high, 'expected low at most as large as high')
  .nullable();
export type Interval = z.infer<typeof interval>;

/** 97.5 % quantile of the normal distribution. */
const Z = 1.959964;
const LEAST_DEGREES = 2;

/**
 * 97.5 % quantile of Student's t: Cornish-Fisher expansion (Abramowitz & Stegun 26.7.5), within 4 % at 2 degrees of
 * freedom and 0.2 % from 5.
 */
export function studentQuantile(degrees: number): number {
  const terms = [
    (Z ** 3 + Z) / 4,
    (5 * Z ** 5 + 16 * Z ** 3 + 3 * Z) / 96,
    (3 * Z ** 7 + 19 * Z ** 5 + 17 * Z ** 3 - 15 * Z) / 384,
  ];
  return terms.reduce((sum, term, k) => sum + term / degrees ** (k + 1), Z);
}

/** Standard error of an estimate, and how well it is itself known. */
export interface Margin {
  readonly standardError: number;
  readonly degrees: number;
}

/**
 * Standard error of an estimate from what it becomes without each cluster (Efron & Stein 1981; as a cluster-robust
 * variance: MacKinnon, Nielsen & Webb 2023, CV3). The degrees of freedom are Satterthwaite's, the clusters' variances
 * taken from the fourth moments of normal shifts: few clusters that matter give few.
 * @param shifts estimate without a cluster − estimate; 0 for clusters that say nothing of it
 */
export function jackknifeMargin(shifts: readonly number[]): Margin {
  const count = shifts.length;
  const centre = shifts.reduce((sum, shift) => sum + shift, 0) / count;
  let squares = 0;
  let fourths = 0;
  for (const shift of shifts) {
    squares += (shift - centre) ** 2;
    fourths += (shift - centre) ** 4;
  }
  const degrees = fourths > 0 ? (3 * squares ** 2) / fourths : count - 1;
  return {
    standardError: Math.sqrt(((count - 1) / count) * squares),
    degrees: Math.max(LEAST_DEGREES, Math.min(count - 1, degrees)),
  };
}

/** Variance of the median of three over that of their mean, of normal data: a kernel's time is the median of its loads. */
const MEDIAN_OF_THREE = 1.35;

/** Standard error of a median over loads, from the variance of one load. */
export const ofMedianLoad = (variance: number, loads: number) =>
  Math.sqrt((MEDIAN_OF_THREE * variance) / loads);

/**
 * Standard error of an estimate from what it is by each load alone: what a whole load has in common (the machine's speed
 * and its memory's at the time) is the same for all networks, so that leaving out networks cannot show it.
 * @param shifts estimate by one load − estimate by all
 */
export function loadMargin(shifts: readonly number[]): Margin {
  const count = shifts.length;
  if (count < 2) return { standardError: 0, degrees: Number.POSITIVE_INFINITY };
  return {
    standardError: ofMedianLoad(sampleVariance([...shifts]), count),
    degrees: count - 1,
  };
}

/**
 * Of both: what loads differ by beyond the noise of each network's own times, which is in both, is added. Degrees of
 * freedom by Welch and Satterthwaite.
 * @param noise standard error between loads that the networks' own times explain; at most that of the networks
 */
export function combinedMargin(networks: Margin, loads: Margin, noise = networks.standardError): Margin {
  const own = networks.standardError ** 2;
  const between = loads.standardError ** 2;
  if (between === 0) return networks;
  // A difference cut off at 0 would too often find nothing common in three loads; this tends to it where it is large.
  const excess = between ** 2 / (between + noise ** 2);
  return {
    standardError: Math.sqrt(own + excess),
    degrees: (own + excess) ** 2 / (own ** 2 / networks.degrees + excess ** 2 / loads.degrees),
  };
}

/** An interval of a rate from a hundredth to a hundredfold says that nothing is known. */
const MAX_RATE_FACTOR = 100;

/** Of a rate: symmetric in the logarithm. */
export function rateInterval(estimate: number, { standardError, degrees }: Margin): Interval {
  const factor = Math.exp((studentQuantile(degrees) * standardError) / estimate);
  return factor < MAX_RATE_FACTOR ? { low: estimate / factor, high: estimate * factor, standardError } : null;
}

/** Of a cost that may be 0 but not less. */
export function costInterval(estimate: number, margin: Margin): NonNullable<Interval> {
  const symmetric = signedInterval(estimate, margin);
  return { ...symmetric, low: Math.max(0, symmetric.low) };
}

/** Of a parameter of either sign. */
export function signedInterval(estimate: number, { standardError, degrees }: Margin): NonNullable<Interval> {
  const half = studentQuantile(degrees) * standardError;
  return { low: estimate - half, high: estimate + half, standardError };
}

// How noisy measured latencies are, as the error that a perfect model would show, and the model's error without it.

import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { mean, quantileSorted } from 'simple-statistics';

/** Mean of |x| of a normal x with standard deviation 1: √(2/π). */
const MEAN_ABSOLUTE = Math.sqrt(2 / Math.PI);

/**
 * Mean of the standard deviation of n normal values over the true one, c₄(n) = √(2/(n−1)) Γ(n/2) / Γ((n−1)/2), for
 * n = 2 … 10; beyond, 1 − 1/(4n) − 7/(32n²) (Holtzman, The American Statistician 4, 1950).
 */
const C4 = [0, 0, 0.797885, 0.886227, 0.921318, 0.939986, 0.951533, 0.959369, 0.96503, 0.969311, 0.972659];
const c4 = (n: number) => C4[n] ?? 1 - 1 / (4 * n) - 7 / (32 * n * n);

/** A measured latency's standard error, as a fraction, and how many independent values it comes from. */
export interface MeasuredError {
  readonly standardError: number;
  /** Loads, or rounds of the only one. */
  readonly values: number;
}

/**
 * Mean of |error| that a perfect model would show against these measurements, as a fraction: √(2/π) times the mean
 * standard error, each freed of the small-sample bias of its standard deviation.
 */
export function meanErrorOfPerfectModel(errors: readonly MeasuredError[]): number {
  return MEAN_ABSOLUTE * mean(errors.map(({ standardError, values }) => standardError / c4(values)));
}

/** An error without the measurements' noise, with its 95 % interval; all fractions. */
export interface NoiselessError {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 2000;
const BOOTSTRAP_SEED = 1;

/** Errors of a model and of its measurements are independent: their squares add. */
const withoutNoise = (mape: number, noise: number) => Math.sqrt(Math.max(0, mape ** 2 - noise ** 2));

/**
 * The model's own mean error: √(mape² − noise²), which holds for normal errors, its interval by resampling networks
 * (percentile bootstrap; Efron & Tibshirani, An Introduction to the Bootstrap, 1993, ch. 13).
 * @param absoluteErrors |predicted / measured − 1| of each network
 * @param errors of the same networks' measurements
 */
export function mapeWithoutNoise(
  absoluteErrors: readonly number[],
  errors: readonly MeasuredError[],
): NoiselessError {
  const random = xoroshiro128plus(BOOTSTRAP_SEED);
  const indices = absoluteErrors.map((_, i) => i);
  const of = (chosen: readonly number[]) =>
    withoutNoise(
      mean(chosen.map((i) => absoluteErrors[i] as number)),
      meanErrorOfPerfectModel(chosen.map((i) => errors[i] as MeasuredError)),
    );
  const resampled = Array.from({ length: RESAMPLES }, () =>
    of(indices.map(() => uniformInt(random, 0, indices.length - 1))),
  ).sort((a, b) => a - b);
  return {
    value: of(indices),
    low: quantileSorted(resampled, 0.025),
    high: quantileSorted(resampled, 0.975),
  };
}

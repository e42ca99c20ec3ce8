// Statistics that a few wild values do not move.
import { median, medianAbsoluteDeviation } from 'simple-statistics';

/** Turns a median absolute deviation into a standard deviation of normal data: 1 / Φ⁻¹(3/4). */
export const MAD_TO_SIGMA = 1.4826;

/** Robust standard deviation, in the unit of the values. */
export const robustSigma = (values: readonly number[]) => MAD_TO_SIGMA * medianAbsoluteDeviation([...values]);

/** Robust standard deviation as a fraction of the median; 0 where the median is. */
export function robustSpread(values: readonly number[]): number {
  const centre = median([...values]);
  return centre > 0 ? robustSigma(values) / centre : 0;
}

/**
 * The value at which half of the weight is reached; between two values where it is reached exactly at one of them, so that
 * of equal weights it is the median.
 * @throws Error for no values
 */
export function weightedMedian(values: readonly number[], weights: readonly number[]): number {
  const order = [...values.keys()].sort((a, b) => (values[a] as number) - (values[b] as number));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let below = 0;
  for (const [position, index] of order.entries()) {
    below += weights[index] as number;
    const excess = below - total / 2;
    const value = values[index] as number;
    // Sums of weights are off by rounding.
    if (Math.abs(excess) <= 1e-9 * total)
      return (value + (values[order[position + 1] ?? index] as number)) / 2;
    if (excess > 0) return value;
  }
  throw new Error('no values have no median');
}

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

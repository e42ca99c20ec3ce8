import { mean, sampleStandardDeviation } from 'simple-statistics';
import { z } from 'zod';

/** How a rung compares with the best one, network by network. */
export const rungComparison = z.object({
  /** Predicted by a fit that they were not part of. */
  networks: z.number().int(),
  /** Mean of |log(predicted / measured)|. */
  error: z.number(),
  /** Mean of what the error exceeds that of the best rung by, on the same networks. */
  excess: z.number(),
  /** Of the excess. */
  standardError: z.number(),
  /** Whether the excess is at most one standard error. */
  withinNoise: z.boolean(),
});
export type RungComparison = z.infer<typeof rungComparison>;

/**
 * Compares rungs by paired differences: networks differ in how well they can be predicted by far more than rungs do.
 * @param errors per rung, |log(predicted / measured)| of each network, the same networks in the same order
 */
export function compareRungs(errors: readonly (readonly number[])[]): RungComparison[] {
  const means = errors.map((each) => mean([...each]));
  const best = errors[means.indexOf(Math.min(...means))] as readonly number[];
  return errors.map((each, rung) => {
    const excesses = each.map((error, i) => error - (best[i] as number));
    const excess = mean(excesses);
    const standardError =
      excesses.length > 1 ? sampleStandardDeviation(excesses) / Math.sqrt(excesses.length) : 0;
    return {
      networks: each.length,
      error: means[rung] as number,
      excess,
      standardError,
      withinNoise: excess <= standardError,
    };
  });
}

/**
 * The simplest rung that is not worse than the best by more than the noise: the one-standard-error rule (Breiman et al.,
 * Classification and Regression Trees, 1984, § 3.4.3; Hastie et al., The Elements of Statistical Learning, 2nd ed.,
 * § 7.10), of paired differences.
 * @param comparisons from the simplest rung to the richest
 */
export function simplestWithinNoise(comparisons: readonly RungComparison[]): number {
  return comparisons.findIndex(({ withinNoise }) => withinNoise);
}

// Compares rungs network by network, and names the simplest that is within noise of the best.
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
 * @param errors by rung, |log(predicted / measured)| of each network, the same networks in the same order
 * @throws Error if rungs have errors of more or fewer networks than others
 */
export function compareRungs<Name extends string>(
  errors: ReadonlyMap<Name, readonly number[]>,
): Map<Name, RungComparison> {
  const counts = [...errors].map(([name, { length }]) => `${name} ${length}`);
  if (new Set([...errors.values()].map(({ length }) => length)).size > 1)
    throw new Error(`rungs are compared on different networks: ${counts.join(', ')}`);
  const means = new Map([...errors].map(([name, each]) => [name, mean([...each])]));
  const least = Math.min(...means.values());
  const [, best = []] = [...errors].find(([name]) => means.get(name) === least) ?? [];
  return new Map(
    [...errors].map(([name, each]) => {
      const excesses = each.map((error, i) => error - (best[i] as number));
      const excess = mean(excesses);
      const standardError =
        excesses.length > 1 ? sampleStandardDeviation(excesses) / Math.sqrt(excesses.length) : 0;
      const error = means.get(name) as number;
      const withinNoise = excess <= standardError;
      return [name, { networks: each.length, error, excess, standardError, withinNoise }];
    }),
  );
}

/**
 * The simplest rung that is not worse than the best by more than the noise: the one-standard-error rule (Breiman et al.,
 * Classification and Regression Trees, 1984, § 3.4.3; Hastie et al., The Elements of Statistical Learning, 2nd ed.,
 * § 7.10), of paired differences.
 * @param comparisons of rungs, from the simplest to the richest
 * @throws Error if there are none
 */
export function simplestWithinNoise<Name extends string>(
  comparisons: ReadonlyMap<Name, RungComparison>,
): Name {
  for (const [name, { withinNoise }] of comparisons) if (withinNoise) return name;
  throw new Error('no rung is within noise of the best');
}

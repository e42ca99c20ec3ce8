// Which cases' latencies are less sure than asked.
import { mean } from 'simple-statistics';
import type { CaseStatistics } from './round-statistics.ts';

/**
 * Degrees of freedom that the pooled variance counts for: a few loads alone tell a case's own badly (moderated variances;
 * Smyth, Statistical Applications in Genetics and Molecular Biology 3, 2004).
 */
const PRIOR_FREEDOM = 4;

/** A case that was measured: what of its statistics tells how sure it is. */
type Measured = Pick<CaseStatistics, 'standardError' | 'loads' | 'rounds'>;

/** Independent values that a standard error comes from: loads, or rounds of the only one. */
const valuesOf = ({ loads, rounds }: Measured) => (loads > 1 ? loads : rounds);

/**
 * Standard error of each case, its variance drawn towards that of all: with one figure per load, a case whose few loads
 * happen to agree would pass for quiet.
 * @returns infinite where nothing tells
 */
export function moderatedErrors(cases: readonly Measured[]): number[] {
  const variances = cases.map((each) =>
    each.standardError === null ? null : each.standardError ** 2 * valuesOf(each),
  );
  const known = variances.filter((variance) => variance !== null);
  if (known.length === 0) return cases.map(() => Number.POSITIVE_INFINITY);
  const pooled = mean(known);
  return cases.map((each, index) => {
    const own = variances[index] ?? null;
    const freedom = own === null ? 0 : valuesOf(each) - 1;
    const variance = (PRIOR_FREEDOM * pooled + freedom * (own ?? 0)) / (PRIOR_FREEDOM + freedom);
    return Math.sqrt(variance / valuesOf(each));
  });
}

/**
 * Indices of the cases that are less sure than this, the least sure first.
 * @param least where there are any, so many are named, though the last are sure enough
 */
export function noisyCases(cases: readonly Measured[], standardError: number, least: number): number[] {
  const errors = moderatedErrors(cases);
  const byError = [...errors.keys()].sort((a, b) => (errors[b] as number) - (errors[a] as number));
  const count = errors.filter((error) => error > standardError).length;
  return count === 0 ? [] : byError.slice(0, Math.max(count, least));
}

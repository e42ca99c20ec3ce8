// Every limit of a budget file's entries against what the networks cost.
import {
  type BudgetEntry,
  CHECK_SCHEMA,
  type CheckResult,
  type LimitName,
  type Outcome,
  type PredictedLimit,
} from '../../records/budget.ts';
import { oneLine } from '../../records/one-line.ts';
import { UserError } from '../../records/user-error.ts';
import { limitFor, type NewLimit } from './update-budget.ts';

/** An entry of a budget file, its networks opened. */
export interface CheckedEntry {
  readonly title: string;
  readonly device: string | null;
  readonly limits: BudgetEntry['limits'];
  readonly currentValue: (limit: PredictedLimit) => number;
  /** What a measured ratio is of; null without one. */
  readonly baseline: string | null;
}

type Ratio = Pick<Outcome, 'got' | 'verdict' | 'low' | 'high' | 'seconds' | 'decided_by'>;

const UNMEASURED = { low: null, high: null, seconds: null, decided_by: null };

/** Limits of an entry in the order of its file. @throws UserError for one that is null still */
function limitsOf({ title, limits }: CheckedEntry): [LimitName, number][] {
  return (Object.entries(limits) as [LimitName, number | null][]).map(([limit, atMost]) => {
    if (atMost !== null) return [limit, atMost];
    throw new UserError({
      got: `limit ${limit} of ${oneLine(title)}, which is null`,
      expected: 'a number',
      fix: "give one; --update writes today's values",
    });
  });
}

/**
 * Checks limits: those that need no device first, so that what is broken is known at once.
 * @param measure measures an entry's ratio, up to a limit
 * @throws UserError for a limit without a value
 */
export async function checkBudget(
  file: string,
  entries: readonly CheckedEntry[],
  measure: (entry: number, atMost: number) => Promise<Ratio>,
): Promise<CheckResult> {
  const wanted = entries.map((entry) => ({ entry, limits: limitsOf(entry) }));
  const found: Outcome[][] = wanted.map(() => []);
  for (const isMeasured of [false, true]) {
    for (const [index, { entry, limits }] of wanted.entries()) {
      const { title, device, currentValue, baseline } = entry;
      for (const [limit, atMost] of limits) {
        if ((limit === 'measured_latency_ratio') !== isMeasured) continue;
        const known = (got: number): Ratio => ({
          got,
          verdict: got > atMost ? 'broken' : 'kept',
          ...UNMEASURED,
        });
        const ratio =
          limit === 'measured_latency_ratio' ? await measure(index, atMost) : known(currentValue(limit));
        found[index]?.push({
          model: title,
          device,
          limit,
          at_most: atMost,
          over: ratio.got / atMost - 1,
          baseline: isMeasured ? baseline : null,
          ...ratio,
        });
      }
    }
  }
  const outcomes = found.flat();
  const count = (verdict: Outcome['verdict']) => outcomes.filter((each) => each.verdict === verdict).length;
  return {
    schema: CHECK_SCHEMA,
    budget_file: file,
    kept: count('kept'),
    broken: count('broken'),
    inconclusive: count('inconclusive'),
    outcomes,
  };
}

/** A limit as it was and as today's value makes it. */
export interface ChangedLimit extends NewLimit {
  readonly title: string;
  readonly before: number | null;
}

/**
 * Today's values of all limits that need no device. A ratio's limit is what one allows, not what there is: the value of
 * today would not be told from itself tomorrow, so it stays.
 */
export function todaysLimits(entries: readonly CheckedEntry[]): ChangedLimit[] {
  return entries.flatMap(({ title, limits, currentValue }, entry) =>
    (Object.entries(limits) as [LimitName, number | null][]).flatMap(([limit, before]) =>
      limit === 'measured_latency_ratio'
        ? []
        : [{ entry, title, limit, before, value: limitFor(currentValue(limit)) }],
    ),
  );
}

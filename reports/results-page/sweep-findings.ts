// Which claims a sweep supports, in sentences: differences with their intervals, and how well speed-ups were predicted.
import type { Comparison } from '../../experiments/sweep/sweep-comparison.ts';
import type { SweepSummary } from '../../experiments/sweep/sweep-summary.ts';
import { contenderTitle } from '../method-names.ts';
import { percent } from '../number-format.ts';
import { points } from './sweep-tables.ts';

/** What a difference over seeds says: only an interval without 0 is a difference. */
export function verdict({ difference, halfWidth }: Comparison): 'ahead' | 'behind' | 'undecided' {
  if (halfWidth === null || Math.abs(difference) <= halfWidth) return 'undecided';
  return difference > 0 ? 'ahead' : 'behind';
}

const list = (comparisons: readonly Comparison[]) =>
  comparisons
    .map(
      ({ other, difference, halfWidth }) =>
        `${contenderTitle(other)} (${points(difference)}${halfWidth === null ? '' : ` ± ${(100 * halfWidth).toFixed(2)}`})`,
    )
    .join(', ');

/** One method's comparisons at one budget: whom it leads, whom it trails, and what the seeds leave open. */
function standing(budgetName: string, own: readonly Comparison[]): string {
  const [first] = own;
  if (first === undefined) return '';
  const of = (wanted: ReturnType<typeof verdict>) => own.filter((each) => verdict(each) === wanted);
  const [ahead, behind, open] = [of('ahead'), of('behind'), of('undecided')];
  const parts = [
    ...(ahead.length > 0 ? [`is ahead of ${list(ahead)}`] : []),
    ...(behind.length > 0 ? [`is behind ${list(behind)}`] : []),
    ...(open.length > 0 ? [`is not told apart by these seeds from ${list(open)}`] : []),
  ];
  return `At ${budgetName} **${contenderTitle(first.one)}** ${parts.join('; ')}.`;
}

/** Sentences, most asked first. Points are of test accuracy, intervals 95 % of paired differences over seeds. */
export function sweepFindings(
  summary: SweepSummary,
  comparisons: readonly Comparison[],
  budgetName: (budget: number) => string,
): string[] {
  const budgets = [...new Set(comparisons.map(({ budget }) => budget))];
  const asked = [
    { method: 'latency', form: 'expanded' },
    { method: 'latency', form: 'shrunk' },
    { method: 'latency', form: 'twice' },
    { method: 'knapsack', form: 'shrunk' },
    { method: 'flops', form: 'expanded' },
  ];
  const sentences = asked.flatMap(({ method, form }) =>
    budgets.flatMap((budget) => {
      const own = comparisons.filter(
        (each) => each.budget === budget && each.one.method === method && each.one.form === form,
      );
      return own.length === 0 ? [] : [standing(budgetName(budget), own)];
    }),
  );
  const { speedups } = summary;
  if (speedups !== null) {
    sentences.push(
      `Predicted speed-ups of ${speedups.networks} networks differ from measured ones by ${percent(speedups.median)} in the median, nine in ten by at most ${percent(speedups.p90)}.`,
    );
  }
  return sentences;
}

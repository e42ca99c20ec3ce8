// Two methods of a sweep against each other: the difference of their accuracies at one budget, seed by seed.
import { mean } from 'simple-statistics';
import type { SweepRecord } from '../../records/sweep.ts';
import { halfWidth } from './sweep-summary.ts';

/** What is compared: a method in one form. */
export interface Contender {
  readonly method: string;
  readonly form: string;
}

export interface Comparison {
  readonly budget: number;
  readonly one: Contender;
  readonly other: Contender;
  readonly seeds: number;
  /** Mean accuracy of the one less that of the other, over the seeds that have both. */
  readonly difference: number;
  /** Half the 95 % interval of that mean (Student's t of the paired differences); null of one seed. */
  readonly halfWidth: number | null;
  /** Seeds in which the one is ahead. */
  readonly ahead: number;
  /** The same of the networks that were trained from scratch alone: what the widths are worth without their weights. */
  readonly scratch: { readonly difference: number; readonly halfWidth: number | null } | null;
}

const meanOf = (differences: readonly number[]) => ({
  difference: mean([...differences]),
  halfWidth: halfWidth(differences),
});

/** Null where no seed has both. */
export function compare(
  rows: readonly SweepRecord[],
  budget: number,
  one: Contender,
  other: Contender,
): Comparison | null {
  const rowsOf = ({ method, form }: Contender) =>
    rows.filter((row) => row.method === method && row.form === form && row.budget === budget);
  const others = new Map(rowsOf(other).map((row) => [row.seed, row]));
  const pairs = rowsOf(one).flatMap((row) => {
    const against = others.get(row.seed);
    return against === undefined ? [] : [[row, against] as const];
  });
  if (pairs.length === 0) return null;
  const differences = pairs.map(([row, against]) => row.accuracy - against.accuracy);
  const fromScratch = pairs.flatMap(([{ accuracy_scratch: own }, { accuracy_scratch: against }]) =>
    own === null || against === null ? [] : [own - against],
  );
  return {
    budget,
    one,
    other,
    seeds: differences.length,
    ...meanOf(differences),
    ahead: differences.filter((each) => each > 0).length,
    scratch: fromScratch.length > 0 ? meanOf(fromScratch) : null,
  };
}

const shrunk = (method: string): Contender => ({ method, form: 'shrunk' });
const expanded = (method: string): Contender => ({ method, form: 'expanded' });

/** What a reader asks of a sweep, in this order; those of which it has no networks fall away. */
const QUESTIONS: readonly (readonly [one: Contender, other: Contender])[] = [
  ...['latency', 'flops', 'model-size', 'datasheet'].map(
    (method) => [expanded(method), shrunk('width-multiplier')] as const,
  ),
  [shrunk('slimming'), shrunk('width-multiplier')],
  [shrunk('knapsack'), shrunk('width-multiplier')],
  ...['flops', 'datasheet'].flatMap((method) => [
    [expanded('latency'), expanded(method)] as const,
    [shrunk('latency'), shrunk(method)] as const,
  ]),
  [expanded('latency'), shrunk('slimming')],
  [shrunk('latency'), shrunk('slimming')],
  [shrunk('knapsack'), shrunk('slimming')],
  [shrunk('knapsack'), expanded('latency')],
  ...['latency', 'flops', 'datasheet'].flatMap((method) => [
    [expanded(method), shrunk(method)] as const,
    [{ method, form: 'twice' }, expanded(method)] as const,
  ]),
];

/** The questions that these rows answer, budget by budget. */
export function comparisons(rows: readonly SweepRecord[]): Comparison[] {
  const budgets = [...new Set(rows.filter(({ method }) => method !== 'seed').map(({ budget }) => budget))];
  return budgets
    .sort((a, b) => a - b)
    .flatMap((budget) => QUESTIONS.flatMap(([one, other]) => compare(rows, budget, one, other) ?? []));
}

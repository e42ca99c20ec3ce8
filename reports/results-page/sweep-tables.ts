// A sweep's tables, as text in cells: accuracies by budget, and methods against each other.
import type { Comparison } from '../../experiments/sweep/sweep-comparison.ts';
import type { SweepGroup, SweepSummary } from '../../experiments/sweep/sweep-summary.ts';
import { contenderTitle } from '../method-names.ts';
import { percent } from '../number-format.ts';
import type { TextTable } from '../text-table.ts';

const MEGA = 1e6;

/** Points with a sign: "+1.24". */
export function points(fraction: number): string {
  const text = Math.abs(100 * fraction).toFixed(2);
  return Number(text) === 0 ? text : `${fraction < 0 ? '−' : '+'}${text}`;
}

/** "± 0.31", or a dash for a single seed. */
const margin = (halfWidth: number | null) => (halfWidth === null ? '–' : `± ${(100 * halfWidth).toFixed(2)}`);

const optional = (accuracy: number | null) => (accuracy === null ? '–' : percent(accuracy, 2));

/** Networks of one budget, the most accurate first. */
export function budgetTable(groups: readonly SweepGroup[]): TextTable {
  return {
    head: [
      'method',
      'test accuracy',
      '95 %',
      'from scratch',
      'survived',
      'measured latency',
      'MFLOP',
      'seeds',
    ],
    rows: groups.map((group) => [
      contenderTitle(group),
      percent(group.accuracy, 2),
      margin(group.halfWidth),
      optional(group.scratch),
      optional(group.survived),
      percent(group.latencyShare),
      (group.flops / MEGA).toFixed(1),
      String(group.seeds),
    ]),
  };
}

/** Budgets of a sweep, the smallest first. */
export function budgetsOf({ groups }: SweepSummary): number[] {
  return [...new Set(groups.map(({ budget }) => budget))].sort((a, b) => a - b);
}

/** Methods against each other at one budget. */
export function comparisonTable(comparisons: readonly Comparison[]): TextTable {
  return {
    head: ['', 'against', 'points', '95 %', 'seeds ahead', 'from scratch', '95 %'],
    rows: comparisons.map((each) => [
      contenderTitle(each.one),
      contenderTitle(each.other),
      points(each.difference),
      margin(each.halfWidth),
      `${each.ahead} of ${each.seeds}`,
      each.scratch === null ? '–' : points(each.scratch.difference),
      margin(each.scratch?.halfWidth ?? null),
    ]),
  };
}

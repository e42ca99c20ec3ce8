// A sweep as the page takes it, and how its budgets are called.
import type { Comparison } from '../../experiments/sweep/sweep-comparison.ts';
import type { SweepSummary } from '../../experiments/sweep/sweep-summary.ts';
import type { RunFile } from '../../records/run-file.ts';
import type { GammaBinRecord, SweepRecord, SweepStructure } from '../../records/sweep.ts';
import { percent } from '../number-format.ts';

/** A sweep as its committed folder has it, with what its rows say. */
export interface PageSweep {
  /** Name of its folder. */
  readonly name: string;
  readonly run: Pick<RunFile, 'settings' | 'context' | 'startedAt' | 'versions'>;
  readonly rows: readonly SweepRecord[];
  readonly structures: Readonly<Record<string, SweepStructure>>;
  /** Widths of the seed network. */
  readonly full: SweepStructure;
  readonly gammas: readonly GammaBinRecord[];
  readonly summary: SweepSummary;
  readonly comparisons: readonly Comparison[];
}

export const isInFlops = ({ run }: Pick<PageSweep, 'run'>) => run.settings.budgetIn === 'flops';

/** "50 % of the seed network's FLOPs". */
export function budgetName(sweep: Pick<PageSweep, 'run'>, budget: number): string {
  return `${percent(budget, 0)} of the seed network's ${isInFlops(sweep) ? 'FLOPs' : 'measured latency'}`;
}

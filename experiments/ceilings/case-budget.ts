// Which cases a budget has time for: what a case takes, told by the rounds' own constants and by the cases before it.
import { MIN_RUNS, ROUND_TARGET_MS } from '../../profiler/timing/bursts.ts';
import type { CeilingCase } from './cases.ts';

export const MIN_ROUNDS = 3;

/** What a case takes of a round at least. */
const ROUND_SHARE_US = ROUND_TARGET_MS * 1e3;
/** Runs of a case in a round at least: a cold one and the hot ones. */
const LEAST_RUNS = 1 + MIN_RUNS;

/** Seconds that a round takes at least of a case whose run takes so many µs. */
export function leastRoundSeconds(runUs: number): number {
  return (LEAST_RUNS * runUs) / 1e6;
}

/** Seconds that a round is reckoned to take of it. */
export function roundSeconds(runUs: number): number {
  return Math.max(ROUND_SHARE_US / 1e6, leastRoundSeconds(runUs));
}

/** What the work of a case is measured in: what it moves, or what it computes. */
function work({ flops, bytes, kernel }: CeilingCase): number {
  return kernel === 'copy' || kernel === 'triad' ? bytes : flops;
}

/** What cases not yet tried would take, by the fastest so far of the same kernel. */
export class Forecast {
  private readonly usPerWork = new Map<string, number>();

  /** µs of a run; null for the first of a kernel. */
  us(of: CeilingCase): number | null {
    const rate = this.usPerWork.get(of.kernel);
    return rate === undefined ? null : rate * work(of);
  }

  learn(of: CeilingCase, us: number): void {
    const rate = us / work(of);
    this.usPerWork.set(of.kernel, Math.min(rate, this.usPerWork.get(of.kernel) ?? rate));
  }
}

/**
 * Cases from small to large, so that the small tell what the large would take. If the budget allows fewer, every so many
 * of them, the smallest and the largest among them.
 */
export function spreadCases<T extends CeilingCase>(cases: readonly T[], budgetSeconds: number): T[] {
  const sorted = [...cases].sort((a, b) => a.flops + a.bytes - (b.flops + b.bytes));
  const most = Math.max(2, Math.floor((budgetSeconds * 1e6) / (2 * MIN_ROUNDS * ROUND_SHARE_US)));
  if (sorted.length <= most) return sorted;
  const step = (sorted.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, index) => sorted[Math.round(index * step)] as T);
}

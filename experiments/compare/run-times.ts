// What single inferences took: percentiles and jitter, as users see them, the machine's own noise included.
import { quantile } from 'simple-statistics';

/** In µs as timed, of hot runs. */
export interface RunTimes {
  readonly p50_us: number;
  readonly p90_us: number;
  readonly p99_us: number;
  /** Mean difference of a run to the one before it, as a share of the median. */
  readonly jitter: number;
  readonly runs: number;
}

/**
 * @param rounds runs in their order, round by round; runs of two rounds are not neighbours
 * @returns null without runs
 */
export function runTimes(rounds: readonly (readonly number[])[]): RunTimes | null {
  const all = rounds.flat();
  if (all.length === 0) return null;
  const [p50, p90, p99] = quantile(all, [0.5, 0.9, 0.99]) as [number, number, number];
  const steps = rounds.flatMap((runs) =>
    runs.slice(1).map((us, index) => Math.abs(us - (runs[index] as number))),
  );
  const meanStep = steps.length === 0 ? 0 : steps.reduce((sum, us) => sum + us, 0) / steps.length;
  return { p50_us: p50, p90_us: p90, p99_us: p99, jitter: meanStep / p50, runs: all.length };
}

// What the rows of a sweep say: accuracy of each method at each budget over seeds, and how far predictions were off.
import { mean, median, quantileSorted, sampleStandardDeviation } from 'simple-statistics';
import { groupBy } from '../../records/group-by.ts';
import type { SweepRecord } from '../../records/sweep.ts';

/** Student's t, two-sided 95 %, by degrees of freedom; beyond, the normal's. */
const STUDENT = [0, 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];
const NORMAL = 1.96;

/** Accuracy of one method, form and budget. */
export interface SweepGroup {
  readonly method: string;
  readonly form: string;
  readonly budget: number;
  readonly seeds: number;
  readonly accuracy: number;
  /** Of the networks trained from scratch, and of those that went on from surviving weights; null of none. */
  readonly scratch: number | null;
  readonly survived: number | null;
  /** Half the 95 % interval of the mean over seeds; null of one. */
  readonly halfWidth: number | null;
  /** Measured latency over the seed network's, the mean over seeds. */
  readonly latencyShare: number;
  readonly flops: number;
}

/** How far predicted speed-ups were from measured ones, over all networks but the seeds'. */
export interface SpeedupErrors {
  readonly networks: number;
  readonly median: number;
  readonly p90: number;
}

export interface SweepSummary {
  readonly seedAccuracy: number;
  readonly groups: readonly SweepGroup[];
  readonly speedups: SpeedupErrors | null;
}

/** Half the 95 % interval of a mean of few values. */
export function halfWidth(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const student = STUDENT[values.length - 1] ?? NORMAL;
  return (student * sampleStandardDeviation([...values])) / Math.sqrt(values.length);
}

/** Mean of the values that there are. */
function meanOrNull(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? mean(known) : null;
}

export function sweepSummary(rows: readonly SweepRecord[]): SweepSummary {
  const trained = rows.filter(({ method }) => method !== 'seed');
  const groups = [
    ...groupBy(trained, ({ method, form, budget }) => `${budget} ${method} ${form}`).values(),
  ].map((list): SweepGroup => {
    const { method, form, budget } = list[0] as SweepRecord;
    const accuracies = list.map(({ accuracy }) => accuracy);
    return {
      method,
      form,
      budget,
      seeds: list.length,
      accuracy: mean(accuracies),
      scratch: meanOrNull(list.map(({ accuracy_scratch }) => accuracy_scratch)),
      survived: meanOrNull(list.map(({ accuracy_survived }) => accuracy_survived)),
      halfWidth: halfWidth(accuracies),
      latencyShare: mean(list.map(({ measured_speedup }) => 1 / measured_speedup)),
      flops: mean(list.map(({ flops }) => flops)),
    };
  });
  const off = trained
    .map(({ predicted_speedup, measured_speedup }) => Math.abs(predicted_speedup / measured_speedup - 1))
    .sort((a, b) => a - b);
  const seeds = rows.filter(({ method }) => method === 'seed');
  return {
    seedAccuracy: seeds.length > 0 ? mean(seeds.map(({ accuracy }) => accuracy)) : Number.NaN,
    groups: groups.sort((a, b) => a.budget - b.budget || b.accuracy - a.accuracy),
    speedups:
      off.length === 0 ? null : { networks: off.length, median: median(off), p90: quantileSorted(off, 0.9) },
  };
}

// A row of sweep.csv as tests plant it.
import type { SweepRecord } from '../../../records/sweep.ts';

export function sweepRow(change: Partial<SweepRecord> = {}): SweepRecord {
  const row = {
    seed: 1,
    method: 'latency',
    form: 'shrunk',
    budget: 0.5,
    flops: 20e6,
    parameters: 1e5,
    predicted_us: 100,
    measured_us: 100,
    standard_error: 0.01,
    predicted_speedup: 2,
    measured_speedup: 2,
    accuracy: 0.5,
    accuracy_survived: null,
    seconds: 60,
    ...change,
  };
  return { ...row, accuracy_scratch: change.accuracy_scratch ?? row.accuracy };
}

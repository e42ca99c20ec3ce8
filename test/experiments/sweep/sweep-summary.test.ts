import { expect, test } from 'vitest';
import { halfWidth, sweepSummary } from '../../../experiments/sweep/sweep-summary.ts';
import type { SweepRecord } from '../../../records/sweep.ts';

const row = (seed: number, method: string, accuracy: number, predicted: number): SweepRecord => ({
  seed,
  method,
  form: method === 'seed' ? 'seed' : 'shrunk',
  budget: method === 'seed' ? 1 : 0.5,
  flops: 100,
  parameters: 10,
  predicted_us: 1,
  measured_us: 1,
  standard_error: null,
  predicted_speedup: predicted,
  measured_speedup: 2,
  accuracy,
  accuracy_scratch: accuracy,
  accuracy_survived: null,
  seconds: 1,
});

test('a mean of three has the interval of Student’s t with two degrees of freedom', () => {
  // Standard deviation 0.01: 4.303 · 0.01 / √3.
  expect(halfWidth([0.79, 0.8, 0.81])).toBeCloseTo((4.303 * 0.01) / Math.sqrt(3), 9);
  expect(halfWidth([0.8])).toBeNull();
});

test('methods are ordered by budget, then accuracy; speed-ups are compared but for the seed networks', () => {
  const summary = sweepSummary([
    row(1, 'seed', 0.9, 5),
    row(1, 'slimming', 0.7, 2),
    row(2, 'slimming', 0.8, 2.2),
    row(1, 'knapsack', 0.85, 1.9),
  ]);
  expect(summary.seedAccuracy).toBe(0.9);
  expect(
    summary.groups.map(({ method, accuracy, seeds, latencyShare }) => [
      method,
      accuracy,
      seeds,
      latencyShare,
    ]),
  ).toEqual([
    ['knapsack', 0.85, 1, 0.5],
    ['slimming', 0.75, 2, 0.5],
  ]);
  // Off by 0, 10 and 5 %.
  expect(summary.speedups?.median).toBeCloseTo(0.05, 9);
  expect(summary.speedups?.networks).toBe(3);
});

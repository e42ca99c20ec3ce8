import { expect, test } from 'vitest';
import { runTimes } from '../../../experiments/compare/run-times.ts';

test('percentiles and jitter are of single runs, rounds not being neighbours', () => {
  const times = runTimes([
    [100, 110, 100],
    [200, 200],
  ]);
  expect(times).toMatchObject({ p50_us: 110, p99_us: 200, runs: 5 });
  // Steps of 10, 10 and 0; not that of 100 from one round to the next.
  expect(times?.jitter).toBeCloseTo(20 / 3 / 110, 12);
  expect(runTimes([[], []])).toBeNull();
});

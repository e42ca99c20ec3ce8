import { expect, test } from 'vitest';
import { compare, comparisons } from '../../../experiments/sweep/sweep-comparison.ts';
import { sweepRow } from './sweep-row.ts';

const one = { method: 'latency', form: 'expanded' };
const other = { method: 'width-multiplier', form: 'shrunk' };

test('differences are paired by seed, and only seeds that have both count', () => {
  const rows = [
    sweepRow({ seed: 1, ...one, accuracy: 0.7 }),
    sweepRow({ seed: 2, ...one, accuracy: 0.9 }),
    sweepRow({ seed: 3, ...one, accuracy: 0.1 }),
    sweepRow({ seed: 1, ...other, accuracy: 0.69 }),
    sweepRow({ seed: 2, ...other, accuracy: 0.87 }),
  ];
  const found = compare(rows, 0.5, one, other);
  expect(found?.difference).toBeCloseTo(0.02, 12);
  expect(found?.seeds).toBe(2);
  expect(found?.ahead).toBe(2);
  // Of 0.01 and 0.03: standard deviation 0.01·√2, Student's t with one degree of freedom.
  expect(found?.halfWidth).toBeCloseTo(12.706 * 0.01, 9);
});

test('other budgets do not count, and what was not swept is not compared', () => {
  const rows = [
    sweepRow({ ...one, budget: 0.3, accuracy: 0.5 }),
    sweepRow({ ...other, budget: 0.5, accuracy: 0.4 }),
  ];
  expect(compare(rows, 0.5, one, other)).toBeNull();
  expect(comparisons(rows)).toEqual([]);
});

test('each budget answers its questions, the smallest first', () => {
  const rows = [0.7, 0.3].flatMap((budget) => [
    sweepRow({ ...one, budget, accuracy: 0.6 }),
    sweepRow({ ...other, budget, accuracy: 0.5 }),
    sweepRow({ method: 'knapsack', form: 'shrunk', budget, accuracy: 0.65 }),
  ]);
  expect(comparisons(rows).map((each) => [each.budget, each.one.method, each.other.method])).toEqual([
    [0.3, 'latency', 'width-multiplier'],
    [0.3, 'knapsack', 'width-multiplier'],
    [0.3, 'knapsack', 'latency'],
    [0.7, 'latency', 'width-multiplier'],
    [0.7, 'knapsack', 'width-multiplier'],
    [0.7, 'knapsack', 'latency'],
  ]);
});

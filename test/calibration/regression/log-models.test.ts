import { expect, test } from 'vitest';
import { rooflineLogModel, sumLogModel, usedColumns } from '../../../calibration/regression/log-models.ts';

test('of costs that are proportional in all samples only the first is fitted', () => {
  const rows = Array.from({ length: 40 }, (_, i) => [1, 10 + i, 3 * (10 + i), (i * i) % 17, 0]);
  const times = rows.map((row) => 5 + (row[1] as number));
  expect(usedColumns(rows, times)).toEqual([0, 1, 3]);
});

test('with few samples no more than a quarter as many costs are fitted, but two', () => {
  const rows = Array.from({ length: 13 }, (_, i) => [1, i + 1, (i * i) % 7, (i * i * i) % 11]);
  const times = rows.map(() => 1);
  expect(usedColumns(rows, times)).toEqual([0, 1, 2]);
  expect(usedColumns(rows.slice(0, 5), times.slice(0, 5))).toEqual([0, 1]);
});

test('a roofline is the longer of two times and an overhead, and only the longer has a slope', () => {
  // 1000 kFLOP at 100 GFLOP/s: 10 µs. 40 kB at 20 GB/s: 2 µs. Overhead 3 µs.
  const slopes = new Float64Array(3);
  expect(rooflineLogModel([1000], [40], true).predict(0, Float64Array.of(100, 20, 3), slopes)).toBe(13);
  expect([...slopes]).toEqual([-10, 0, 3]);
  // At 2.5 GB/s the bytes take 16 µs.
  expect(rooflineLogModel([1000], [40], false).predict(0, Float64Array.of(100, 2.5), slopes)).toBe(16);
  expect([...slopes.subarray(0, 2)]).toEqual([0, -16]);
});

test('a sum of costs takes the columns that are used, each with its term for a slope', () => {
  const slopes = new Float64Array(2);
  // 5 · 1 + 3 · 4; the column between is left out.
  expect(sumLogModel([[1, 2, 4]], [0, 2]).predict(0, Float64Array.of(5, 3), slopes)).toBe(17);
  expect([...slopes]).toEqual([5, 12]);
});

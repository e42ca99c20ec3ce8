import { expect, test } from 'vitest';
import { usedColumns } from '../../../calibration/regression/log-models.ts';

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

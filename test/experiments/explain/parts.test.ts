import { describe, expect, test } from 'vitest';
import { align } from '../../../experiments/explain/align.ts';
import { nearCounts } from '../../../experiments/explain/cheap-widths.ts';
import { blocksAround } from '../../../experiments/explain/whole-blocks.ts';

describe('an alignment', () => {
  const pairs = (a: string, b: string) => align(a.length, b.length, (i, j) => (a[i] === b[j] ? 1 : 0));

  test('pairs most in the order of both', () => {
    expect(pairs('abcd', 'abcd')).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    expect(pairs('abxcd', 'abcd').map(([i, j]) => `${i}${j}`)).toEqual(['00', '11', '32', '43']);
    expect(pairs('abc', 'xyz')).toEqual([]);
    expect(pairs('', 'a')).toEqual([]);
  });

  test('prefers what is more alike', () => {
    const likeness = [
      [0.5, 0.9],
      [0, 0.8],
    ];
    expect(align(2, 2, (i, j) => likeness[i]?.[j] ?? 0)).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });
});

test('a count lies between whole blocks, or on the line through the first two', () => {
  expect(blocksAround(64)).toEqual([{ count: 64, weight: 1 }]);
  expect(blocksAround(61)).toEqual([
    { count: 48, weight: 0.1875 },
    { count: 64, weight: 0.8125 },
  ]);
  for (const count of [1, 8, 15, 17, 61, 1000]) {
    const blocks = blocksAround(count);
    expect(blocks.reduce((sum, each) => sum + each.weight * each.count, 0)).toBeCloseTo(count, 9);
    expect(blocks.reduce((sum, each) => sum + each.weight, 0)).toBeCloseTo(1, 12);
  }
});

test('near counts are multiples of quads and blocks, below by an eighth at most', () => {
  expect(nearCounts(61).sort((a, b) => a - b)).toEqual([56, 60, 64]);
  expect(nearCounts(64).sort((a, b) => a - b)).toEqual([56, 60, 68, 72, 80]);
  expect(nearCounts(3).sort((a, b) => a - b)).toEqual([4, 8, 16]);
});

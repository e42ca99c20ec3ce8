import fc from 'fast-check';
import { sampleCorrelation, sampleRankCorrelation } from 'simple-statistics';
import { describe, expect, test } from 'vitest';
import { percentileInterval, resampleCounts } from '../../../experiments/study-analysis/bootstrap.ts';
import { correlate } from '../../../experiments/study-analysis/correlate.ts';
import {
  midranks,
  ranked,
  weightedKendall,
  weightedPearson,
} from '../../../experiments/study-analysis/weighted-correlations.ts';
import type { Estimate } from '../../../records/study-analysis.ts';

/** τ-b by its definition: every pair looked at. */
function kendallOfPairs(x: readonly number[], y: readonly number[]): number {
  let score = 0;
  let untiedX = 0;
  let untiedY = 0;
  for (let i = 0; i < x.length; i++) {
    for (let j = 0; j < i; j++) {
      const dx = Math.sign((x[i] as number) - (x[j] as number));
      const dy = Math.sign((y[i] as number) - (y[j] as number));
      score += dx * dy;
      untiedX += dx * dx;
      untiedY += dy * dy;
    }
  }
  return score / Math.sqrt(untiedX * untiedY);
}

/** Pairs with many ties, and how often each counts. */
const counted = fc.array(fc.tuple(fc.nat(9), fc.nat(9), fc.nat(3)), { minLength: 3, maxLength: 40 });

describe('correlations of counted pairs', () => {
  test('are those of the pairs written out', () => {
    fc.assert(
      fc.property(counted, (rows) => {
        const written = rows.flatMap(([x, y, count]) => Array.from({ length: count }, () => [x, y] as const));
        const [x, y] = [written.map((row) => row[0]), written.map((row) => row[1])];
        fc.pre(new Set(x).size > 1 && new Set(y).size > 1);
        const [left, right] = [ranked(rows.map((row) => row[0])), ranked(rows.map((row) => row[1]))];
        const counts = Int32Array.from(rows, (row) => row[2]);
        expect(weightedKendall(left, right, counts)).toBeCloseTo(kendallOfPairs(x, y), 10);
        expect(weightedPearson(left.values, right.values, counts)).toBeCloseTo(sampleCorrelation(x, y), 10);
        const ranks = [midranks(left, counts), midranks(right, counts)] as const;
        expect(weightedPearson(...ranks, counts)).toBeCloseTo(spearmanByCounting(x, y), 10);
      }),
    );
  });

  test('without ties, ranks are those of simple-statistics', () => {
    const x = [3, 1, 4, 1.5, 9, 2.6, 5.3];
    const y = [2, 7, 1, 8, 2.8, 1.8, 2.84];
    const [found] = correlate(
      new Map([
        ['x', x],
        ['y', y],
      ]),
      [['x', 'y']],
      { resamples: 0, seed: 1 },
    );
    expect(found?.spearman?.value).toBeCloseTo(sampleRankCorrelation(x, y), 12);
    expect(found?.pearson?.value).toBeCloseTo(sampleCorrelation(x, y), 12);
    expect(found?.kendall?.value).toBeCloseTo(kendallOfPairs(x, y), 12);
  });
});

/** Spearman with midranks, rank by counting. */
function spearmanByCounting(x: readonly number[], y: readonly number[]): number {
  const rank = (values: readonly number[]) =>
    values.map((v) => values.filter((w) => w < v).length + values.filter((w) => w === v).length / 2);
  return sampleCorrelation(rank(x), rank(y));
}

describe('the bootstrap', () => {
  test('draws n of n, the same for the same seed and index', () => {
    const counts = resampleCounts(500, 7, 3);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(500);
    expect(resampleCounts(500, 7, 3)).toEqual(counts);
    expect(resampleCounts(500, 7, 4)).not.toEqual(counts);
    // A row is left out with probability (1 − 1/n)^n → 1/e.
    expect(counts.filter((count) => count === 0).length / 500).toBeCloseTo(Math.exp(-1), 1);
  });

  test('has the interval of the normal theory for a correlation', () => {
    // Fisher: atanh(r) has standard error 1 / √(n − 3).
    const n = 400;
    const noise = Array.from({ length: n }, (_, i) => (Math.sin(12.9898 * i * i + 78.233) * 43758.5453) % 1);
    const other = Array.from({ length: n }, (_, i) => (Math.sin(39.425 * i * i + 11.135) * 24634.6345) % 1);
    const y = noise.map((value, i) => value + (other[i] as number));
    const [found] = correlate(
      new Map([
        ['x', noise],
        ['y', y],
      ]),
      [['x', 'y']],
      { resamples: 1000, seed: 2 },
    );
    const pearson: Estimate | null | undefined = found?.pearson;
    if (!pearson) throw new Error('no correlation');
    const { value, interval } = pearson;
    const [low, high] = interval as [number, number];
    const halfWidth = (1.96 / Math.sqrt(n - 3)) * (1 - value ** 2);
    // Bounded, not normal, values make it a little narrower.
    expect((high - low) / 2 / halfWidth).toBeGreaterThan(0.7);
    expect((high - low) / 2 / halfWidth).toBeLessThan(1.2);
    expect(low).toBeLessThan(value);
    expect(high).toBeGreaterThan(value);
  });

  test('has no interval where too few resamples define the statistic', () => {
    expect(percentileInterval([1, 2, 3])).toBeNull();
    expect(percentileInterval(Array.from({ length: 100 }, () => Number.NaN))).toBeNull();
    const [low, high] = percentileInterval(Array.from({ length: 1001 }, (_, i) => i)) as [number, number];
    expect(Math.abs(low - 25)).toBeLessThanOrEqual(1);
    expect(Math.abs(high - 975)).toBeLessThanOrEqual(1);
  });

  test('says nothing of constants and of two rows', () => {
    const columns = new Map([
      ['x', [1, 1, 1]],
      ['y', [1, 2, 3]],
    ]);
    const [constant] = correlate(columns, [['x', 'y']], { resamples: 50, seed: 1 });
    expect(constant).toMatchObject({ pearson: null, spearman: null, kendall: null });
    const two = new Map([
      ['x', [1, 2]],
      ['y', [1, 2]],
    ]);
    expect(correlate(two, [['x', 'y']], { resamples: 50, seed: 1 })[0]).toMatchObject({ kendall: null });
  });
});

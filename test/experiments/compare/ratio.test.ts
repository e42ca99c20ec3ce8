import { describe, expect, test } from 'vitest';
import { loadsToDecide, logRatio, ratioOf } from '../../../experiments/compare/ratio.ts';
import { seededNormals } from '../../../network/weights.ts';

/** Log ratios of so many loads that scatter by a standard deviation around a true one. */
const loads = (count: number, truth: number, deviation: number, seed: number) =>
  Array.from(seededNormals('loads', count, seed), (normal) => Math.log(truth) + deviation * normal);

test('of a load counts the median over rounds of what both took in the same one', () => {
  // The machine was slow in the second round, a spike hit B in the third.
  expect(Math.exp(logRatio({ a: [100, 200, 100], b: [110, 220, 500] }))).toBeCloseTo(1.1, 12);
});

describe('a comparison', () => {
  test('finds a difference, with its direction', () => {
    expect(ratioOf(loads(12, 0.95, 0.01, 1), 0.01)).toMatchObject({ verdict: 'b-faster' });
    expect(ratioOf(loads(12, 1.05, 0.01, 1), 0.01)).toMatchObject({ verdict: 'b-slower' });
    const { ratio, low, high, pBFaster } = ratioOf(loads(12, 0.95, 0.01, 1), 0.01);
    expect(low).toBeLessThan(0.95);
    expect(high).toBeGreaterThan(0.95);
    expect(ratio).toBeCloseTo(0.95, 1);
    expect(pBFaster).toBeGreaterThan(0.99);
  });

  test('calls equals the same once they are known to be near enough, before that nothing', () => {
    const found = loads(60, 1, 0.01, 2);
    expect(ratioOf(found, 0.01).verdict).toBe('same');
    expect(ratioOf(found.slice(0, 5), 0.01).verdict).toBe('inconclusive');
  });

  test('of equals finds a difference in at most 1 % at any look, and finds 3 % in nearly all', () => {
    const ever = (truth: number, wanted: (verdict: string) => boolean) => {
      let found = 0;
      for (let seed = 0; seed < 500; seed++) {
        const all = loads(25, truth, 0.012, seed);
        for (let n = 5; n <= all.length; n++) {
          if (!wanted(ratioOf(all.slice(0, n), 0.01).verdict)) continue;
          found++;
          break;
        }
      }
      return found / 500;
    };
    expect(ever(1, (verdict) => verdict.startsWith('b-'))).toBeLessThanOrEqual(0.01);
    expect(ever(1.03, (verdict) => verdict === 'b-slower')).toBeGreaterThan(0.95);
  });
});

describe('what would decide an open comparison', () => {
  test('is about as many loads as decide it', () => {
    const few = loads(8, 1.01, 0.012, 5);
    expect(ratioOf(few, 0.01).verdict).toBe('inconclusive');
    const needed = loadsToDecide(few, 0.01);
    expect(needed).toBeGreaterThan(8);
    // The same loads again and again scatter as they do, around what they seem to.
    const more = Array.from({ length: needed ?? 0 }, (_, index) => few[index % few.length] as number);
    expect(ratioOf(more, 0.01).verdict).not.toBe('inconclusive');
  });

  test('nobody knows of two', () => {
    expect(loadsToDecide([0.01, 0.02], 0.01)).toBeNull();
  });
});

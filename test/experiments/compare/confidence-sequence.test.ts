import { expect, test } from 'vitest';
import { halfWidthAt, probabilityBelowZero } from '../../../experiments/compare/confidence-sequence.ts';
import { seededNormals } from '../../../network/weights.ts';

test('the half width solves the e-process for 1 / α', () => {
  const values = [0.3, -0.1, 0.2, 0.5, 0.1, 0.4, -0.2, 0.3];
  const centre = values.reduce((sum, value) => sum + value, 0) / values.length;
  const half = halfWidthAt(values, 0.05);
  for (const m of [centre - half, centre + half]) {
    const n = values.length;
    const s = values.reduce((sum, value) => sum + value - m, 0);
    const v = values.reduce((sum, value) => sum + (value - m) ** 2, 0);
    const e = Math.sqrt(1 / (n + 1)) * (((n + 1) * v) / ((n + 1) * v - s ** 2)) ** (n / 2);
    expect(e).toBeCloseTo(20, 6);
  }
  expect(halfWidthAt([1], 0.05)).toBe(Number.POSITIVE_INFINITY);
  expect(halfWidthAt([1, 1, 1, 1, 1, 1, 1], 0.05)).toBe(0);
});

test('of 1000 series looked at forty times at most α ever leave their mean outside', () => {
  let outside = 0;
  for (let series = 0; series < 1000; series++) {
    const values = Array.from(seededNormals('series', 40, series));
    let left = false;
    for (let n = 3; n <= values.length && !left; n++) {
      const own = values.slice(0, n);
      const centre = own.reduce((sum, value) => sum + value, 0) / n;
      left = Math.abs(centre) > halfWidthAt(own, 0.05);
    }
    if (left) outside++;
  }
  expect(outside).toBeLessThanOrEqual(50);
  // Not so wide that nothing would ever be told.
  expect(outside).toBeGreaterThan(0);
});

test('the probability is that of Student’s t', () => {
  // t = 2.132 with 4 degrees of freedom leaves 5 % above, t = 1.372 with 10 leaves 10 %.
  const withT = (t: number, n: number) => {
    const base = Array.from({ length: n }, (_, i) => i - (n - 1) / 2);
    const spread = Math.sqrt(base.reduce((sum, value) => sum + value ** 2, 0) / (n - 1));
    return base.map((value) => value + (t * spread) / Math.sqrt(n));
  };
  expect(probabilityBelowZero(withT(2.132, 5))).toBeCloseTo(0.05, 2);
  expect(probabilityBelowZero(withT(-2.132, 5))).toBeCloseTo(0.95, 2);
  expect(probabilityBelowZero(withT(1.372, 11))).toBeCloseTo(0.1, 2);
  expect(probabilityBelowZero([0, 0, 0])).toBe(0.5);
});

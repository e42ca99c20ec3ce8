import { expect, test } from 'vitest';
import {
  combinedMargin,
  costInterval,
  jackknifeMargin,
  loadMargin,
  ofMedianLoad,
  rateInterval,
  signedInterval,
  studentQuantile,
} from '../../../calibration/intervals/intervals.ts';

// Any table of Student's t, 97.5 %.
test.each([
  [2, 4.303, 0.04],
  [5, 2.571, 0.002],
  [10, 2.228, 0.0005],
  [30, 2.042, 0.0005],
  [1e9, 1.96, 0.0005],
])('the quantile at %i degrees of freedom is that of the tables, %d, within %d', (degrees, tabled, share) => {
  expect(Math.abs(studentQuantile(degrees) / tabled - 1)).toBeLessThan(share);
});

test('the jackknife of a mean has its textbook standard error, s / √n', () => {
  // Of 2, 4, 6, 8: mean 5, s² = 20/3, so √(20/3/4). Without each the mean is 6, 5⅓, 4⅔, 4.
  const { standardError, degrees } = jackknifeMargin([1, 1 / 3, -1 / 3, -1]);
  expect(standardError).toBeCloseTo(Math.sqrt(5 / 3), 12);
  expect(degrees).toBe(3);
});

test('few clusters that matter leave few degrees of freedom', () => {
  // Σ shifts² = 2, Σ shifts⁴ = 2: 3 · 2² / 2.
  expect(jackknifeMargin([1, -1, 0, 0, 0, 0, 0, 0, 0, 0]).degrees).toBe(6);
  expect(jackknifeMargin([1, -1]).degrees).toBe(2);
});

test('clusters that change nothing leave no error, and all degrees of freedom', () => {
  expect(jackknifeMargin([0, 0, 0, 0, 0])).toEqual({ standardError: 0, degrees: 4 });
});

test('the median of loads is 1.35 times as uncertain, in variance, as their mean', () => {
  expect(ofMedianLoad(4, 3)).toBeCloseTo(Math.sqrt((1.35 * 4) / 3), 12);
  // Variance of −2, 0, 2: 4.
  expect(loadMargin([-2, 0, 2])).toEqual({ standardError: ofMedianLoad(4, 3), degrees: 2 });
});

test('one load alone says nothing of loads', () => {
  expect(loadMargin([5])).toEqual({ standardError: 0, degrees: Number.POSITIVE_INFINITY });
});

test('what loads have in common is added to the error of the networks', () => {
  const networks = { standardError: 3, degrees: 10 };
  // √(3² + 4²), and (9 + 16)² / (9²/10 + 16²/2) degrees by Welch and Satterthwaite.
  const both = combinedMargin(networks, { standardError: 4, degrees: 2 }, 0);
  expect(both.standardError).toBeCloseTo(5, 12);
  expect(both.degrees).toBeCloseTo(625 / 136.1, 12);
  // The networks' noise explains part of it: 16² / (16 + 9) is left of 16.
  const explained = combinedMargin(networks, { standardError: 4, degrees: 2 });
  expect(explained.standardError).toBeCloseTo(Math.sqrt(9 + 256 / 25), 12);
  expect(combinedMargin(networks, { standardError: 0, degrees: 2 })).toBe(networks);
});

test('an interval is symmetric for a cost, ends at 0, and is symmetric in the logarithm for a rate', () => {
  const margin = { standardError: 10, degrees: 1e9 };
  const half = 19.59964;
  expect(signedInterval(5, margin).low).toBeCloseTo(5 - half, 5);
  expect(signedInterval(5, margin).high).toBeCloseTo(5 + half, 5);
  expect(costInterval(5, margin)).toMatchObject({ low: 0, standardError: 10 });
  const rate = rateInterval(100, margin);
  // exp(1.959964 · 10 / 100) = 1.216522.
  expect(rate?.low).toBeCloseTo(100 / 1.216522, 3);
  expect(rate?.high).toBeCloseTo(121.6522, 3);
});

test('a rate known within a hundredfold only is not known', () => {
  // ln 100 / 1.959964 = 2.3496 standard errors of the estimate.
  expect(rateInterval(10, { standardError: 23.4, degrees: 1e9 })).not.toBeNull();
  expect(rateInterval(10, { standardError: 23.6, degrees: 1e9 })).toBeNull();
});

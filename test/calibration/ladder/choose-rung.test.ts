import { expect, test } from 'vitest';
import { compareRungs, simplestWithinNoise } from '../../../calibration/ladder/choose-rung.ts';

const compare = (simple: readonly number[], rich: readonly number[]) =>
  compareRungs(
    new Map([
      ['simple', simple],
      ['rich', rich],
    ]),
  );

test('the excess over the best rung and its standard error are those of paired differences', () => {
  const comparisons = compare([0.05, 0.03, 0.07, 0.05], [0.04, 0.03, 0.05, 0.04]);
  const simple = comparisons.get('simple');
  expect(simple?.error).toBeCloseTo(0.05, 12);
  expect(simple?.excess).toBeCloseTo(0.01, 12);
  // Differences 0.01, 0, 0.02, 0.01: standard deviation 0.00816, over √4.
  expect(simple?.standardError).toBeCloseTo(0.004082, 6);
  expect(simple?.withinNoise).toBe(false);
  expect(comparisons.get('rich')).toEqual({
    networks: 4,
    error: 0.04,
    excess: 0,
    standardError: 0,
    withinNoise: true,
  });
});

test('a simpler rung is chosen within the noise of the differences, however much the networks differ', () => {
  const best = [0.01, 0.2, 0.03, 0.09, 0.05, 0.12];
  const noisy = best.map((error, i) => error + (i % 2 === 0 ? 0.02 : -0.018));
  const worse = best.map((error, i) => error + (i % 2 === 0 ? 0.004 : 0.002));
  expect(simplestWithinNoise(compare(noisy, best))).toBe('simple');
  expect(simplestWithinNoise(compare(worse, best))).toBe('rich');
});

test('rungs are not compared on different networks', () => {
  expect(() => compare([0.1, 0.2], [0.1])).toThrow(
    'rungs are compared on different networks: simple 2, rich 1',
  );
});

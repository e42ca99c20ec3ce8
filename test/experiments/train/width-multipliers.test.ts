import { describe, expect, test } from 'vitest';
import { candidateMultipliers, equallyFast } from '../../../experiments/train/width-multipliers.ts';

/** Nine multipliers from 0.8 to 1.2 times one. */
const around = (multiplier: number) =>
  [0.8, 0.85, 0.9, 0.95, 1, 1.05, 1.1, 1.15, 1.2].map((share) => share * multiplier);

function expectClose(found: readonly number[], expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  for (const [index, value] of expected.entries()) expect(found[index]).toBeCloseTo(value, 6);
}

describe('candidate multipliers', () => {
  test('lie around the one predicted to take as long', () => {
    // 100 · α² = 36 at α = 0.6.
    expectClose(
      candidateMultipliers((alpha) => 100 * alpha ** 2, 36),
      around(0.6),
    );
  });

  test('lie around the widest of those that a stepped latency gives the same time', () => {
    // Steps at tenths: all of 0.5 ≤ α < 0.6 take 5.
    expectClose(
      candidateMultipliers((alpha) => Math.floor(10 * alpha), 5),
      around(0.6),
    );
  });

  test('stay at the ends of the range where the goal is beyond them', () => {
    expectClose(
      candidateMultipliers((alpha) => 100 * alpha, 1),
      around(0.05),
    );
    expectClose(
      candidateMultipliers((alpha) => 100 * alpha, 1000),
      around(2),
    );
  });
});

describe('the equally fast multiplier', () => {
  test('is the one whose time is closest to the goal as a ratio', () => {
    // 50/100 is further off than 199/100, though nearer in microseconds.
    expect(equallyFast([0.4, 0.9], [50, 199], 100)).toBe(0.9);
    expect(equallyFast([0.4, 0.5, 0.6], [80, 96, 120], 100)).toBe(0.5);
  });

  test('is the first of two that are equally far off', () => {
    expect(equallyFast([0.5, 0.6], [50, 200], 100)).toBe(0.5);
  });

  test('is not found among none', () => {
    expect(() => equallyFast([], [], 100)).toThrow('no width multiplier was measured');
  });
});

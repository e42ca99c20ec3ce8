import { describe, expect, test } from 'vitest';
import { halfSampleMode, pacedUs } from '../../records/pacing.ts';

describe('a time at the reference speed', () => {
  // 1000 µs while the pacer took 250 µs instead of 200: 4 pacers.
  const slow = { latencyUs: 1000, perPacer: 4 };

  test('is wholly in units of the pacer at exponent 1, and as timed at 0', () => {
    expect(pacedUs(slow, { referenceUs: 200, exponent: 1 })).toBeCloseTo(800, 10);
    expect(pacedUs(slow, { referenceUs: 200, exponent: 0 })).toBe(1000);
  });

  test('is their geometric mean half-way', () => {
    expect(pacedUs(slow, { referenceUs: 200, exponent: 0.5 })).toBeCloseTo(Math.sqrt(1000 * 800), 10);
  });

  test('is as timed where there was no pacer, or none is used', () => {
    expect(pacedUs({ latencyUs: 1000, perPacer: null }, { referenceUs: 200, exponent: 1 })).toBe(1000);
    expect(pacedUs(slow, null)).toBe(1000);
  });
});

describe('the half-sample mode', () => {
  test('is where values are closest together, whatever else there is', () => {
    // Seven values: the densest four are 99 … 102, of those the densest two 100 and 101.
    expect(halfSampleMode([100, 500, 99, 300, 101, 103, 700])).toBeCloseTo(Math.sqrt(100 * 101), 10);
  });

  test('of two modes is the denser, not what lies between', () => {
    const quiet = Array.from({ length: 60 }, (_, i) => 200 + (i % 6) / 10);
    const busy = Array.from({ length: 40 }, (_, i) => 260 + (i % 20));
    const mode = halfSampleMode([...busy, ...quiet]);
    expect(mode).toBeGreaterThanOrEqual(200);
    expect(mode).toBeLessThanOrEqual(200.5);
  });

  test('of one value is that value; of none there is none', () => {
    expect(halfSampleMode([7])).toBeCloseTo(7, 12);
    expect(() => halfSampleMode([])).toThrow('no values have no mode');
  });
});

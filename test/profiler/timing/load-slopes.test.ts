import { expect, test } from 'vitest';
import { loadSlopes, slopeFactor } from '../../../profiler/timing/load-slopes.ts';
import { summarizeRounds } from '../../../profiler/timing/round-statistics.ts';

/** 31 cases from 1/e to e times 1000 µs, e^0.0667 apart; in load 1 each takes size^slope times as long. */
function loads(slope: number): { times: number[][]; loads: number[][] } {
  const sizes = Array.from({ length: 31 }, (_, k) => (k - 15) / 15);
  return {
    times: sizes.map((size) => [0, slope].map((own) => 1000 * Math.exp(size * (1 + own)))),
    loads: sizes.map(() => [0, 1]),
  };
}

test('a load that slows large networks more has a slope over size, half of it above the mean of both', () => {
  const { times, loads: loadOf } = loads(0.1);
  const found = loadSlopes(times, loadOf);
  // Sizes are those of the mean of both loads: 1.05 times those of load 0.
  expect(found.slopes.get(1)).toBeCloseTo(0.05 / 1.05, 4);
  expect(found.slopes.get(0)).toBeCloseTo(-0.05 / 1.05, 4);
  expect(slopeFactor(found, 30, 1)).toBeCloseTo(Math.exp(0.05), 3);
  expect(slopeFactor(found, 15, 1)).toBe(1);
});

test('what such loads leave is no noise', () => {
  const { times, loads: loadOf } = loads(0.1);
  for (const { standardError } of summarizeRounds(times, loadOf).cases)
    expect(standardError).toBeLessThan(1e-4);
});

test('one outlier in three makes no slope, nor do few cases or one load', () => {
  const { times, loads: loadOf } = loads(0);
  const wild = times.map(([one = 0, two = 0], k) => [one, k % 3 === 0 ? two * (1 + k / 30) : two]);
  for (const slope of loadSlopes(wild, loadOf).slopes.values()) expect(Math.abs(slope)).toBeLessThan(0.06);
  const sloped = loads(0.1);
  expect(loadSlopes(sloped.times.slice(0, 23), sloped.loads.slice(0, 23)).slopes.size).toBe(0);
  expect(
    loadSlopes(
      sloped.times,
      sloped.loads.map(() => [0, 0]),
    ).slopes.size,
  ).toBe(0);
});

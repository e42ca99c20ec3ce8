import { mean, sampleStandardDeviation } from 'simple-statistics';
import { describe, expect, test } from 'vitest';
import { estimateOf } from '../../../profiler/timing/load-estimate.ts';
import { normalNoise } from '../../support/noise.ts';

describe('the latency of several loads', () => {
  const loads = [[10, 10, 10, 10, 10], [20], [30]];

  test('is the median of all rounds where loads do not differ', () => {
    expect(estimateOf(loads, { within: 0.01, between: 0 }).latencyUs).toBe(10);
  });

  test('is the median of loads where rounds do not differ, or nothing tells', () => {
    expect(estimateOf(loads, { within: 0, between: 0.01 }).latencyUs).toBe(20);
    expect(estimateOf(loads, null).latencyUs).toBe(20);
    expect(estimateOf(loads, { within: 0, between: 0 }).latencyUs).toBe(20);
  });

  test('lies between where both do: five rounds weigh 1 / (1 + 5 / 5), one round 1 / (1 + 5)', () => {
    // 1/2 against 1/6 + 1/6.
    expect(estimateOf(loads, { within: 5, between: 1 }).latencyUs).toBe(10);
    // 1/(5 + 1) against 1/(5 + 5) twice.
    expect(estimateOf(loads, { within: 5, between: 5 }).latencyUs).toBe(20);
  });
});

describe('its standard error', () => {
  test('of two loads is half of their difference, in logarithms', () => {
    const { standardError } = estimateOf([[100], [110]], null);
    expect(standardError).toBeCloseTo(Math.log(1.1) / 2, 12);
  });

  test('of one load is that of the median of its rounds', () => {
    // Standard deviation of the logs 0.1; the variance of a median of three is 1.346 times a mean's.
    const { standardError } = estimateOf([[100 * Math.exp(-0.1), 100, 100 * Math.exp(0.1)]], null);
    expect(standardError).toBeCloseTo(0.1 * Math.sqrt(1.346 / 3), 12);
    expect(estimateOf([[100]], null).standardError).toBeNull();
  });

  test.each([
    [0.01, 0.05],
    [0.03, 0.03],
    [0.05, 0.01],
    [0.02, 0],
  ])('is what estimates scatter by: loads by %d, rounds by %d', (between, within) => {
    const noise = normalNoise(11);
    const trials = Array.from({ length: 1500 }, () => {
      const loads = [2, 2, 8, 4].map((rounds) => {
        const load = between * noise();
        return Array.from({ length: rounds }, () => 1000 * Math.exp(load + within * noise()));
      });
      return estimateOf(loads, { within: within ** 2, between: between ** 2 });
    });
    const scatter = sampleStandardDeviation(trials.map(({ latencyUs }) => Math.log(latencyUs)));
    const stated = Math.sqrt(mean(trials.map(({ standardError }) => (standardError ?? 0) ** 2)));
    expect(stated / scatter).toBeGreaterThan(0.85);
    expect(stated / scatter).toBeLessThan(1.2);
  });
});

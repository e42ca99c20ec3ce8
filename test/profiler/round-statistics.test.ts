import { describe, expect, test } from 'vitest';
import { repeatabilityOf, roundFactors, summarizeRounds } from '../../profiler/round-statistics.ts';

describe('round statistics', () => {
  test('a round in which everything is twice as slow has factor 2 and changes no case', () => {
    // Cases of 10 and 30 µs; round 2 is twice as slow. Medians over rounds are 10 and 30.
    const times = [
      [10, 20, 10],
      [30, 60, 30],
    ];
    expect(roundFactors(times)).toEqual([1, 2, 1]);
    const { cases, drift, repeatability } = summarizeRounds(times);
    expect(cases.map(({ latencyUs }) => latencyUs)).toEqual([10, 30]);
    expect(cases.map(({ spread }) => spread)).toEqual([0, 0]);
    expect(drift).toBe(1);
    expect(repeatability).toBe(0);
  });

  test('spread is 1.4826 times the median absolute deviation over the median', () => {
    // One case cannot tell drift from noise: factors stay 1. Median 10, deviations 0 1 2 → MAD 1.
    const { cases } = summarizeRounds([[10, 11, 8]]);
    expect(cases[0]?.spread).toBeCloseTo(1.4826 / 10, 12);
    expect(cases[0]?.minUs).toBe(8);
  });

  test('passes are the medians of even and odd rounds', () => {
    const { cases, repeatability } = summarizeRounds([[10, 12, 10, 12]]);
    expect(cases[0]?.passesUs).toEqual([10, 12]);
    expect(repeatability).toBeCloseTo(0.2, 12);
  });

  test('one round has no repeatability, and no cases give no statistics', () => {
    expect(summarizeRounds([[5]]).repeatability).toBeNull();
    expect(summarizeRounds([])).toEqual({ cases: [], roundFactors: [], drift: 0, repeatability: null });
  });

  test('repeatability is the mean of |second / first − 1|', () => {
    expect(repeatabilityOf([{ passesUs: [100, 110] }, { passesUs: [100, 98] }])).toBeCloseTo(0.06, 12);
  });
});

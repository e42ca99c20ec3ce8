import { describe, expect, test } from 'vitest';
import { roundFactors } from '../../../profiler/timing/round-factors.ts';
import { repeatabilityOf, summarizeRounds } from '../../../profiler/timing/round-statistics.ts';

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

  test('of loads whose rounds agree each counts alike, and passes are whole loads', () => {
    // Loads of 4, 1 and 2 rounds: half of the weight is reached at 12, in the first and the last of them between 10 and 12.
    const { cases, repeatability } = summarizeRounds([[10, 10, 10, 10, 16, 12, 12]], [[3, 3, 3, 3, 4, 7, 7]]);
    expect(cases).toMatchObject([{ latencyUs: 12, loads: 3, rounds: 7, minUs: 10, passesUs: [11, 16] }]);
    expect(repeatability).toBeCloseTo(16 / 11 - 1, 12);
  });

  test('a case that is slower in one load is not taken for drift', () => {
    const times = [
      [10, 10, 13, 13],
      [20, 20, 20, 20],
      [30, 30, 30, 30],
    ];
    const { cases, drift } = summarizeRounds(
      times,
      times.map(() => [0, 0, 1, 1]),
    );
    expect(drift).toBe(0);
    expect(cases.map(({ passesUs }) => passesUs)).toEqual([
      [10, 13],
      [20, 20],
      [30, 30],
    ]);
  });

  test('rounds that few cases have are brought to the speed of those that all have', () => {
    // In round 5, of the noisy ones alone, the machine was half as fast; rounds 2 to 4 are of others.
    const times = [
      [10, 10, 20],
      [30, 30, 60],
      [50, 50],
    ];
    const rounds = [
      [0, 1, 5],
      [0, 1, 5],
      [0, 1],
    ];
    expect(roundFactors(times, rounds)).toEqual([1, 1, 1, 1, 1, 2]);
    const { cases } = summarizeRounds(
      times,
      times.map((each) => each.map((_, at) => Math.floor(at / 2))),
      rounds,
    );
    expect(cases.map(({ latencyUs }) => latencyUs)).toEqual([10, 30, 50]);
    expect(cases.map(({ loads }) => loads)).toEqual([2, 2, 1]);
  });

  test('one round has no repeatability, and no cases give no statistics', () => {
    expect(summarizeRounds([[5]]).repeatability).toBeNull();
    expect(summarizeRounds([])).toMatchObject({ cases: [], roundFactors: [], drift: 0, repeatability: null });
  });

  test('repeatability is the mean of |second / first − 1|', () => {
    expect(repeatabilityOf([{ passesUs: [100, 110] }, { passesUs: [100, 98] }])).toBeCloseTo(0.06, 12);
  });
});

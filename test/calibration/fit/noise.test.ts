import { mean, median } from 'simple-statistics';
import { describe, expect, test } from 'vitest';
import { mapeWithoutNoise, meanErrorOfPerfectModel } from '../../../calibration/fit/noise.ts';
import { summarizeRounds } from '../../../profiler/timing/round-statistics.ts';
import { normalNoise } from '../../support/noise.ts';

test('a perfect model shows √(2/π) of the standard error, freed of the bias of few values', () => {
  // Of two values the standard deviation is 0.798 of the true one on average: √(2/π) / 0.797885 = 1.
  expect(meanErrorOfPerfectModel([{ standardError: 0.02, values: 2 }])).toBeCloseTo(0.02, 6);
  // Of many, 0.7979 · 1 % nearly.
  expect(meanErrorOfPerfectModel([{ standardError: 0.01, values: 1000 }])).toBeCloseTo(0.00798, 5);
  expect(
    meanErrorOfPerfectModel([
      { standardError: 0, values: 4 },
      { standardError: 0.0921318, values: 4 },
    ]),
  ).toBeCloseTo((0.797885 * 0.1) / 2, 6);
});

test('the squares of noise and model error add', () => {
  const errors = Array.from({ length: 40 }, () => ({ standardError: 0.03 / 0.797885, values: 1e6 }));
  const { value, low, high } = mapeWithoutNoise(
    errors.map(() => 0.05),
    errors,
  );
  // 3, 4, 5; all networks alike, so that resampling changes nothing.
  expect(value).toBeCloseTo(0.04, 5);
  expect([low, high]).toEqual([value, value]);
});

test('a model no worse than the noise has no error of its own', () => {
  const errors = [{ standardError: 0.05, values: 8 }];
  expect(mapeWithoutNoise([0.01], errors)).toEqual({ value: 0, low: 0, high: 0 });
});

describe('sessions with planted noise', () => {
  const NETWORKS = 150;

  /** Networks in loads, each load off by `betweenLoads`, each round by `withinLoad`, all normal. */
  function session(seed: number, loads: number, roundsPerLoad: number) {
    const noise = normalNoise(seed);
    const [betweenLoads, withinLoad] = [0.03, 0.04];
    const truth = Array.from({ length: NETWORKS }, (_, i) => 1000 * (1 + i));
    const timesUs = truth.map((us) =>
      Array.from({ length: loads }, () => {
        const load = Math.exp(betweenLoads * noise());
        return Array.from({ length: roundsPerLoad }, () => us * load * Math.exp(withinLoad * noise()));
      }).flat(),
    );
    const loadOf = timesUs.map((times) => times.map((_, at) => Math.floor(at / roundsPerLoad)));
    const { cases } = summarizeRounds(timesUs, loadOf);
    const errors = cases.map(({ standardError }) => ({ standardError: standardError ?? 0, values: loads }));
    // What a model that knows the truth is off by, but for the one factor that all have in common.
    const ratios = cases.map(({ latencyUs }, i) => latencyUs / (truth[i] as number));
    const common = median(ratios);
    return {
      stated: meanErrorOfPerfectModel(errors),
      shown: mean(ratios.map((ratio) => Math.abs(ratio / common - 1))),
    };
  }

  test.each([
    [2, 4],
    [4, 3],
    [8, 2],
  ])('state it within a fifth: %i loads of %i rounds', (loads, rounds) => {
    const sessions = Array.from({ length: 12 }, (_, seed) => session(seed + 1, loads, rounds));
    const expected = mean(sessions.map(({ shown }) => shown));
    const stated = sessions.map((each) => each.stated / expected);
    expect(mean(stated)).toBeGreaterThan(0.93);
    expect(mean(stated)).toBeLessThan(1.07);
    expect(Math.min(...stated)).toBeGreaterThan(0.8);
    expect(Math.max(...stated)).toBeLessThan(1.2);
  });
});

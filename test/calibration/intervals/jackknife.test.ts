import { expect, test } from 'vitest';
import { oneStepJackknife } from '../../../calibration/intervals/jackknife.ts';
import type { LogModel } from '../../../calibration/regression/robust-log-fit.ts';

/** The same θ for all observations: its fit is the mean of their logarithms. */
const constant = (size: number): LogModel => ({
  parameters: 1,
  size,
  predict(_, theta, slopes) {
    slopes[0] = theta[0] as number;
    return theta[0] as number;
  },
});
/** No residual is an outlier. */
const WIDE = 100;
const theta = Math.exp(0.5);
const at = { theta: Float64Array.of(theta), sigma: WIDE };
const exponentials = (logs: readonly number[]) => logs.map(Math.exp);

test('of a mean, leaving one out moves it by what the others average, and its error is s / √n', () => {
  const { shifts, margins } = oneStepJackknife(
    constant(4),
    { observations: exponentials([0.2, 0.4, 0.6, 0.8]), clusters: ['a', 'b', 'c', 'd'], loads: [] },
    at,
  );
  // Mean 0.5; without 0.2 it is 0.6, and so on. One step in θ moves it by θ times that.
  expect([...shifts.keys()]).toEqual(['a', 'b', 'c', 'd']);
  [0.1, 1 / 30, -1 / 30, -0.1].forEach((shift, i) => {
    expect([...shifts.values()][i]?.[0]).toBeCloseTo(theta * shift, 6);
  });
  // s² = (0.3² + 0.1² + 0.1² + 0.3²) / 3 = 0.2 / 3.
  expect(margins[0]?.standardError).toBeCloseTo(theta * Math.sqrt(0.2 / 3 / 4), 6);
});

test('observations of one cluster are left out together', () => {
  const { shifts } = oneStepJackknife(
    constant(6),
    {
      observations: exponentials([0, 0.2, 0.4, 0.6, 0.8, 1]),
      clusters: ['a', 'a', 'b', 'b', 'c', 'c'],
      loads: [],
    },
    at,
  );
  // Means of the others: 0.7, 0.5, 0.3.
  expect(shifts.get('a')?.[0]).toBeCloseTo(theta * 0.2, 6);
  expect(shifts.get('b')?.[0]).toBeCloseTo(0, 6);
  expect(shifts.get('c')?.[0]).toBeCloseTo(-theta * 0.2, 6);
});

test('a load whose times are all 10 % longer has an estimate that is as much higher', () => {
  const logs = [0.2, 0.4, 0.6, 0.8];
  const { loadShifts, margins } = oneStepJackknife(
    constant(4),
    {
      observations: exponentials(logs),
      clusters: ['a', 'b', 'c', 'd'],
      loads: [-0.1, 0, 0.1].map((shift) => exponentials(logs.map((log) => log + shift))),
    },
    at,
  );
  [-0.1, 0, 0.1].forEach((shift, load) => {
    expect(loadShifts[load]?.[0]).toBeCloseTo(theta * shift, 6);
  });
  // Networks: 0.2 / 3 / 4. Loads: variance 0.01, of the median of three; no network differs in it from the others.
  expect(margins[0]?.standardError).toBeCloseTo(theta * Math.sqrt(0.2 / 12 + (1.35 * 0.01) / 3), 6);
});

test('an outlier pulls with no more than the limit of Huber', () => {
  const { shifts } = oneStepJackknife(
    constant(4),
    { observations: exponentials([0.5, 0.5, 0.5, 9]), clusters: ['a', 'b', 'c', 'd'], loads: [] },
    { theta: Float64Array.of(theta), sigma: 0.1 },
  );
  // Its score is 1.345 · 0.1 and it has no part in the information: of the three others.
  expect(shifts.get('d')?.[0]).toBeCloseTo((-theta * 0.1345) / 3, 6);
});

test('a parameter of fewer than three clusters, or one like another, has no interval', () => {
  const two = oneStepJackknife(
    constant(4),
    { observations: [1, 2, 3, 4], clusters: ['a', 'a', 'b', 'b'], loads: [] },
    at,
  );
  expect(two.margins).toEqual([null]);
  const twins: LogModel = {
    parameters: 2,
    size: 4,
    predict(_, values, slopes) {
      slopes.set(values);
      return (values[0] as number) + (values[1] as number);
    },
  };
  const alike = oneStepJackknife(
    twins,
    { observations: [1, 2, 3, 4], clusters: ['a', 'b', 'c', 'd'], loads: [] },
    { theta: Float64Array.of(1, 1), sigma: WIDE },
  );
  expect(alike.margins).toEqual([null, null]);
});

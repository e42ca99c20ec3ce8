import { expect, test } from 'vitest';
import { type LogModel, robustLogFit } from '../../../calibration/regression/robust-log-fit.ts';
import { timingNoise, uniformNoise } from '../../support/noise.ts';

/** t = a + b·x. */
function line(x: readonly number[]): LogModel {
  return {
    parameters: 2,
    size: x.length,
    predict(i, theta, slopes) {
      const [a, bx] = [theta[0] as number, (theta[1] as number) * (x[i] as number)];
      slopes[0] = a;
      slopes[1] = bx;
      return a + bx;
    },
  };
}

const uniform = uniformNoise(7);
const x = Array.from({ length: 400 }, () => 10 ** (3 * uniform()));

test('exact observations give exact parameters from a start a hundred times off', () => {
  const { theta, sigma } = robustLogFit(
    line(x),
    x.map((value) => 5 + 0.2 * value),
    [500, 0.002],
  );
  expect(theta[0]).toBeCloseTo(5, 6);
  expect(theta[1]).toBeCloseTo(0.2, 8);
  expect(sigma).toBeLessThan(1e-3);
});

test('5 % noise and 5 % outliers three times as slow move parameters by less than 2 %', () => {
  const noise = timingNoise(11, 0.05, 0.05);
  const { theta, sigma } = robustLogFit(
    line(x),
    x.map((value) => (5 + 0.2 * value) * noise()),
    [1, 1],
  );
  expect((theta[0] as number) / 5).toBeCloseTo(1, 1.7);
  expect(Math.abs((theta[0] as number) / 5 - 1)).toBeLessThan(0.02);
  expect(Math.abs((theta[1] as number) / 0.2 - 1)).toBeLessThan(0.02);
  // The spread is that of the noise, not of the outliers.
  expect(sigma).toBeGreaterThan(0.04);
  expect(sigma).toBeLessThan(0.07);
});

test('a parameter that nothing depends on stays at its start', () => {
  const model: LogModel = {
    parameters: 2,
    size: 3,
    predict(_, theta, slopes) {
      slopes[0] = theta[0] as number;
      slopes[1] = 0;
      return theta[0] as number;
    },
  };
  const { theta } = robustLogFit(model, [3, 3, 3], [1, 42]);
  expect(theta[0]).toBeCloseTo(3, 9);
  expect(theta[1]).toBe(42);
});

// The one optimizer: Levenberg-Marquardt on log residuals with Huber weights.
import { median } from 'simple-statistics';
import { MAD_TO_SIGMA } from '../../records/robust-statistics.ts';

/** A positive model with positive parameters. */
export interface LogModel {
  readonly parameters: number;
  /** Observations. */
  readonly size: number;
  /**
   * Prediction for observation i at parameters θ.
   * @param slopes receives θⱼ · ∂prediction/∂θⱼ
   */
  predict(i: number, theta: Float64Array, slopes: Float64Array): number;
}

export interface LogFit {
  readonly theta: Float64Array;
  /** Robust standard deviation of log(prediction / observation); about the typical relative error. */
  readonly sigma: number;
  readonly iterations: number;
}

/** Huber's tuning constant: 95 % efficiency on normal data. */
export const HUBER = 1.345;
const MAX_ITERATIONS = 200;
const MIN_SIGMA = 1e-4;

/** Solves the symmetric system A·x = b by Gauss elimination with pivoting; A is n × n, row-major, overwritten. */
function solve(a: Float64Array, b: Float64Array): Float64Array {
  const n = b.length;
  const x = Float64Array.from(b);
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let row = column + 1; row < n; row++) {
      if (Math.abs(a[row * n + column] as number) > Math.abs(a[pivot * n + column] as number)) pivot = row;
    }
    for (let k = 0; k < n && pivot !== column; k++) {
      [a[column * n + k], a[pivot * n + k]] = [a[pivot * n + k] as number, a[column * n + k] as number];
    }
    if (pivot !== column) [x[column], x[pivot]] = [x[pivot] as number, x[column] as number];
    const diagonal = a[column * n + column] as number;
    for (let row = column + 1; row < n; row++) {
      const factor = (a[row * n + column] as number) / diagonal;
      for (let k = column; k < n; k++) {
        a[row * n + k] = (a[row * n + k] as number) - factor * (a[column * n + k] as number);
      }
      x[row] = (x[row] as number) - factor * (x[column] as number);
    }
  }
  for (let row = n - 1; row >= 0; row--) {
    let sum = x[row] as number;
    for (let k = row + 1; k < n; k++) sum -= (a[row * n + k] as number) * (x[k] as number);
    x[row] = sum / (a[row * n + row] as number);
  }
  return x;
}

/**
 * Fits positive parameters by minimizing Σ ρ(log prediction − log observation), ρ Huber's with a scale re-estimated
 * from the residuals' median absolute deviation: Levenberg-Marquardt in log parameters (Huber & Ronchetti, Robust
 * Statistics, 2nd ed., ch. 7).
 * @param observations positive
 * @param start positive
 */
export function robustLogFit(
  model: LogModel,
  observations: ArrayLike<number>,
  start: ArrayLike<number>,
): LogFit {
  const n = model.parameters;
  const slopes = new Float64Array(n);
  const residuals = (theta: Float64Array) => {
    const result = new Float64Array(model.size);
    for (let i = 0; i < model.size; i++) {
      result[i] = Math.log(model.predict(i, theta, slopes) / (observations[i] as number));
    }
    return result;
  };
  const scaleOf = (r: Float64Array) => Math.max(MIN_SIGMA, MAD_TO_SIGMA * median([...r].map(Math.abs)));
  const objective = (r: Float64Array, limit: number) => {
    let sum = 0;
    for (const value of r) {
      const size = Math.abs(value);
      sum += size <= limit ? 0.5 * size * size : limit * (size - 0.5 * limit);
    }
    return sum;
  };
  let theta = Float64Array.from(start);
  let r = residuals(theta);
  let damping = 1e-3;
  let iterations = 0;
  for (; iterations < MAX_ITERATIONS; iterations++) {
    const limit = HUBER * scaleOf(r);
    const normal = new Float64Array(n * n);
    const gradient = new Float64Array(n);
    for (let i = 0; i < model.size; i++) {
      const prediction = model.predict(i, theta, slopes);
      const residual = r[i] as number;
      const weight = Math.abs(residual) <= limit ? 1 : limit / Math.abs(residual);
      for (let j = 0; j < n; j++) {
        const slope = (slopes[j] as number) / prediction;
        gradient[j] = (gradient[j] as number) - weight * slope * residual;
        for (let k = 0; k < n; k++) {
          normal[j * n + k] =
            (normal[j * n + k] as number) + (weight * slope * (slopes[k] as number)) / prediction;
        }
      }
    }
    const before = objective(r, limit);
    let improved = 0;
    for (let attempt = 0; attempt < 12; attempt++) {
      const damped = Float64Array.from(normal);
      for (let j = 0; j < n; j++) {
        // A parameter that nothing depends on any more stays where it is.
        damped[j * n + j] = (damped[j * n + j] as number) * (1 + damping) + 1e-9 * model.size;
      }
      const step = solve(damped, gradient);
      const next = theta.map((value, j) => value * Math.exp(Math.max(-2, Math.min(2, step[j] as number))));
      const nextR = residuals(next);
      const after = objective(nextR, limit);
      if (after < before) {
        improved = 1 - after / before;
        theta = next;
        r = nextR;
        damping = Math.max(1e-9, damping / 5);
        break;
      }
      damping *= 6;
    }
    if (improved < 1e-7) break;
  }
  return { theta, sigma: scaleOf(r), iterations };
}

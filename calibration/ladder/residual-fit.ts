// Fits a residual table: Gaussian process regression, evaluated at the table's knots.
import { median } from 'simple-statistics';
import { groupBy } from '../../records/group-by.ts';
import { MAD_TO_SIGMA } from '../../records/robust-statistics.ts';
import { choleskySolve } from '../regression/cholesky.ts';
import { type ChannelShape, shapeKey } from './channel-shape.ts';
import {
  alignmentCovariance,
  covariance,
  PERIOD,
  pointOf,
  RESIDUAL_NOISE_VARIANCE,
  type ShapePoint,
  smoothCovariance,
} from './residual-prior.ts';
import type { ResidualTable } from './residual-table.ts';

/** A shape and log(measured / modelled) there. */
export interface Residual {
  readonly shape: ChannelShape;
  readonly log: number;
}

/** Residuals of one shape. */
interface Observation {
  readonly point: ShapePoint;
  /** Their median. */
  readonly log: number;
  readonly count: number;
}

/** Solving is cubic in the number of distinct shapes. */
const MAX_SHAPES = 400;
const ROBUST_ITERATIONS = 4;
/** Residuals beyond so many standard deviations count less. */
const ROBUST_LIMIT = 1.5;
const MIN_SIGMA = 0.01;

/** Table entries are kept to a tenth of a percent. */
const DECIMALS = 1e4;
const rounded = (value: number) => Math.round(value * DECIMALS) / DECIMALS;

/** Residuals of one shape are one observation. */
function observationsOf(residuals: readonly Residual[]): Observation[] {
  const all = [...groupBy(residuals, ({ shape }) => shapeKey(shape)).values()].map((list) => ({
    point: pointOf((list[0] as Residual).shape),
    log: median(list.map(({ log }) => log)),
    count: list.length,
  }));
  if (all.length <= MAX_SHAPES) return all;
  // Every so many of them in the order of their size, so that small and large are kept alike.
  const size = ({ logs }: ShapePoint) => logs[0] + logs[1] + logs[2];
  const sorted = all.sort((a, b) => size(a.point) - size(b.point));
  return Array.from(
    { length: MAX_SHAPES },
    (_, i) => sorted[Math.round((i * (sorted.length - 1)) / (MAX_SHAPES - 1))] as Observation,
  );
}

/** n × n, row-major. */
function covarianceMatrix(observations: readonly Observation[]): Float64Array {
  const n = observations.length;
  const matrix = new Float64Array(n * n);
  observations.forEach(({ point }, i) => {
    for (let j = 0; j <= i; j++) {
      const value = covariance(point, (observations[j] as Observation).point);
      matrix[i * n + j] = value;
      matrix[j * n + i] = value;
    }
  });
  return matrix;
}

/** Weights w of the posterior mean Σ wᵢ · covariance(·, pointᵢ): Huber's, by iterated noise of each observation. */
function posteriorWeights(observations: readonly Observation[]): Float64Array {
  const n = observations.length;
  const prior = covarianceMatrix(observations);
  const observed = Float64Array.from(observations, ({ log }) => log);
  const trust = new Float64Array(n).fill(1);
  let weights: Float64Array = new Float64Array(n);
  for (let iteration = 0; iteration < ROBUST_ITERATIONS; iteration++) {
    const noisy = Float64Array.from(prior);
    observations.forEach(({ count }, i) => {
      const noise = RESIDUAL_NOISE_VARIANCE / ((trust[i] as number) * Math.sqrt(count));
      noisy[i * n + i] = (noisy[i * n + i] as number) + noise;
    });
    weights = choleskySolve(noisy, observed);
    const left = observed.map((value, i) => {
      let fitted = 0;
      for (let j = 0; j < n; j++) fitted += (prior[i * n + j] as number) * (weights[j] as number);
      return Math.abs(value - fitted);
    });
    const limit = ROBUST_LIMIT * Math.max(MIN_SIGMA, MAD_TO_SIGMA * median([...left]));
    left.forEach((size, i) => {
      trust[i] = Math.min(1, limit / Math.max(size, 1e-9));
    });
  }
  return weights;
}

/** First and last octave of an axis. */
function octavesOf(observations: readonly Observation[], axis: 0 | 1 | 2): [number, number] {
  const values = observations.map(({ point }) => point.logs[axis]);
  return [Math.floor(Math.min(...values)), Math.ceil(Math.max(...values))];
}

/**
 * Gaussian process regression of residuals (Rasmussen & Williams, Gaussian Processes for Machine Learning, 2006, ch. 2)
 * with a covariance that is the sum of a smooth one over octaves and one over channel remainders, outliers weighted
 * down; evaluated at the knots of a table. Far from what was measured the table goes to 0.
 * @param residuals at least one
 */
export function fitResidualTable(residuals: readonly Residual[]): ResidualTable {
  const observations = observationsOf(residuals);
  const weights = posteriorWeights(observations);
  const at = (value: (point: ShapePoint) => number) =>
    rounded(observations.reduce((sum, { point }, i) => sum + (weights[i] as number) * value(point), 0));
  const inputOctaves = octavesOf(observations, 0);
  const outputOctaves = octavesOf(observations, 1);
  const pixelOctaves = octavesOf(observations, 2);
  const smooth: number[] = [];
  for (let i = inputOctaves[0]; i <= inputOctaves[1]; i++) {
    for (let o = outputOctaves[0]; o <= outputOctaves[1]; o++) {
      for (let p = pixelOctaves[0]; p <= pixelOctaves[1]; p++) {
        smooth.push(at(({ logs }) => smoothCovariance(logs, [i, o, p])));
      }
    }
  }
  const alignment: number[] = [];
  for (let i = 0; i < PERIOD; i++) {
    for (let o = 0; o < PERIOD; o++) {
      alignment.push(at(({ remainders }) => alignmentCovariance(remainders, [i / PERIOD, o / PERIOD])));
    }
  }
  return { inputOctaves, outputOctaves, pixelOctaves, smooth, alignment };
}

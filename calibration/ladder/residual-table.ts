import { median } from 'simple-statistics';
import { z } from 'zod';
import { MAD_TO_SIGMA } from '../../records/robust-statistics.ts';
import { choleskySolve } from '../regression/cholesky.ts';

/** What a residual depends on. */
export interface ChannelShape {
  readonly inputChannels: number;
  readonly outputChannels: number;
  /** Height × width of the output. */
  readonly outputPixels: number;
}

/** A shape and log(measured / modelled) there. */
export interface Residual {
  readonly shape: ChannelShape;
  readonly log: number;
}

/** Channel counts matter modulo this: SIMD lanes and blocks of blocked layouts divide it. */
const PERIOD = 16;

const octaves = z.tuple([z.number().int(), z.number().int()]);

/**
 * log(measured / modelled) of one kernel class: what changes slowly, over octaves of channels in, channels out and
 * output pixels, plus what channel counts cost beside multiples of 16.
 */
export const residualTable = z.object({
  /** First and last octave (log₂) of each axis. */
  inputOctaves: octaves,
  outputOctaves: octaves,
  pixelOctaves: octaves,
  /** Input octave slowest, pixel octave fastest. */
  smooth: z.array(z.number()),
  /** At remainders of input (slow) and output channels modulo 16. */
  alignment: z.array(z.number()).length(PERIOD * PERIOD),
});
export type ResidualTable = z.infer<typeof residualTable>;

/** Prior of the smooth part: typical size of a residual, and over how many octaves it changes. */
const SMOOTH_SIZE = 0.1;
const SMOOTH_OCTAVES = 2;
/** Prior of the alignment part; its length is in periods. */
const ALIGNMENT_SIZE = 0.07;
const ALIGNMENT_PERIODS = 0.3;
/** Noise of one kernel's residual. */
const NOISE = 0.04;
/** Solving is cubic in the number of distinct shapes. */
const MAX_SHAPES = 400;
const ROBUST_ITERATIONS = 4;
/** Residuals beyond so many standard deviations count less. */
const ROBUST_LIMIT = 1.5;
const MIN_SIGMA = 0.01;

/** Table entries are kept to a tenth of a percent. */
const DECIMALS = 1e4;
const rounded = (value: number) => Math.round(value * DECIMALS) / DECIMALS;

interface Point {
  readonly logs: readonly [number, number, number];
  readonly remainders: readonly [number, number];
}

function pointOf({ inputChannels, outputChannels, outputPixels }: ChannelShape): Point {
  return {
    logs: [Math.log2(inputChannels), Math.log2(outputChannels), Math.log2(outputPixels)],
    remainders: [(inputChannels % PERIOD) / PERIOD, (outputChannels % PERIOD) / PERIOD],
  };
}

function bell(a: readonly number[], b: readonly number[], length: number): number {
  let squares = 0;
  for (let i = 0; i < a.length; i++) squares += (((a[i] as number) - (b[i] as number)) / length) ** 2;
  return Math.exp(-0.5 * squares);
}

const smoothCovariance = (a: Point['logs'], b: Point['logs']) =>
  SMOOTH_SIZE ** 2 * bell(a, b, SMOOTH_OCTAVES);
const alignmentCovariance = (a: Point['remainders'], b: Point['remainders']) =>
  ALIGNMENT_SIZE ** 2 * bell(a, b, ALIGNMENT_PERIODS);

/** Prior covariance of the residuals at two shapes of one kernel class. */
export function residualCovariance(a: ChannelShape, b: ChannelShape): number {
  const [p, q] = [pointOf(a), pointOf(b)];
  return smoothCovariance(p.logs, q.logs) + alignmentCovariance(p.remainders, q.remainders);
}

/** Variance of one measured residual around the true one. */
export const RESIDUAL_NOISE_VARIANCE = NOISE ** 2;

/** Residuals of one shape are one observation: their median. */
function distinctShapes(residuals: readonly Residual[]): { point: Point; log: number; count: number }[] {
  const byShape = new Map<string, Residual[]>();
  for (const residual of residuals) {
    const { inputChannels, outputChannels, outputPixels } = residual.shape;
    const key = `${inputChannels} ${outputChannels} ${outputPixels}`;
    const list = byShape.get(key);
    if (list === undefined) byShape.set(key, [residual]);
    else list.push(residual);
  }
  const all = [...byShape.values()].map((list) => ({
    point: pointOf((list[0] as Residual).shape),
    log: median(list.map(({ log }) => log)),
    count: list.length,
  }));
  if (all.length <= MAX_SHAPES) return all;
  // Every so many of them in the order of their size, so that small and large are kept alike.
  const size = ({ logs }: Point) => logs[0] + logs[1] + logs[2];
  const sorted = all.sort((a, b) => size(a.point) - size(b.point));
  return Array.from(
    { length: MAX_SHAPES },
    (_, i) => sorted[Math.round((i * (sorted.length - 1)) / (MAX_SHAPES - 1))] as (typeof all)[number],
  );
}

/**
 * Gaussian process regression of residuals (Rasmussen & Williams, Gaussian Processes for Machine Learning, 2006, ch. 2)
 * with a covariance that is the sum of a smooth one over octaves and one over channel remainders, outliers weighted
 * down; evaluated at the knots of a table. Far from what was measured the table goes to 0.
 */
export function fitResidualTable(residuals: readonly Residual[]): ResidualTable {
  const shapes = distinctShapes(residuals);
  const n = shapes.length;
  const covariance = new Float64Array(n * n);
  shapes.forEach(({ point: a }, i) => {
    for (let j = 0; j <= i; j++) {
      const b = (shapes[j] as (typeof shapes)[number]).point;
      const value = smoothCovariance(a.logs, b.logs) + alignmentCovariance(a.remainders, b.remainders);
      covariance[i * n + j] = value;
      covariance[j * n + i] = value;
    }
  });
  const observed = Float64Array.from(shapes, ({ log }) => log);
  const trust = new Float64Array(n).fill(1);
  let weights: Float64Array = new Float64Array(n);
  for (let iteration = 0; iteration < ROBUST_ITERATIONS; iteration++) {
    const noisy = Float64Array.from(covariance);
    shapes.forEach(({ count }, i) => {
      noisy[i * n + i] =
        (noisy[i * n + i] as number) + NOISE ** 2 / ((trust[i] as number) * Math.sqrt(count));
    });
    weights = choleskySolve(noisy, observed);
    const left = observed.map((value, i) => {
      let fitted = 0;
      for (let j = 0; j < n; j++) fitted += (covariance[i * n + j] as number) * (weights[j] as number);
      return Math.abs(value - fitted);
    });
    const limit = ROBUST_LIMIT * Math.max(MIN_SIGMA, MAD_TO_SIGMA * median([...left]));
    left.forEach((size, i) => {
      trust[i] = Math.min(1, limit / Math.max(size, 1e-9));
    });
  }
  const rangeOf = (axis: 0 | 1 | 2): [number, number] => {
    const values = shapes.map(({ point }) => point.logs[axis]);
    return [Math.floor(Math.min(...values)), Math.ceil(Math.max(...values))];
  };
  const [inputs, outputs, pixels] = [rangeOf(0), rangeOf(1), rangeOf(2)];
  const at = (value: (point: Point) => number) =>
    rounded(shapes.reduce((sum, { point }, i) => sum + (weights[i] as number) * value(point), 0));
  const smooth: number[] = [];
  for (let i = inputs[0]; i <= inputs[1]; i++) {
    for (let o = outputs[0]; o <= outputs[1]; o++) {
      for (let p = pixels[0]; p <= pixels[1]; p++) {
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
  return { inputOctaves: inputs, outputOctaves: outputs, pixelOctaves: pixels, smooth, alignment };
}

/** Knot below, and how far above it; clamped to the axis. */
function position(value: number, [first, last]: readonly [number, number]): [number, number] {
  const octave = Math.min(last, Math.max(first, Math.log2(value)));
  const knot = Math.min(Math.floor(octave), Math.max(first, last - 1));
  return [knot - first, octave - knot];
}

/** log(measured / modelled) at a shape, linear between the knots. */
export function residualAt(table: ResidualTable, shape: ChannelShape): number {
  const { inputOctaves, outputOctaves, pixelOctaves, smooth, alignment } = table;
  const [i, alongInput] = position(shape.inputChannels, inputOctaves);
  const [o, alongOutput] = position(shape.outputChannels, outputOctaves);
  const [p, alongPixels] = position(shape.outputPixels, pixelOctaves);
  const pixelKnots = pixelOctaves[1] - pixelOctaves[0] + 1;
  const outputKnots = outputOctaves[1] - outputOctaves[0] + 1;
  let sum = alignment[PERIOD * (shape.inputChannels % PERIOD) + (shape.outputChannels % PERIOD)] as number;
  for (let corner = 0; corner < 8; corner++) {
    const di = corner & 1;
    const dO = (corner >> 1) & 1;
    const dp = corner >> 2;
    const weight =
      (di === 1 ? alongInput : 1 - alongInput) *
      (dO === 1 ? alongOutput : 1 - alongOutput) *
      (dp === 1 ? alongPixels : 1 - alongPixels);
    if (weight === 0) continue;
    sum += weight * (smooth[((i + di) * outputKnots + o + dO) * pixelKnots + p + dp] as number);
  }
  return sum;
}

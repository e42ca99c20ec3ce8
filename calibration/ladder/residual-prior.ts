// What is expected of residuals before any is measured: how large they are, and how alike at two shapes.
import type { ChannelShape } from './channel-shape.ts';

/** Channel counts matter modulo this: SIMD lanes and blocks of blocked layouts divide it. */
export const PERIOD = 16;

/** Prior of the smooth part: typical size of a residual, and over how many octaves it changes. */
const SMOOTH_SIZE = 0.1;
const SMOOTH_OCTAVES = 2;
/** Prior of the alignment part; its length is in periods. */
const ALIGNMENT_SIZE = 0.07;
const ALIGNMENT_PERIODS = 0.3;
/** Noise of one kernel's residual. */
const NOISE = 0.04;

/** Variance of one measured residual around the true one. */
export const RESIDUAL_NOISE_VARIANCE = NOISE ** 2;

/** A shape as its covariances take it. */
export interface ShapePoint {
  /** log₂ of channels in, channels out and output pixels. */
  readonly logs: readonly [number, number, number];
  /** Of channels in and out modulo {@link PERIOD}, in periods. */
  readonly remainders: readonly [number, number];
}

export function pointOf({ inputChannels, outputChannels, outputPixels }: ChannelShape): ShapePoint {
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

/** Of what changes slowly, over octaves. */
export const smoothCovariance = (a: ShapePoint['logs'], b: ShapePoint['logs']) =>
  SMOOTH_SIZE ** 2 * bell(a, b, SMOOTH_OCTAVES);

/** Of what channel counts cost beside multiples of {@link PERIOD}. */
export const alignmentCovariance = (a: ShapePoint['remainders'], b: ShapePoint['remainders']) =>
  ALIGNMENT_SIZE ** 2 * bell(a, b, ALIGNMENT_PERIODS);

export const covariance = (a: ShapePoint, b: ShapePoint) =>
  smoothCovariance(a.logs, b.logs) + alignmentCovariance(a.remainders, b.remainders);

/** Prior covariance of the residuals at two shapes of one kernel class. */
export function residualCovariance(a: ChannelShape, b: ChannelShape): number {
  return covariance(pointOf(a), pointOf(b));
}

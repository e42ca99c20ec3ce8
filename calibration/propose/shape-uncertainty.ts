// How uncertain a class's residual table is at each shape, given where was measured.
import type { ChannelShape } from '../ladder/channel-shape.ts';
import { RESIDUAL_NOISE_VARIANCE, residualCovariance } from '../ladder/residual-prior.ts';

/** The posterior at one shape: its row of the extended Cholesky factor, and what is left of its variance. */
interface Row {
  readonly shape: ChannelShape;
  readonly factor: number[];
  variance: number;
}

/**
 * How uncertain the residual table of one kernel class is at shapes of interest, given the shapes that were measured: the
 * posterior variance of its Gaussian process (Rasmussen & Williams 2006, eq. 2.26). It depends on where was measured,
 * not on what was found there.
 */
export class ShapeUncertainty {
  private readonly rows: Row[];
  /** Measured shapes so far, each as its own row was when it was added. */
  private readonly measured: {
    readonly shape: ChannelShape;
    readonly factor: Float64Array;
    readonly pivot: number;
  }[] = [];

  /** @param shapes of interest: variances are kept up to date for these */
  constructor(shapes: readonly ChannelShape[]) {
    this.rows = shapes.map((shape) => ({ shape, factor: [], variance: residualCovariance(shape, shape) }));
  }

  /** Variance of log(measured / modelled) at the shape of interest with this index. */
  variance(index: number): number {
    return (this.rows[index] as Row).variance;
  }

  /** Posterior covariance of the residuals at two shapes of interest. */
  covariance(a: number, b: number): number {
    const [p, q] = [this.rows[a] as Row, this.rows[b] as Row];
    let value = residualCovariance(p.shape, q.shape);
    for (let i = 0; i < p.factor.length; i++) value -= (p.factor[i] as number) * (q.factor[i] as number);
    return value;
  }

  /** By how much one more measurement at shape `at` would lower the variance at shape `of`. */
  reduction(of: number, at: number): number {
    return this.covariance(of, at) ** 2 / (this.variance(at) + RESIDUAL_NOISE_VARIANCE);
  }

  /** A kernel of this shape is measured. */
  measure(shape: ChannelShape): void {
    const factor = new Float64Array(this.measured.length);
    let variance = residualCovariance(shape, shape) + RESIDUAL_NOISE_VARIANCE;
    this.measured.forEach((earlier, i) => {
      let value = residualCovariance(shape, earlier.shape);
      for (let j = 0; j < i; j++) value -= (factor[j] as number) * (earlier.factor[j] as number);
      factor[i] = value / earlier.pivot;
      variance -= (factor[i] as number) ** 2;
    });
    const pivot = Math.sqrt(Math.max(RESIDUAL_NOISE_VARIANCE, variance));
    this.measured.push({ shape, factor, pivot });
    for (const row of this.rows) {
      let value = residualCovariance(row.shape, shape);
      for (let j = 0; j < factor.length; j++) value -= (factor[j] as number) * (row.factor[j] as number);
      const entry = value / pivot;
      row.factor.push(entry);
      row.variance = Math.max(0, row.variance - entry ** 2);
    }
  }
}

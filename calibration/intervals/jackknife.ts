// The cluster jackknife of a robust fit: one Newton step for each network left out.
import { choleskySolve } from '../regression/cholesky.ts';
import { HUBER, type LogFit, type LogModel } from '../regression/robust-log-fit.ts';
import { combinedMargin, jackknifeMargin, loadMargin, type Margin, ofMedianLoad } from './intervals.ts';

/** What the parameters of a fit become without each cluster of observations, and by one load alone. */
export interface Jackknife {
  /** Per cluster id: θ without it − θ, in the units of θ. */
  readonly shifts: ReadonlyMap<string, Float64Array>;
  /** Per load: θ by its times − θ. */
  readonly loadShifts: readonly Float64Array[];
  /** Of each parameter; null where too few clusters depend on it, or it cannot be told from the others. */
  readonly margins: readonly (Margin | null)[];
}

export interface JackknifeInput {
  readonly observations: ArrayLike<number>;
  /** Id of each observation's cluster. */
  readonly clusters: readonly string[];
  /** Per load, each observation by that load alone. */
  readonly loads: readonly ArrayLike<number>[];
}

/** A parameter that fewer clusters tell of has no interval. */
const MIN_CLUSTERS = 3;
/** Of the diagonal: keeps a system solvable in which two parameters cannot be told apart. */
const RIDGE = 1e-9;
/** A variance that others inflate more is that of parameters that cannot be told apart. */
const MAX_INFLATION = 1e6;

/** One matrix of normal equations: sums over observations, n × n and n. */
interface Sums {
  /** Σ ψ' J Jᵀ. */
  readonly information: Float64Array;
  /** Σ ψ J. */
  readonly score: Float64Array;
}

const emptySums = (n: number): Sums => ({
  information: new Float64Array(n * n),
  score: new Float64Array(n),
});

const plus = (to: Float64Array, at: number, value: number) => {
  to[at] = (to[at] as number) + value;
};

/** Newton steps in units of each parameter's information, so that those of any size are solved alike. */
class Newton {
  private readonly total: Sums;
  private readonly scale: Float64Array;

  constructor(total: Sums) {
    this.total = total;
    const n = total.score.length;
    this.scale = Float64Array.from({ length: n }, (_, j) =>
      Math.sqrt(total.information[j * n + j] as number),
    );
  }

  /** (information − that of `own`)⁻¹ · score. */
  step(score: Float64Array, own?: Sums): Float64Array {
    const n = score.length;
    const left = new Float64Array(n * n);
    const right = new Float64Array(n);
    for (let j = 0; j < n; j++) {
      const sj = this.scale[j] as number;
      // Nothing depends on it.
      if (sj === 0) {
        left[j * n + j] = 1;
        continue;
      }
      right[j] = (score[j] as number) / sj;
      for (let k = 0; k < n; k++) {
        const at = j * n + k;
        const sk = this.scale[k] as number;
        const rest = (this.total.information[at] as number) - (own?.information[at] ?? 0);
        if (sk > 0) left[at] = rest / (sj * sk);
      }
      plus(left, j * n + j, RIDGE);
    }
    const step = choleskySolve(left, right);
    return step.map((value, j) => ((this.scale[j] as number) > 0 ? value / (this.scale[j] as number) : 0));
  }

  /** How many times the others inflate the variance of parameter j. */
  inflation(j: number): number {
    const unit = new Float64Array(this.scale.length);
    const scale = this.scale[j] as number;
    if (scale === 0) return Number.POSITIVE_INFINITY;
    unit[j] = scale;
    return (this.step(unit)[j] as number) * scale;
  }
}

/**
 * Leaves out one cluster after the other, each time by one Newton step from the fit: exact for a linear model, and so
 * cheap that all are left out. The steps are taken in the parameters themselves, where terms that the fit drove to 0
 * still have a slope.
 */
export function oneStepJackknife(
  model: LogModel,
  { observations, clusters, loads }: JackknifeInput,
  { theta, sigma }: Pick<LogFit, 'theta' | 'sigma'>,
): Jackknife {
  const n = model.parameters;
  const limit = HUBER * sigma;
  const total = emptySums(n);
  const byCluster = new Map<string, Sums>();
  const emptyScores = () => loads.map(() => new Float64Array(n));
  const loadScores = emptyScores();
  const clusterLoadScores = new Map<string, Float64Array[]>();
  const telling = Array.from({ length: n }, () => new Set<string>());
  const slopes = new Float64Array(n);
  const bounded = (residual: number) => Math.max(-limit, Math.min(limit, residual));
  for (let i = 0; i < model.size; i++) {
    const id = clusters[i] as string;
    const own = byCluster.get(id) ?? emptySums(n);
    byCluster.set(id, own);
    const ownLoadScores = clusterLoadScores.get(id) ?? emptyScores();
    clusterLoadScores.set(id, ownLoadScores);
    const prediction = model.predict(i, theta, slopes);
    // Of the logarithm of the prediction, by θ.
    slopes.forEach((slope, j) => {
      slopes[j] = slope / ((theta[j] as number) * prediction);
      if (slope !== 0) telling[j]?.add(id);
    });
    const residual = Math.log(prediction / (observations[i] as number));
    for (let j = 0; j < n; j++) {
      const slope = slopes[j] as number;
      for (const sums of [total, own]) {
        plus(sums.score, j, bounded(residual) * slope);
        if (Math.abs(residual) > limit) continue;
        for (let k = 0; k < n; k++) plus(sums.information, j * n + k, slope * (slopes[k] as number));
      }
      loads.forEach((times, load) => {
        const alone = Math.log(prediction / (times[i] as number));
        plus(loadScores[load] as Float64Array, j, bounded(alone) * slope);
        plus(ownLoadScores[load] as Float64Array, j, bounded(alone) * slope);
      });
    }
  }
  const newton = new Newton(total);
  const shifts = new Map([...byCluster].map(([id, own]) => [id, newton.step(own.score, own)]));
  const difference = (score: Float64Array, by: Float64Array) =>
    newton.step(score.map((value, j) => value - (by[j] as number)));
  const loadShifts = loadScores.map((score) => difference(total.score, score));
  // Variance between loads if networks were independent in each of them.
  const noise = new Float64Array(n);
  for (const load of loads.keys()) {
    const parts = [...byCluster].map(([id, own]) =>
      difference(own.score, clusterLoadScores.get(id)?.[load] as Float64Array),
    );
    for (let j = 0; j < n; j++) {
      const common = (loadShifts[load]?.[j] as number) / parts.length;
      for (const part of parts) plus(noise, j, ((part[j] as number) - common) ** 2 / (loads.length - 1));
    }
  }
  const margins = telling.map((ids, j) => {
    if (ids.size < MIN_CLUSTERS || newton.inflation(j) > MAX_INFLATION) return null;
    const of = (each: Iterable<Float64Array>) => [...each].map((shift) => shift[j] as number);
    return combinedMargin(
      jackknifeMargin(of(shifts.values())),
      loadMargin(of(loadShifts)),
      loads.length < 2 ? 0 : ofMedianLoad(noise[j] as number, loads.length),
    );
  });
  return { shifts, loadShifts, margins };
}

// Attribution: which layers explain the part of latency that a line over FLOPs leaves.
import { linearRegression, mean, sampleCorrelation } from 'simple-statistics';
import type { GapShare } from '../../records/study-analysis.ts';

/** A layer (or kind of kernel) over the networks of a study; 0 where a network lacks it. */
export interface PartCost {
  readonly name: string;
  readonly kind: string;
  readonly latencyUs: Float64Array;
  readonly flops: Float64Array;
}

/** What FLOPs do not explain of some latencies, and each part's share of it. */
export interface Attribution {
  /** Of the least-squares line of latency over FLOPs, in µs per MFLOP and µs. */
  readonly usPerMflop: number;
  readonly interceptUs: number;
  /** Standard deviation of the gap, in µs. */
  readonly gapSdUs: number;
  /** Sum of all shares: 1 less what the parts' times leave unexplained. */
  readonly explained: number;
  /** Largest share first. */
  readonly shares: readonly GapShare[];
}

/** Of one value 0. */
function covariance(x: ArrayLike<number>, y: readonly number[]): number {
  if (y.length < 2) return 0;
  let sumX = 0;
  let sumY = 0;
  for (let i = 0; i < y.length; i++) {
    sumX += x[i] as number;
    sumY += y[i] as number;
  }
  const [meanX, meanY] = [sumX / y.length, sumY / y.length];
  let sum = 0;
  for (let i = 0; i < y.length; i++) sum += ((x[i] as number) - meanX) * ((y[i] as number) - meanY);
  return sum / (y.length - 1);
}

/**
 * Which parts of the networks explain why latency is not FLOPs. Let t = a + b·F + gap be the least-squares line of the
 * networks' latency over their FLOPs; a part's excess is its own time less b times its own FLOPs. Where the times of
 * all parts add up to t, their excesses add up to a + gap, so that cov(excess, gap) / var(gap) are shares that add up to
 * 1: a covariance decomposition (as in A. F. Shorrocks, "Inequality decomposition by factor components", Econometrica 50,
 * 1982). A negative share narrows the gap. Times of parts that come from a model explain less than 1 of a measured gap.
 */
export function attributeGap(
  flops: readonly number[],
  latencyUs: readonly number[],
  parts: readonly PartCost[],
): Attribution {
  const line = linearRegression(flops.map((f, i) => [f, latencyUs[i] as number]));
  // All of one FLOP count: there is no slope.
  const isLine = Number.isFinite(line.m) && Number.isFinite(line.b);
  const [slope, intercept] = isLine ? [line.m, line.b] : [0, mean([...latencyUs])];
  const gap = latencyUs.map((us, i) => us - intercept - slope * (flops[i] as number));
  const variance = covariance(gap, gap);
  const shares = parts.map(({ name, kind, latencyUs: times, flops: own }): GapShare => {
    const excess = times.map((us, i) => us - slope * (own[i] as number));
    const correlation = gap.length < 2 ? Number.NaN : sampleCorrelation([...excess], [...gap]);
    return {
      name,
      kind,
      share: variance > 0 ? covariance(excess, gap) / variance : 0,
      correlation: Number.isFinite(correlation) ? correlation : null,
      mean_us: mean([...times]),
      mean_excess_us: mean([...excess]),
    };
  });
  shares.sort((a, b) => b.share - a.share);
  return {
    usPerMflop: slope * 1e6,
    interceptUs: intercept,
    gapSdUs: Math.sqrt(variance),
    explained: shares.reduce((sum, { share }) => sum + share, 0),
    shares,
  };
}

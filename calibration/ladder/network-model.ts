// From the sum of kernels to the whole network: a scale, a cost per kernel and one per inference.
import { median } from 'simple-statistics';
import { z } from 'zod';
import { MAD_TO_SIGMA } from '../../records/robust-statistics.ts';
import {
  combinedMargin,
  type Interval,
  interval,
  jackknifeMargin,
  loadMargin,
  signedInterval,
} from '../intervals/intervals.ts';

/**
 * Whole network = scale · Σ kernels + perKernelUs · number of kernels + fixedUs. The sum of kernels timed in situ misses
 * what runs between them and contains what recording each one cost, so the second term may be negative.
 */
export const networkModel = z.object({
  scale: z.number().positive(),
  perKernelUs: z.number(),
  /** Starting an inference and ending it, by the smallest probes. Not in profiles of earlier versions. */
  fixedUs: z.number().nonnegative().optional(),
  /** Of what was fitted, with the uncertainty of the kernels in it. Not in profiles of earlier versions. */
  intervals: z.object({ scale: interval, perKernelUs: interval }).optional(),
});
export type NetworkModel = z.infer<typeof networkModel>;

export interface NetworkSum {
  /** Σ of predicted kernel times. */
  readonly kernelsUs: number;
  readonly kernels: number;
}

/** A prediction never falls below this share of its kernels. */
const FLOOR = 0.1;

/** Latency of a whole network, in µs. */
export function networkLatencyUs(model: NetworkModel, { kernelsUs, kernels }: NetworkSum): number {
  const { scale, perKernelUs, fixedUs = 0 } = model;
  return fixedUs + Math.max(FLOOR * kernelsUs, scale * kernelsUs + perKernelUs * kernels);
}

/**
 * What each kernel adds to a network's latency is scale · its time + perKernelUs: of a network of that sum, whose latency
 * these and the fixed cost add up to.
 */
export function kernelTerms(
  model: NetworkModel,
  { kernelsUs, kernels }: NetworkSum,
): Required<Pick<NetworkModel, 'scale' | 'perKernelUs' | 'fixedUs'>> {
  const { scale, perKernelUs, fixedUs = 0 } = model;
  return scale * kernelsUs + perKernelUs * kernels < FLOOR * kernelsUs
    ? { scale: FLOOR, perKernelUs: 0, fixedUs }
    : { scale, perKernelUs, fixedUs };
}

const HUBER = 1.345;
const ITERATIONS = 30;

/**
 * Least squares of relative errors, made robust with Huber weights.
 * @param measuredUs whole-network latencies, positive
 * @param fixedUs of each inference, known beforehand
 */
export function fitNetworkModel(
  sums: readonly NetworkSum[],
  measuredUs: readonly number[],
  fixedUs = 0,
): NetworkModel {
  const fixed = fixedUs > 0 ? { fixedUs } : {};
  const runningUs = measuredUs.map((us) => Math.max(us - fixedUs, FLOOR * us));
  const ratio = median(sums.map(({ kernelsUs }, i) => (runningUs[i] as number) / kernelsUs));
  const scaled: NetworkModel = { scale: ratio, perKernelUs: 0, ...fixed };
  // Two parameters need networks that differ in kernels per time.
  if (sums.length < 4) return scaled;
  const weights = new Float64Array(sums.length).fill(1);
  let model = scaled;
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    let aa = 0;
    let ab = 0;
    let bb = 0;
    let ay = 0;
    let by = 0;
    sums.forEach(({ kernelsUs, kernels }, i) => {
      const a = kernelsUs / (runningUs[i] as number);
      const b = kernels / (runningUs[i] as number);
      const weight = weights[i] as number;
      aa += weight * a * a;
      ab += weight * a * b;
      bb += weight * b * b;
      ay += weight * a;
      by += weight * b;
    });
    const determinant = aa * bb - ab * ab;
    if (determinant < 1e-9 * aa * bb) return scaled;
    const scale = (ay * bb - by * ab) / determinant;
    if (scale <= 0) return scaled;
    model = { scale, perKernelUs: (aa * by - ab * ay) / determinant, ...fixed };
    const errors = sums.map(
      ({ kernelsUs, kernels }, i) =>
        (model.scale * kernelsUs + model.perKernelUs * kernels) / (runningUs[i] as number) - 1,
    );
    const limit = HUBER * Math.max(1e-4, MAD_TO_SIGMA * median(errors.map(Math.abs)));
    errors.forEach((error, i) => {
      weights[i] = Math.abs(error) <= limit ? 1 : limit / Math.abs(error);
    });
  }
  return model;
}

/** The fixed cost shows in networks that take next to nothing else. */
const SMALLEST = 4;
const FIXED_ITERATIONS = 10;
/** Of the quickest network. */
const MAX_FIXED_SHARE = 0.8;

/**
 * What each inference costs beside its kernels, in µs: what the smallest probes take beyond their own recorded kernels,
 * brought to the scale and the time per kernel of the networks. 0 where they take no more.
 * @param networks Σ of recorded kernels, and the whole
 * @param probes the same, of a few kernels each
 */
export function fixedCostUs(
  networks: readonly (NetworkSum & { readonly latencyUs: number })[],
  probes: readonly (NetworkSum & { readonly latencyUs: number })[],
): number {
  const smallest = [...probes].sort((a, b) => a.latencyUs - b.latencyUs).slice(0, SMALLEST);
  if (smallest.length < SMALLEST || networks.length < SMALLEST) return 0;
  const latencies = networks.map(({ latencyUs }) => latencyUs);
  // Kernels take some of every inference.
  const limit = MAX_FIXED_SHARE * Math.min(...latencies, ...smallest.map(({ latencyUs }) => latencyUs));
  let fixedUs = 0;
  for (let iteration = 0; iteration < FIXED_ITERATIONS; iteration++) {
    const { scale, perKernelUs } = fitNetworkModel(networks, latencies, fixedUs);
    const left = smallest.map(
      ({ latencyUs, kernelsUs, kernels }) => latencyUs - scale * kernelsUs - perKernelUs * kernels,
    );
    fixedUs = Math.max(0, Math.min(median(left), limit));
  }
  return fixedUs;
}

/** What a network model is fitted to, and what it would be fitted to otherwise. */
export interface NetworkFitInput {
  /** Identifies each network. */
  readonly ids: readonly string[];
  readonly measuredUs: readonly number[];
  readonly sums: readonly NetworkSum[];
  /** The sums by the kernel model fitted without one network or probe, by its id. */
  readonly sumsWithout: ReadonlyMap<string, readonly NetworkSum[]>;
  /** The sums by the kernel model of each load alone, and what the networks took in that load. */
  readonly byLoad: readonly {
    readonly sums: readonly NetworkSum[];
    readonly measuredUs: readonly number[];
  }[];
}

/**
 * 95 % intervals by the jackknife: each network is left out of the kernel model and of the network model at once, since
 * a kernel model that is 1 % high makes the scale 1 % low.
 */
export function networkIntervals(
  model: NetworkModel,
  { ids, measuredUs, sums, sumsWithout, byLoad }: NetworkFitInput,
): NonNullable<NetworkModel['intervals']> {
  const without = [...new Set([...ids, ...sumsWithout.keys()])].map((id) => {
    const kept = ids.flatMap((each, i) => (each === id ? [] : [i]));
    const moved = sumsWithout.get(id) ?? sums;
    return fitNetworkModel(
      kept.map((i) => moved[i] as NetworkSum),
      kept.map((i) => measuredUs[i] as number),
      model.fixedUs,
    );
  });
  const loads = byLoad.map((load) => fitNetworkModel(load.sums, load.measuredUs, model.fixedUs));
  const intervalOf = (name: 'scale' | 'perKernelUs'): Interval => {
    const shifts = (models: readonly NetworkModel[]) => models.map((each) => each[name] - model[name]);
    const margin = combinedMargin(jackknifeMargin(shifts(without)), loadMargin(shifts(loads)));
    return margin.standardError > 0 ? signedInterval(model[name], margin) : null;
  };
  return { scale: intervalOf('scale'), perKernelUs: intervalOf('perKernelUs') };
}

// The roofline of rungs 1 and 2, with or without an overhead: its parameters, fit, prediction and intervals.
import { quantile } from 'simple-statistics';
import { z } from 'zod';
import { type Kernel, kernelBytes } from '../../network/lowering/kernel.ts';
import { costInterval, interval, rateInterval } from '../intervals/intervals.ts';
import { oneStepJackknife } from '../intervals/jackknife.ts';
import { rooflineLogModel } from '../regression/log-models.ts';
import { robustLogFit } from '../regression/robust-log-fit.ts';
import { boundOf, type KernelPrediction } from './kernel-prediction.ts';
import type { KernelSample } from './kernel-sample.ts';
import type { Jackknifed } from './rung.ts';
import { jackknifeInput, loadCount } from './sample-clusters.ts';

/** 95 %, at the speed that the session's sentinel had. Overhead only on the rung that has one. */
export const roofIntervals = z.object({
  computeRateGflops: interval,
  bandwidthGBps: interval,
  overheadUs: interval.optional(),
});

/** Fields of a roofline: overhead + max(FLOPs / compute rate, bytes / bandwidth). */
export const roofFields = {
  computeRateGflops: z.number().positive(),
  bandwidthGBps: z.number().positive(),
  /** Fixed, per kernel; 0 on the rung without one. */
  overheadUs: z.number().nonnegative(),
  /** Robust relative error on the kernels it was fitted to. */
  kernelError: z.number().nonnegative(),
  /** Not in profiles of earlier versions. */
  intervals: roofIntervals.optional(),
};
export type Roof = z.infer<z.ZodObject<typeof roofFields>>;

/** FLOPs over GFLOP/s, and bytes over GB/s, are ns. */
const US_PER_NS = 1e-3;

/** Time of one kernel, in µs. */
export function predictRoof(roof: Roof, kernel: Kernel): KernelPrediction {
  const compute = (kernel.flops / roof.computeRateGflops) * US_PER_NS;
  const memory = (kernelBytes(kernel) / roof.bandwidthGBps) * US_PER_NS;
  return {
    latencyUs: roof.overheadUs + Math.max(compute, memory),
    bound: boundOf(roof.overheadUs, compute, memory),
  };
}

function logModel(samples: readonly KernelSample[], withOverhead: boolean) {
  const flops = samples.map(({ kernel }) => kernel.flops * US_PER_NS);
  const bytes = samples.map(({ kernel }) => kernelBytes(kernel) * US_PER_NS);
  return { flops, bytes, model: rooflineLogModel(flops, bytes, withOverhead) };
}

/** Starting value of a rate: what the fastest tenth of the samples reach. */
function topRate(amounts: readonly number[], times: readonly number[]): number {
  const rates = amounts.map((amount, i) => amount / (times[i] as number)).filter((rate) => rate > 0);
  return rates.length > 0 ? quantile(rates, 0.9) : 1;
}

/** Fitted robustly in log space. */
export function fitRoof(samples: readonly KernelSample[], withOverhead: boolean): Roof {
  const { flops, bytes, model } = logModel(samples, withOverhead);
  const times = samples.map(({ latencyUs }) => latencyUs);
  const start = [topRate(flops, times), topRate(bytes, times), quantile(times, 0.05) / 2];
  const { theta, sigma } = robustLogFit(model, times, start.slice(0, model.parameters));
  return {
    computeRateGflops: theta[0] as number,
    bandwidthGBps: theta[1] as number,
    overheadUs: withOverhead ? (theta[2] as number) : 0,
    kernelError: sigma,
  };
}

/** The networks' kernels left out one network after the other. */
export function jackknifeRoof<Model extends Roof>(
  samples: readonly KernelSample[],
  model: Model,
  withOverhead: boolean,
): Jackknifed<Model> {
  const { computeRateGflops: rate, bandwidthGBps: bandwidth, overheadUs: overhead } = model;
  const { shifts, loadShifts, margins } = oneStepJackknife(
    logModel(samples, withOverhead).model,
    jackknifeInput(samples, loadCount(samples)),
    {
      theta: Float64Array.from(withOverhead ? [rate, bandwidth, overhead] : [rate, bandwidth]),
      sigma: model.kernelError,
    },
  );
  const [ofRate = null, ofBandwidth = null, ofOverhead = null] = margins;
  const intervals = {
    computeRateGflops: ofRate && rateInterval(rate, ofRate),
    bandwidthGBps: ofBandwidth && rateInterval(bandwidth, ofBandwidth),
    ...(withOverhead ? { overheadUs: ofOverhead && costInterval(overhead, ofOverhead) } : {}),
  };
  const moved = (shift: Float64Array): Model => ({
    ...model,
    // One step in a rate may pass 0; in its logarithm it cannot.
    computeRateGflops: rate * Math.exp((shift[0] as number) / rate),
    bandwidthGBps: bandwidth * Math.exp((shift[1] as number) / bandwidth),
    overheadUs: overhead + (shift[2] ?? 0),
  });
  return {
    model: { ...model, intervals },
    without: new Map([...shifts].map(([id, shift]) => [id, moved(shift)])),
    byLoad: loadShifts.map(moved),
  };
}

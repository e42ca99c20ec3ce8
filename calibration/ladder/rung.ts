// The contract of a rung: one kind of kernel model, with what is needed to keep, fit and use it.
import type { z } from 'zod';
import type { Kernel } from '../../network/lowering/kernel.ts';
import type { KernelPrediction } from './kernel-prediction.ts';
import type { KernelSample } from './kernel-sample.ts';

/**
 * A kernel model with intervals of its parameters, and what it would be otherwise. A cost may be slightly below 0 in
 * those: only changes of predictions count.
 */
export interface Jackknifed<Model> {
  readonly model: Model;
  /** Without one network, by its id. */
  readonly without: ReadonlyMap<string, Model>;
  /** By one load alone. */
  readonly byLoad: readonly Model[];
}

/**
 * One rung of the ladder (`ladder.ts`), stateless.
 * @template Model what a profile holds of it: plain data, told apart by `rung`
 * @template Below model of the rung below, which it may build on or fall back to; `unknown` where it stands alone
 */
export interface Rung<Model extends { readonly rung: string }, Below = unknown> {
  /** In profiles: never renamed. */
  readonly name: Model['rung'];
  /** What parses of a profile; fields that earlier versions did not write are optional. */
  readonly schema: z.ZodType<Model>;
  /** Whether it tells kernels by their names: then it is fitted only where all samples are of one network. */
  readonly ofOneNetwork: boolean;
  /**
   * Fits it robustly to measured kernels; the same samples give the same model.
   * @param samples at least one, latencies positive
   * @param below fitted to the same samples, which it must not change
   */
  fit(samples: readonly KernelSample[], below: Below): Model;
  /** Time of a kernel of any class and shape, in µs. Called thousands of times a step of training. */
  predict(model: Model, kernel: Kernel): KernelPrediction;
  /**
   * Adds intervals to a fitted model, and tells what it would be without each network and by each load alone.
   * @param samples that it was fitted to
   * @param below of the same samples: uncertainty of what it builds on
   */
  jackknife(samples: readonly KernelSample[], model: Model, below: Jackknifed<Below>): Jackknifed<Model>;
}

// What a kernel of one class costs: a sum of terms, each a time per amount of something.
import { z } from 'zod';
import type { Kernel } from '../../network/lowering/kernel.ts';
import { interval } from '../intervals/intervals.ts';
import { boundOf, type KernelPrediction } from './kernel-prediction.ts';

const cost = z.number().nonnegative();

export const classCost = z.object({
  overheadUs: cost,
  /** Of the channels really computed, blocks included. */
  usPerMflop: cost,
  inputUsPerMB: cost,
  outputUsPerMB: cost,
  weightUsPerMB: cost,
  /** Of the matrix that a plain-layout convolution unfolds its input into (im2col). */
  unfoldedUsPerMB: cost,
  samples: z.number().int().positive(),
  /** Robust relative error on the kernels it was fitted to. */
  kernelError: cost,
  /** Of the costs that were fitted; the samples cannot tell the others, 0, from them. Not in profiles of earlier versions. */
  intervals: z
    .object({
      overheadUs: interval,
      usPerMflop: interval,
      inputUsPerMB: interval,
      outputUsPerMB: interval,
      weightUsPerMB: interval,
      unfoldedUsPerMB: interval,
    })
    .partial()
    .optional(),
});
export type ClassCost = z.infer<typeof classCost>;

/** The costs of a class, in the order of {@link amounts}. */
export const COST_NAMES = [
  'overheadUs',
  'usPerMflop',
  'inputUsPerMB',
  'outputUsPerMB',
  'weightUsPerMB',
  'unfoldedUsPerMB',
] as const;

const PER_MILLION = 1e-6;

/** Bytes of the unfolded input of a plain convolution: one row of taps × channels per output pixel. */
function unfoldedBytes(kernel: Kernel): number {
  const taps = kernel.filter.height * kernel.filter.width;
  if (kernel.op !== 'conv' || kernel.layout === 'nchwc' || taps === 1) return 0;
  return 4 * kernel.batch * kernel.output.height * kernel.output.width * taps * kernel.inputChannels;
}

/** What the costs of a class are multiplied with, in the order of {@link COST_NAMES}: 1, MFLOPs, and MB of each traffic. */
export function amounts(kernel: Kernel): [number, number, number, number, number, number] {
  return [
    1,
    kernel.paddedFlops * PER_MILLION,
    kernel.inputBytes * PER_MILLION,
    kernel.outputBytes * PER_MILLION,
    kernel.weightBytes * PER_MILLION,
    unfoldedBytes(kernel) * PER_MILLION,
  ];
}

/** Time of one kernel of the class, in µs: Σ cost · amount. */
export function predictByCost(of: ClassCost, kernel: Kernel): KernelPrediction {
  const compute = of.usPerMflop * kernel.paddedFlops * PER_MILLION;
  const memory =
    PER_MILLION *
    (of.inputUsPerMB * kernel.inputBytes +
      of.outputUsPerMB * kernel.outputBytes +
      of.weightUsPerMB * kernel.weightBytes +
      of.unfoldedUsPerMB * unfoldedBytes(kernel));
  return { latencyUs: of.overheadUs + compute + memory, bound: boundOf(of.overheadUs, compute, memory) };
}

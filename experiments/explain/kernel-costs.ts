// What a kernel adds to its network's latency by a device's model, taken apart: overhead, computing, moving bytes.
import { type KernelModel, predictKernel } from '../../calibration/ladder/ladder.ts';
import type { NetworkModel } from '../../calibration/ladder/network-model.ts';
import type { Kernel, KernelFrame } from '../../network/lowering/kernel.ts';
import { kernelAt } from '../../network/lowering/kernel-at.ts';

/** In µs; they add up to what the kernel takes. */
export interface KernelParts {
  readonly overheadUs: number;
  readonly computeUs: number;
  readonly memoryUs: number;
}

export const NO_PARTS: KernelParts = { overheadUs: 0, computeUs: 0, memoryUs: 0 };

export const partsSum = ({ overheadUs, computeUs, memoryUs }: KernelParts) =>
  overheadUs + computeUs + memoryUs;

/** Parts of `a` and `weight` times those of `b`. */
export const addParts = (a: KernelParts, b: KernelParts, weight: number): KernelParts => ({
  overheadUs: a.overheadUs + weight * b.overheadUs,
  computeUs: a.computeUs + weight * b.computeUs,
  memoryUs: a.memoryUs + weight * b.memoryUs,
});

const IDLE = { flops: 0, paddedFlops: 0 } as const;
/** Filters beyond one pixel unfold their input. */
const STILL = { inputBytes: 0, outputBytes: 0, weightBytes: 0, filter: { height: 1, width: 1 } } as const;
/** Rounding of sums that are to be equal. */
const EPSILON = 1e-9;

/** Kernels priced by one device's model, on the scale of whole networks. */
export class KernelCosts {
  readonly model: KernelModel;
  private readonly channelBlock: number | null;
  private readonly terms: Pick<NetworkModel, 'scale' | 'perKernelUs'>;

  /**
   * @param channelBlock channels per block of the engine's blocked layout
   * @param terms what a kernel adds to the network: scale · its time + perKernelUs
   */
  constructor(
    model: KernelModel,
    channelBlock: number | null,
    terms: Pick<NetworkModel, 'scale' | 'perKernelUs'>,
  ) {
    this.model = model;
    this.channelBlock = channelBlock;
    this.terms = terms;
  }

  /** A kernel's own time on the scale of the network. */
  inNetwork(kernelUs: number): number {
    const { scale, perKernelUs } = this.terms;
    return scale * kernelUs + perKernelUs;
  }

  predictUs(kernel: Kernel): number {
    return this.inNetwork(predictKernel(this.model, kernel).latencyUs);
  }

  /** A frame at other channel counts, in its layout and class. */
  at(frame: KernelFrame, inputChannels: number, outputChannels: number): Kernel {
    return kernelAt(frame, inputChannels, outputChannels, this.channelBlock);
  }

  /**
   * The parts of a kernel, by asking the model for one that computes nothing, moves nothing, or neither: so any rung tells.
   * Where a rung takes the longer of computing and moving, that one is all of it.
   */
  parts(kernel: Kernel): KernelParts {
    const us = (changed: Partial<Kernel>) => this.predictUs({ ...kernel, ...changed });
    const overheadUs = us({ ...IDLE, ...STILL });
    const above = this.predictUs(kernel) - overheadUs;
    const computeUs = us(STILL) - overheadUs;
    const memoryUs = us(IDLE) - overheadUs;
    if (computeUs + memoryUs <= above * (1 + EPSILON))
      return { overheadUs, computeUs, memoryUs: above - computeUs };
    return computeUs >= memoryUs
      ? { overheadUs, computeUs: above, memoryUs: 0 }
      : { overheadUs, computeUs: 0, memoryUs: above };
  }
}

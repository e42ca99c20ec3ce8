// The smoothed time of a kernel over its channel counts, whose derivatives are training's slopes.
import type { Kernel } from '../../network/lowering/kernel.ts';
import { kernelAt } from '../../network/lowering/kernel-at.ts';
import type { LoweringRules } from '../../network/lowering/rules.ts';
import { type KernelModel, predictKernel } from '../ladder/ladder.ts';
import { channelLattices } from './channel-lattice.ts';
import { type SmoothingWindow, smoothingWindow } from './smoothing-window.ts';

/** A kernel's smoothed time and how it grows. */
export interface KernelSlopes {
  readonly latencyUs: number;
  /** ∂latency / ∂(input channels). 0 where the outputs follow the inputs: there the whole slope is the outputs'. */
  readonly perInputChannelUs: number;
  /** ∂latency / ∂(output channels). */
  readonly perOutputChannelUs: number;
}

export type KernelGradient = Omit<KernelSlopes, 'latencyUs'>;

/** Sum of products of weights over the grid of two axes. */
function weightedSum(
  input: SmoothingWindow['mean'],
  output: SmoothingWindow['mean'],
  timeUs: (inputChannels: number, outputChannels: number) => number,
): number {
  let sum = 0;
  for (let i = 0; i < input.counts.length; i++) {
    let row = 0;
    for (let o = 0; o < output.counts.length; o++) {
      row += (output.weights[o] as number) * timeUs(input.counts[i] as number, output.counts[o] as number);
    }
    sum += (input.weights[i] as number) * row;
  }
  return sum;
}

/**
 * The smoothed time of a kernel over its channel counts, Φ(n_in, n_out): the model's staircase, blocks and remainders
 * included, averaged over a window of one of its periods on each axis (the kernel's own layout, class and map sizes
 * held). Continuously differentiable; its slopes are its exact derivatives, so they integrate to its differences along
 * any path. At 1 channel it equals the model; towards 0 it goes on as a line: what removing the kernel itself
 * saves beside (its overhead) is no slope.
 */
export class KernelPotential {
  private readonly model: KernelModel;
  private readonly kernel: Kernel;
  private readonly channelBlock: number | null;
  private readonly lattices: ReturnType<typeof channelLattices>;

  constructor(model: KernelModel, kernel: Kernel, { channelBlock }: Pick<LoweringRules, 'channelBlock'>) {
    this.model = model;
    this.kernel = kernel;
    this.channelBlock = channelBlock;
    this.lattices = channelLattices(kernel, channelBlock);
  }

  /** The model's own time there, in µs; whole channel counts only. */
  readonly tableUs = (inputChannels: number, outputChannels: number): number =>
    predictKernel(this.model, kernelAt(this.kernel, inputChannels, outputChannels, this.channelBlock))
      .latencyUs;

  /** Time of a tied kernel by the fewer of its channel counts, of which the other is a multiple. */
  private readonly tiedUs = (fewer: number): number => {
    const { inputChannels, outputChannels } = this.kernel;
    const ratio = outputChannels / inputChannels;
    return ratio >= 1
      ? this.tableUs(fewer, Math.round(fewer * ratio))
      : this.tableUs(Math.round(fewer / ratio), fewer);
  };

  /** How many of the fewer channels one output channel is. */
  private get perOutput(): number {
    return Math.min(1, this.kernel.inputChannels / this.kernel.outputChannels);
  }

  private sumTied({ counts, weights }: SmoothingWindow['mean']): number {
    return counts.reduce((sum, count, i) => sum + (weights[i] as number) * this.tiedUs(count), 0);
  }

  /** In µs, at any channel counts. A tied kernel's are told by its outputs. */
  latencyUs(inputChannels: number, outputChannels: number): number {
    const { input, output, tied } = this.lattices;
    if (tied) return this.sumTied(smoothingWindow(output, outputChannels * this.perOutput).mean);
    return weightedSum(
      smoothingWindow(input, inputChannels).mean,
      smoothingWindow(output, outputChannels).mean,
      this.tableUs,
    );
  }

  /** In µs per channel, at any channel counts: the derivatives of {@link latencyUs}. */
  gradient(inputChannels: number, outputChannels: number): KernelGradient {
    const { input, output, tied } = this.lattices;
    if (tied) {
      const { slope } = smoothingWindow(output, outputChannels * this.perOutput);
      return { perInputChannelUs: 0, perOutputChannelUs: this.sumTied(slope) * this.perOutput };
    }
    const inputs = smoothingWindow(input, inputChannels);
    const outputs = smoothingWindow(output, outputChannels);
    return {
      perInputChannelUs: weightedSum(inputs.slope, outputs.mean, this.tableUs),
      perOutputChannelUs: weightedSum(inputs.mean, outputs.slope, this.tableUs),
    };
  }
}

/**
 * Smoothed time of a kernel and its slopes at its channel counts; {@link KernelPotential} has them at any others.
 * @param rules how its engine makes kernels: the size of its channel blocks
 */
export function kernelSlopes(
  model: KernelModel,
  kernel: Kernel,
  rules: Pick<LoweringRules, 'channelBlock'>,
): KernelSlopes {
  const { inputChannels, outputChannels } = kernel;
  const potential = new KernelPotential(model, kernel, rules);
  return {
    latencyUs: potential.latencyUs(inputChannels, outputChannels),
    ...potential.gradient(inputChannels, outputChannels),
  };
}

// The smoothed latency of a network over real group widths, and its gradient.
import type { ChannelPlan, ChannelSum } from '../../network/channel-plan.ts';
import type { Kernel } from '../../network/lowering/kernel.ts';
import type { Lowering } from '../../network/lowering/lower.ts';
import { settleWidths } from '../../network/widths.ts';
import type { KernelModel } from '../ladder/ladder.ts';
import type { NetworkModel } from '../ladder/network-model.ts';
import { KernelPotential } from './kernel-potential.ts';

/** A kernel and the tensors that its channel counts are of. */
interface Term {
  readonly potential: KernelPotential;
  readonly input: ChannelSum;
  readonly output: ChannelSum;
}

type RealWidths = Int32Array | Float64Array;

function countOf({ groups, times }: ChannelSum, widths: RealWidths): number {
  let count = 0;
  for (let i = 0; i < groups.length; i++)
    count += (times[i] as number) * (widths[groups[i] as number] as number);
  return count;
}

function addSlope(slopes: Float64Array, { groups, times }: ChannelSum, perChannel: number): void {
  for (let k = 0; k < groups.length; k++) {
    const group = groups[k] as number;
    slopes[group] = (slopes[group] as number) + perChannel * (times[k] as number);
  }
}

/** Gates of a split activation are named after it. */
const GATE = '/gate';

/** The tensors that a kernel reads first and makes. */
function tensorsOf(kernel: Kernel, plan: ChannelPlan, alive: Uint8Array): [number, number] {
  const index = plan.layerIndex.get(kernel.name) ?? plan.layerIndex.get(kernel.name.replace(GATE, ''));
  if (index === undefined) throw new Error(`kernel ${kernel.name} is of no layer`);
  const first = (plan.inputs[index] as Int32Array).find((tensor) => alive[tensor] === 1) ?? index;
  // Reorders are named after the tensor that they reorder; slices that run as one make all of their input.
  if (kernel.op === 'reorder-input' || kernel.op === 'reorder-output') return [index, index];
  // So are those that change types.
  if (kernel.layers.length === 0 && plan.layerIndex.has(kernel.name)) return [index, index];
  if (plan.network.layers[index]?.kind === 'input') return [index, index];
  if (kernel.op === 'slice' && kernel.layers.length > 1) return [first, first];
  return [first, index];
}

/**
 * The smoothed latency of a network over real group widths: scale · Σ Φ of the kernels that run at some widths (which
 * kernels, in which layouts, is held) + perKernelUs for each. Its gradient is exact, so slopes of groups are consistent:
 * along any path of widths they integrate to the difference of {@link latencyUs}. Without the floor that keeps
 * predictions of tiny networks positive.
 */
export class LatencyPotential {
  readonly kernels: readonly Kernel[];
  private readonly terms: readonly Term[];
  private readonly network: NetworkModel;

  /** @param widths at which kernels are made; groups of the lowering's plan */
  constructor(lowering: Lowering, model: KernelModel, network: NetworkModel, widths: Int32Array) {
    const { plan, rules } = lowering;
    const { alive, widths: settled } = settleWidths(plan, widths);
    this.network = network;
    this.kernels = lowering.kernels(widths);
    this.terms = this.kernels.map((kernel) => {
      const [read, made] = tensorsOf(kernel, plan, alive);
      const input = plan.outputChannels[read] as ChannelSum;
      const output = plan.outputChannels[made] as ChannelSum;
      if (
        countOf(input, settled) !== kernel.inputChannels ||
        countOf(output, settled) !== kernel.outputChannels
      )
        throw new Error(`channels of kernel ${kernel.name} are not those of its layers`);
      return { potential: new KernelPotential(model, kernel, rules), input, output };
    });
  }

  /** In µs. */
  latencyUs(widths: RealWidths): number {
    const { scale, perKernelUs, fixedUs = 0 } = this.network;
    const kernelsUs = this.terms.reduce(
      (sum, { potential, input, output }) =>
        sum + potential.latencyUs(countOf(input, widths), countOf(output, widths)),
      0,
    );
    return scale * kernelsUs + perKernelUs * this.terms.length + fixedUs;
  }

  /** Per group, in µs per channel: the derivatives of {@link latencyUs}. */
  gradient(widths: RealWidths): Float64Array {
    const slopes = new Float64Array(widths.length);
    for (const { potential, input, output } of this.terms) {
      const { perInputChannelUs, perOutputChannelUs } = potential.gradient(
        countOf(input, widths),
        countOf(output, widths),
      );
      addSlope(slopes, input, this.network.scale * perInputChannelUs);
      addSlope(slopes, output, this.network.scale * perOutputChannelUs);
    }
    return slopes;
  }
}

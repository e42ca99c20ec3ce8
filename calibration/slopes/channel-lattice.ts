// The channel counts at which a kernel keeps its layout and program.
import type { Kernel } from '../../network/lowering/kernel.ts';
import { OP_COSTS } from '../../network/lowering/op-costs.ts';
import type { ChannelLattice } from './smoothing-window.ts';

/** ONNX Runtime blocks multiples of 4 only; programs named vec4 work on four channels at a time. */
const QUADS = 4;
/** Of the blocked layout, these take whole blocks alone (network/lowering/layouts.ts). */
const WHOLE_BLOCKS: ReadonlySet<Kernel['op']> = new Set([
  'max-pool',
  'avg-pool',
  'global-avg-pool',
  'concat',
]);

/** Steps between the channel counts at which a kernel stays what it is, in layout and program. */
function steps(kernel: Kernel, channelBlock: number): { input: number; output: number } {
  const { op, layout, program } = kernel;
  if (layout === 'nchwc' && WHOLE_BLOCKS.has(op)) return { input: channelBlock, output: channelBlock };
  if (op === 'reorder-input') return { input: QUADS, output: QUADS };
  if (layout === 'nchwc' && op === 'depthwise-conv') return { input: QUADS, output: QUADS };
  if (layout === 'nchwc' && op === 'conv') return { input: QUADS, output: 1 };
  if (program?.includes('vec4')) return { input: QUADS, output: QUADS };
  return { input: 1, output: 1 };
}

/** Counts of the kernel's own remainder: 3 channels stay 3 of a lattice of fours. */
function latticeOf(step: number, channels: number): ChannelLattice {
  const first = channels % step || step;
  return { first, dense: first, step };
}

/**
 * The channel counts that a kernel can have in its layout and program: those of its inputs and of its outputs, or, where
 * its outputs follow its inputs, of the fewer of the two (`tied`), of which the others are a multiple.
 */
export function channelLattices(
  kernel: Kernel,
  channelBlock: number | null,
): { readonly input: ChannelLattice; readonly output: ChannelLattice; readonly tied: boolean } {
  const { inputChannels, outputChannels } = kernel;
  const step = steps(kernel, channelBlock ?? 1);
  if (OP_COSTS[kernel.op].tied) {
    const fewer = latticeOf(step.input, Math.min(inputChannels, outputChannels));
    return { input: fewer, output: fewer, tied: true };
  }
  const isBlockedConvolution = kernel.op === 'conv' && kernel.layout === 'nchwc' && channelBlock !== null;
  return {
    // Fewer channels than a block are read from the plain layout, however many.
    input: isBlockedConvolution
      ? { first: 1, dense: channelBlock, step: step.input }
      : latticeOf(step.input, inputChannels),
    output: latticeOf(step.output, outputChannels),
    tied: false,
  };
}

import type { Kernel } from './kernel.ts';

const BYTES_PER_VALUE = 4;

/** Kernels whose weights join every input channel to every output channel (of a group). */
const PRODUCTS: ReadonlySet<Kernel['op']> = new Set(['conv', 'dense', 'conv-transpose']);

/** Kernels whose output channels are not a fixed multiple of their input channels. */
const FREE: ReadonlySet<Kernel['op']> = new Set([...PRODUCTS, 'concat', 'slice']);

/**
 * Whether a kernel's output channels follow its input channels (depthwise convolutions, pools, element-wise kernels,
 * reorders), so that the two only change together.
 */
export function isTied({ op }: Kernel): boolean {
  return !FREE.has(op);
}

function blocksOf(channels: number, block: number): number {
  return Math.ceil(channels / block) * block;
}

/**
 * The same kernel, in its layout, class and map sizes, with other channel counts: what
 * {@link Lowering.kernels} would make of it there.
 * @param inputChannels as {@link Kernel.inputChannels}; of a concat, channels of its first input alone
 * @param channelBlock channels per block of the engine's blocked layout ({@link LoweringRules.channelBlock})
 */
export function kernelAt(
  kernel: Kernel,
  inputChannels: number,
  outputChannels: number,
  channelBlock: number | null,
): Kernel {
  const { op, layout, batch, input, output } = kernel;
  const inputRatio = inputChannels / kernel.inputChannels;
  const outputRatio = outputChannels / kernel.outputChannels;
  const isReorder = op === 'reorder-input' || op === 'reorder-output';
  const block = (layout === 'nchwc' || isReorder) && channelBlock !== null ? channelBlock : 1;
  // A reorder has blocks on one side; other kernels of the blocked layout read fewer channels than a block unpadded.
  const readsPlain = op === 'reorder-input' || (!isReorder && inputChannels < block);
  const paddedInputChannels = readsPlain ? inputChannels : blocksOf(inputChannels, block);
  const paddedOutputChannels = op === 'reorder-output' ? outputChannels : blocksOf(outputChannels, block);
  const outputBytes = kernel.outputBytes * outputRatio;
  const changed = (
    flops: number,
    paddedFlops: number,
    inputBytes: number,
    madeBytes: number,
    weightBytes: number,
  ): Kernel => {
    // Every field by name: the slopes of one network take thousands of these, and a spread costs ten times as much.
    const resized = {
      name: kernel.name,
      layers: kernel.layers,
      op,
      layout,
      kernelClass: kernel.kernelClass,
      batch,
      input,
      output,
      filter: kernel.filter,
      inputChannels,
      outputChannels,
      paddedInputChannels,
      paddedOutputChannels,
      flops,
      paddedFlops,
      inputBytes,
      outputBytes: madeBytes,
      weightBytes,
    };
    return kernel.program === undefined ? resized : { ...resized, program: kernel.program };
  };
  if (isReorder) {
    const read = (kernel.inputBytes / kernel.paddedInputChannels) * paddedInputChannels;
    return changed(0, 0, read, (kernel.outputBytes / kernel.paddedOutputChannels) * paddedOutputChannels, 0);
  }
  if (!PRODUCTS.has(op)) {
    const flopsPerOutput = kernel.flops / kernel.outputChannels;
    return changed(
      flopsPerOutput * outputChannels,
      flopsPerOutput * paddedOutputChannels,
      kernel.inputBytes * (op === 'concat' ? outputRatio : inputRatio),
      outputBytes,
      kernel.weightBytes * outputRatio,
    );
  }
  const flopsPerPair = kernel.flops / (kernel.inputChannels * kernel.outputChannels);
  const pixels = op === 'conv-transpose' ? input : output;
  const weightBytesPerPair = (BYTES_PER_VALUE * flopsPerPair) / (2 * batch * pixels.height * pixels.width);
  const pairs = inputChannels * outputChannels;
  const biasBytes = kernel.weightBytes - weightBytesPerPair * kernel.inputChannels * kernel.outputChannels;
  // Beside its input, a convolution reads what it adds to its outputs.
  const readBytesPerInput = BYTES_PER_VALUE * batch * input.height * input.width;
  const addedBytes = kernel.inputBytes - readBytesPerInput * kernel.inputChannels;
  return changed(
    flopsPerPair * pairs,
    flopsPerPair * paddedInputChannels * paddedOutputChannels,
    readBytesPerInput * inputChannels + addedBytes * outputRatio,
    outputBytes,
    weightBytesPerPair * pairs + biasBytes * outputRatio,
  );
}

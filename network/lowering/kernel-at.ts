// Makes a kernel of its frame and channel counts: in the lowering, and again at other counts for slopes.
import type { ElementBytes, Kernel, KernelFrame } from './kernel.ts';
import type { WebgpuProgram } from './webgpu-programs.ts';

/** Of float32. */
const WORDS: ElementBytes = { read: 4, written: 4, weight: 4, morePerOutput: 0 };

function inBlocks(channels: number, block: number): number {
  return Math.ceil(channels / block) * block;
}

/**
 * A kernel at channel counts: what it computes and moves there. A kernel is a frame too, and stays in its layout, class
 * and map sizes: the result is what the lowering would make of it there.
 * @param inputChannels as {@link Kernel.inputChannels}; of a concat, channels of its first input alone
 * @param channelBlock channels per block of the engine's blocked layout ({@link LoweringRules.channelBlock})
 */
export function kernelAt(
  frame: KernelFrame,
  inputChannels: number,
  outputChannels: number,
  channelBlock: number | null,
): Kernel {
  const { op, layout, costs, elements = WORDS } = frame;
  const isReorder = op === 'reorder-input' || op === 'reorder-output';
  const block = (layout === 'nchwc' || isReorder) && channelBlock !== null ? channelBlock : 1;
  // A reorder has blocks on one side; other kernels of the blocked layout read fewer channels than a block unpadded.
  const readsPlain = op === 'reorder-input' || (!isReorder && inputChannels < block);
  const paddedInputChannels = readsPlain ? inputChannels : inBlocks(inputChannels, block);
  const paddedOutputChannels = op === 'reorder-output' ? outputChannels : inBlocks(outputChannels, block);
  // A reorder moves the padding, and nothing else.
  const inputsMoved = isReorder ? paddedInputChannels : inputChannels;
  const outputsMoved = isReorder ? paddedOutputChannels : outputChannels;
  const pairs = (inputChannels * outputChannels) / costs.groups;
  const paddedPairs = (paddedInputChannels * paddedOutputChannels) / costs.groups;
  const valuesRead = costs.readPerInput * inputsMoved + costs.readPerOutput * outputsMoved;
  // Every field by name: the slopes of one network take thousands of these, and a spread costs ten times as much.
  const kernel: Omit<Kernel, 'program' | 'parameters' | 'elements'> & {
    program?: WebgpuProgram;
    parameters?: number;
    elements?: ElementBytes;
  } = {
    name: frame.name,
    layers: frame.layers,
    op,
    layout,
    kernelClass: frame.kernelClass,
    batch: frame.batch,
    input: frame.input,
    output: frame.output,
    filter: frame.filter,
    costs,
    inputChannels,
    outputChannels,
    paddedInputChannels,
    paddedOutputChannels,
    flops: costs.flopsPerPair * pairs + costs.flopsPerOutput * outputChannels,
    paddedFlops: costs.flopsPerPair * paddedPairs + costs.flopsPerOutput * paddedOutputChannels,
    inputBytes: elements.read * valuesRead,
    outputBytes: elements.written * costs.writtenPerOutput * outputsMoved,
    weightBytes:
      elements.weight * (costs.weightsPerPair * pairs + costs.weightsPerOutput * outputChannels) +
      elements.morePerOutput * outputChannels,
  };
  if (frame.elements !== undefined) kernel.elements = frame.elements;
  if (frame.program !== undefined) kernel.program = frame.program;
  if (frame.parameters !== undefined) kernel.parameters = frame.parameters;
  return kernel;
}

// Reads the costs per channel back from the figures of a recorded kernel, whose operands no record holds.
import type { ChannelCosts, Kernel } from './kernel.ts';
import { OP_COSTS } from './op-costs.ts';
import { opCosts } from './op-kernel.ts';

/** Of float32. */
const WORD = 4;

/** Ops of several inputs with the same channels: the bytes alone tell how many, and of what sizes. */
const JOINS: ReadonlySet<Kernel['op']> = new Set([
  'add',
  'subtract',
  'multiply',
  'divide',
  'minimum',
  'maximum',
]);
/** Ops that take an add in (late-fusion.ts). */
const TAKES_ADD: ReadonlySet<Kernel['op']> = new Set(['conv', 'depthwise-conv', 'batch-norm']);

/** The costs with which `kernelAt` gives a kernel these figures. */
export function recoverCosts(kernel: Omit<Kernel, 'costs'>): ChannelCosts {
  const { op, batch, input, inputChannels, outputChannels } = kernel;
  const { read, weight, morePerOutput } = kernel.elements ?? { read: WORD, weight: WORD, morePerOutput: 0 };
  const valuesRead = kernel.inputBytes / read;
  const weights = (kernel.weightBytes - morePerOutput * outputChannels) / weight;
  if (op === 'op') {
    const written = kernel.outputBytes / WORD;
    return opCosts({ flops: kernel.flops, read: valuesRead, written, weights }, outputChannels);
  }
  const inputPixels = JOINS.has(op) ? valuesRead / (batch * inputChannels) : input.height * input.width;
  const bare = { ...kernel, inputPixels, groups: 1, hasBias: false, addsTensor: false };
  const costs = OP_COSTS[op].costs(bare);
  const ungroupedFlops = costs.flopsPerPair * inputChannels * outputChannels;
  const groups = ungroupedFlops === 0 ? 1 : Math.round(ungroupedFlops / kernel.flops);
  const pairs = (inputChannels * outputChannels) / groups;
  return OP_COSTS[op].costs({
    ...bare,
    groups,
    hasBias: weights > costs.weightsPerPair * pairs + costs.weightsPerOutput * outputChannels,
    addsTensor: TAKES_ADD.has(op) && valuesRead > costs.readPerInput * inputChannels,
  });
}

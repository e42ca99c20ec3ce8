// What a kernel would take if its channels cost as those of whole blocks do: what it takes beyond that is its remainder's.
import type { Kernel } from '../../network/lowering/kernel.ts';
import { OP_COSTS } from '../../network/lowering/op-costs.ts';
import { addParts, type KernelCosts, type KernelParts, NO_PARTS } from './kernel-costs.ts';

/** SIMD lanes and blocks of blocked layouts divide it. */
const BLOCK = 16;

interface Knot {
  readonly count: number;
  readonly weight: number;
}

/** Whole blocks around a channel count, and how near it is to each; below one block, on the line through the first two. */
export function blocksAround(count: number): Knot[] {
  if (count % BLOCK === 0) return [{ count, weight: 1 }];
  const lower = Math.max(BLOCK, count - (count % BLOCK));
  const above = (count - lower) / BLOCK;
  return [
    { count: lower, weight: 1 - above },
    { count: lower + BLOCK, weight: above },
  ];
}

/** Kernels that make each output channel of all input channels. */
const JOINS_ALL: ReadonlySet<Kernel['op']> = new Set(['conv', 'dense', 'conv-transpose']);

/** Channel counts in and out, and their weights, between which a kernel lies; itself where blocks do not apply. */
function corners(kernel: Kernel): { input: number; output: number; weight: number }[] {
  const { op, costs, inputChannels, outputChannels } = kernel;
  const itself = [{ input: inputChannels, output: outputChannels, weight: 1 }];
  if (JOINS_ALL.has(op)) {
    if (costs.groups > 1) return itself;
    // Few channels, such as an image's, are read as they are.
    const inputs =
      inputChannels < BLOCK ? [{ count: inputChannels, weight: 1 }] : blocksAround(inputChannels);
    return inputs.flatMap((input) =>
      blocksAround(outputChannels).map((output) => ({
        input: input.count,
        output: output.count,
        weight: input.weight * output.weight,
      })),
    );
  }
  if (OP_COSTS[op].tied) {
    const fewer = Math.min(inputChannels, outputChannels);
    return blocksAround(fewer).map(({ count, weight }) => ({
      input: Math.round((inputChannels * count) / fewer),
      output: Math.round((outputChannels * count) / fewer),
      weight,
    }));
  }
  return outputChannels < BLOCK
    ? itself
    : blocksAround(outputChannels).map(({ count, weight }) => ({
        input: inputChannels,
        output: count,
        weight,
      }));
}

/** Parts of a kernel on the line (of a convolution, the surface) between the whole blocks around its channel counts. */
export function wholeBlockParts(costs: KernelCosts, kernel: Kernel): KernelParts {
  const { rung } = costs.model;
  // These know no blocks: between whole ones their kernels are as they are.
  if (rung === 'roofline' || rung === 'overhead') return costs.parts(kernel);
  return corners(kernel).reduce(
    (sum, { input, output, weight }) => addParts(sum, costs.parts(costs.at(kernel, input, output)), weight),
    NO_PARTS,
  );
}

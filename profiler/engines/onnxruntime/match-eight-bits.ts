// Which kernels of 8 bits ONNX Runtime ran, by what it calls their operators, by names and by sizes.
import type { Kernel, KernelOp } from '../../../network/lowering/kernel.ts';
import { groupBy } from '../../../records/group-by.ts';
import type { KernelEvent } from './profile-events.ts';

/** ONNX Runtime's names of the operators that compute an op in 8 bits. */
const OPERATORS: Partial<Record<KernelOp, readonly string[]>> = {
  conv: ['QLinearConv'],
  'depthwise-conv': ['QLinearConv'],
  dense: ['QGemm'],
  add: ['QLinearAdd'],
  multiply: ['QLinearMul'],
  concat: ['QLinearConcat'],
  'max-pool': ['NhwcMaxPool', 'MaxPool'],
  'avg-pool': ['QLinearAveragePool'],
  'global-avg-pool': ['QLinearGlobalAveragePool'],
  activation: ['QLinearSigmoid', 'QLinearLeakyRelu'],
  softmax: ['QLinearSoftmax'],
  slice: ['Slice', 'Split'],
  crop: ['Slice'],
  upsample: ['Resize'],
  'depth-to-space': ['DepthToSpace'],
  'space-to-depth': ['SpaceToDepth'],
  transpose: ['Transpose'],
  quantize: ['QuantizeLinear'],
  dequantize: ['DequantizeLinear'],
};

/** What the optimizer adds to the names of nodes that it moves to channels last. */
const MOVED = /_token_\d+$/;

/** Whether a kernel reads or makes whole numbers of 8 bits. */
export function isOfEightBits({ elements }: Kernel): boolean {
  return elements?.read === 1 || elements?.written === 1;
}

/** Sizes of 1 tell nothing: vectors are with and without pixels. */
const sizes = (shape: readonly number[]) => shape.filter((size) => size > 1).join('x');

/** Names that the node of a kernel may have; those of nodes that only convert in a model that we wrote. */
function nodeNames({ op, name, layers }: Kernel): string[] {
  if (layers.length > 0) return [layers.at(-1) ?? name, name, `${name}/pooled`];
  return op === 'quantize' ? [`${name}/quantized`, `${name}/rounded/quantized`] : [`${name}/dequantized`];
}

function sizesMade({ layout, batch, output, outputChannels }: Kernel): string {
  const { height, width } = output;
  return sizes(
    layout === 'nhwc' ? [batch, height, width, outputChannels] : [batch, outputChannels, height, width],
  );
}

/**
 * Pairs kernels of 8 bits with what ran: by operator and name, then, nodes that the optimizer puts in and those of files,
 * which are called otherwise, by operator and sizes.
 * @param nameOf the layer that a node is of
 * @returns the index of its event, by that of a kernel
 */
export function matchEightBits(
  kernels: readonly Kernel[],
  events: readonly KernelEvent[],
  nameOf: (node: string) => string = (node) => node,
): Map<number, number> {
  const found = new Map<number, number>();
  const taken = new Set<number>();
  const ours = [...kernels.keys()].filter((index) => isOfEightBits(kernels[index] as Kernel));
  if (ours.length === 0) return found;
  const pass = (keysOf: (kernel: Kernel) => string[], keyOf: (event: KernelEvent) => string) => {
    const byKey = groupBy([...events.keys()], (index) => keyOf(events[index] as KernelEvent));
    for (const index of ours) {
      if (found.has(index)) continue;
      const kernel = kernels[index] as Kernel;
      const keys = (OPERATORS[kernel.op] ?? []).flatMap((operator) =>
        keysOf(kernel).map((key) => `${operator} ${key}`),
      );
      const event = keys.flatMap((key) => byKey.get(key) ?? []).find((each) => !taken.has(each));
      if (event === undefined) continue;
      found.set(index, event);
      taken.add(event);
    }
  };
  pass(nodeNames, ({ op, node }) => `${op} ${nameOf(node.replace(MOVED, ''))}`);
  pass(
    (kernel) => [sizesMade(kernel)],
    ({ op, outputShape }) => `${op} ${sizes(outputShape)}`,
  );
  return found;
}

// Which kernels of 8 bits ONNX Runtime ran: its optimizer renames them, so that shapes tell which is which.
import type { Kernel, KernelOp } from '../../../network/lowering/kernel.ts';
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

/** Of a QLinearConv: input, scale, zero point, filters. */
const FILTERS = 3;

/** Whether a kernel reads or makes whole numbers of 8 bits. */
export function isOfEightBits({ elements }: Kernel): boolean {
  return elements?.read === 1 || elements?.written === 1;
}

const keyOf = (op: string, ...shapes: readonly (readonly number[])[]) =>
  [op, ...shapes.map((shape) => shape.filter((size) => size > 1).join('x'))].join(' ');

/**
 * Shapes that tell kernels of one op apart; sizes of 1 are left out, since ONNX Runtime has vectors with and without
 * pixels.
 */
export function eightBitKeys(kernel: Kernel): string[] {
  const { op, layout, batch, input, output, filter, inputChannels, outputChannels, costs } = kernel;
  const shape = ({ height, width }: Kernel['input'], channels: number, isLast: boolean) =>
    isLast ? [batch, height, width, channels] : [batch, channels, height, width];
  const isLast = layout === 'nhwc';
  const made = shape(output, outputChannels, isLast);
  const isConv = op === 'conv' || op === 'depthwise-conv';
  const perGroup = op === 'depthwise-conv' ? 1 : inputChannels / costs.groups;
  const weights = [outputChannels, perGroup, filter.height, filter.width];
  const read = shape(input, inputChannels, isLast);
  return (OPERATORS[op] ?? []).map((name) => (isConv ? keyOf(name, read, weights, made) : keyOf(name, made)));
}

/** Of an event, as {@link eightBitKeys}. */
export function eightBitKey({ op, inputShapes = [], outputShape }: KernelEvent): string {
  if (op !== 'QLinearConv') return keyOf(op, outputShape);
  return keyOf(op, inputShapes[0] ?? [], inputShapes[FILTERS] ?? [], outputShape);
}

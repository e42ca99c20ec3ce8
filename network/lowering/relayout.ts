// Frames of the kernels that belong to no layer: those that only change a tensor's data layout or type.
import type { Shape } from '../shapes.ts';
import type { EightBits } from './eight-bits.ts';
import { CONVERSION_BYTES } from './element-bytes.ts';
import type { KernelFrame } from './kernel.ts';
import { OP_COSTS } from './op-costs.ts';
import { mapSize, POINT } from './template.ts';

type Change = Pick<KernelFrame, 'op' | 'layout' | 'kernelClass' | 'elements'>;

const INTO_BLOCKS: Change = { op: 'reorder-input', layout: 'nchwc', kernelClass: 'reorder-input' };
const OUT_OF_BLOCKS: Change = { op: 'reorder-output', layout: 'nchw', kernelClass: 'reorder-output' };
const CHANNELS_LAST: Change = { op: 'transpose', layout: 'nhwc', kernelClass: 'transpose nhwc' };
const QUANTIZED: Change = {
  op: 'quantize',
  layout: 'nchw',
  kernelClass: 'quantize',
  elements: CONVERSION_BYTES.quantize,
};
const DEQUANTIZED: Change = {
  op: 'dequantize',
  layout: 'nchw',
  kernelClass: 'dequantize',
  elements: CONVERSION_BYTES.dequantize,
};
const turned = (layout: 'nhwc' | 'nchw'): Change => ({
  op: 'transpose',
  layout,
  kernelClass: `transpose ${layout} int8`,
  elements: CONVERSION_BYTES.move,
});
const TURNED = { nhwc: turned('nhwc'), nchw: turned('nchw') };

function relayout(
  change: Change,
  name: string,
  layers: readonly string[],
  shape: Shape,
  batch: number,
): KernelFrame {
  const size = mapSize(shape);
  const costs = OP_COSTS[change.op].costs({
    batch,
    input: size,
    output: size,
    filter: POINT,
    inputPixels: shape.height * shape.width,
    groups: 1,
    hasBias: false,
    addsTensor: false,
  });
  return { ...change, name, layers, batch, input: size, output: size, filter: POINT, costs };
}

/** Into ONNX Runtime's blocked layout. */
export function reorderInputFrame(tensor: string, shape: Shape, batch: number): KernelFrame {
  return relayout(INTO_BLOCKS, tensor, [], shape, batch);
}

/** Out of ONNX Runtime's blocked layout. */
export function reorderOutputFrame(tensor: string, shape: Shape, batch: number): KernelFrame {
  return relayout(OUT_OF_BLOCKS, tensor, [], shape, batch);
}

/** An input turned from channels first to channels last. */
export function turnedInputFrame(input: string, shape: Shape, batch: number): KernelFrame {
  return relayout(CHANNELS_LAST, input, [input], shape, batch);
}

/** Rounded to 8 bits. */
export function quantizeFrame(tensor: string, shape: Shape, batch: number): KernelFrame {
  return relayout(QUANTIZED, tensor, [], shape, batch);
}

/** Of 8 bits, as floats again. */
export function dequantizeFrame(tensor: string, shape: Shape, batch: number): KernelFrame {
  return relayout(DEQUANTIZED, tensor, [], shape, batch);
}

/** A tensor of 8 bits with its channels last. */
export function channelsLastFrame(tensor: string, shape: Shape, batch: number): KernelFrame {
  return relayout(TURNED.nhwc, tensor, [], shape, batch);
}

/** A tensor of 8 bits with its channels first. */
export function channelsFirstFrame(tensor: string, shape: Shape, batch: number): KernelFrame {
  return relayout(TURNED.nchw, tensor, [], shape, batch);
}

/** Kernels that round a layer's tensor, turn it, and make floats of it again. */
export function conversionFrames(index: number, eightBits: EightBits | null) {
  if (eightBits === null) return [];
  const { quantizes, dequantizes, turnedIn, turnedOut } = eightBits;
  return [
    ...(quantizes[index] === 1 ? [quantizeFrame] : []),
    ...(turnedIn[index] === 1 ? [channelsLastFrame] : []),
    ...(turnedOut[index] === 1 ? [channelsFirstFrame] : []),
    ...new Array<typeof dequantizeFrame>(dequantizes[index] ?? 0).fill(dequantizeFrame),
  ];
}

// Frames of the kernels that belong to no layer: those that only change a tensor's data layout.
import type { Shape } from '../shapes.ts';
import type { KernelFrame } from './kernel.ts';
import { OP_COSTS } from './op-costs.ts';
import { mapSize, POINT } from './template.ts';

type Change = Pick<KernelFrame, 'op' | 'layout' | 'kernelClass'>;

const INTO_BLOCKS: Change = { op: 'reorder-input', layout: 'nchwc', kernelClass: 'reorder-input' };
const OUT_OF_BLOCKS: Change = { op: 'reorder-output', layout: 'nchw', kernelClass: 'reorder-output' };
const CHANNELS_LAST: Change = { op: 'transpose', layout: 'nhwc', kernelClass: 'transpose nhwc' };

function relayout(
  { op, layout, kernelClass }: Change,
  name: string,
  layers: readonly string[],
  shape: Shape,
  batch: number,
): KernelFrame {
  const size = mapSize(shape);
  const costs = OP_COSTS[op].costs({
    batch,
    input: size,
    output: size,
    filter: POINT,
    inputPixels: shape.height * shape.width,
    groups: 1,
    hasBias: false,
    addsTensor: false,
  });
  return { name, layers, op, layout, kernelClass, batch, input: size, output: size, filter: POINT, costs };
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

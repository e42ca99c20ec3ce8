// Runs and sums of pixelwise functions over all pixels of tensors.
import type * as tfTypes from '@tensorflow/tfjs';
import { floatBytes, type Microkernel, type WasmBackend, zeros } from './heap.ts';
import type { PixelwiseParameter } from './pixelwise.ts';

type TensorInfo = tfTypes.TensorInfo;

/** The tensors of a pixelwise function. One with a single axis holds the same channels for all pixels. */
export type Operands<Operand extends string> = Readonly<Record<Operand, TensorInfo>>;

/** Pixels summed in float32 before their sum joins a float64 one. */
const pixelsPerSum = 1024;

/** Elements of the last axis, and how often that axis occurs. */
export function extent({ shape }: TensorInfo): { pixels: number; channels: number } {
  const channels = shape[shape.length - 1] ?? 1;
  return { pixels: shape.slice(0, -1).reduce((product, length) => product * length, 1), channels };
}

/** Runs `kernel` over `pixels` pixels of its operands, from the one numbered `first` on. */
export function overPixels<Operand extends string>(
  backend: WasmBackend,
  kernel: Microkernel<PixelwiseParameter<Operand>>,
  operands: Operands<Operand>,
  pixels: number,
  first = 0,
): void {
  const args: Record<string, number> = { rows: 1, pixels };
  for (const [name, tensor] of Object.entries<TensorInfo>(operands)) {
    const { channels } = extent(tensor);
    const stride = tensor.shape.length === 1 ? 0 : channels * floatBytes;
    args.channels = channels;
    args[name] = backend.getMemoryOffset(tensor.dataId) + first * stride;
    args[`${name}Row`] = 0;
    args[`${name}Pixel`] = stride;
  }
  kernel(backend, args as Record<PixelwiseParameter<Operand>, number>);
}

/** Per channel, the sum over `pixels` pixels of what `kernel` adds to its operand `sum`. */
export function sumOverPixels<Operand extends string>(
  backend: WasmBackend,
  kernel: Microkernel<PixelwiseParameter<Operand>>,
  operands: Operands<Exclude<Operand, 'sum'>>,
  pixels: number,
  channels: number,
): Float64Array {
  const sums = new Float64Array(channels);
  const sum = zeros(backend, [channels]);
  const partial = backend.typedArrayFromHeap(sum);
  const all = { ...operands, sum } as unknown as Operands<Operand>;
  for (let first = 0; first < pixels; first += pixelsPerSum) {
    partial.fill(0);
    overPixels(backend, kernel, all, Math.min(pixelsPerSum, pixels - first), first);
    partial.forEach((value, channel) => {
      sums[channel] = (sums[channel] ?? 0) + value;
    });
  }
  backend.disposeData(sum.dataId);
  return sums;
}

// Slices and splits that copy only what they return.
import type * as tfTypes from '@tensorflow/tfjs';
import { floatBytes, type WasmBackend } from './heap.ts';
import { copyChannels } from './pixelwise.ts';

type Tf = typeof import('@tensorflow/tfjs');

/** Whether `slice` and `split` handle a tensor: of float32, and of no more than four axes. */
function canSlice({ dtype, shape }: tfTypes.TensorInfo): boolean {
  return dtype === 'float32' && shape.length <= 4;
}

/**
 * The `Slice` kernel. The backend's own copies the whole of its input first, so that splitting the gradient
 * of a concatenation costs many times the concatenation; `original` is called where `canSlice` is false.
 */
export function slice(tf: Tf, original: tfTypes.KernelFunc): tfTypes.KernelFunc {
  return (call) => {
    const { x } = call.inputs as { x: tfTypes.TensorInfo };
    if (!canSlice(x)) return original(call);
    const attrs = call.attrs as unknown as tfTypes.SliceAttrs;
    const [begin = [], size = []] = tf.slice_util.parseSliceParams(x, attrs.begin, attrs.size);
    return copyBox(call.backend as WasmBackend, x, begin, size);
  };
}

/** The `SplitV` kernel, by the same copies as `slice`. */
export function split(tf: Tf, original: tfTypes.KernelFunc): tfTypes.KernelFunc {
  return (call) => {
    const { x } = call.inputs as { x: tfTypes.TensorInfo };
    if (!canSlice(x)) return original(call);
    const attrs = call.attrs as unknown as tfTypes.SplitVAttrs;
    const [axis = 0] = tf.util.parseAxisParam(attrs.axis, x.shape);
    const sizes = tf.backend_util.prepareSplitSize(x as tfTypes.Tensor, attrs.numOrSizeSplits, axis);
    let start = 0;
    return sizes.map((length) => {
      const begin = x.shape.map((_, each) => (each === axis ? start : 0));
      const size = x.shape.map((whole, each) => (each === axis ? length : whole));
      start += length;
      return copyBox(call.backend as WasmBackend, x, begin, size);
    });
  };
}

/** A new tensor of the `size` elements from `begin` on, along each axis. */
function copyBox(
  backend: WasmBackend,
  x: tfTypes.TensorInfo,
  begin: readonly number[],
  size: readonly number[],
): tfTypes.TensorInfo {
  const box = backend.makeOutput(size, 'float32');
  const [, height, width, depth] = fourAxes(x.shape, 1);
  const [firstImage, firstRow, firstPixel, firstChannel] = fourAxes(begin, 0);
  const [images, rows, pixels, channels] = fourAxes(size, 1);
  const from = backend.getMemoryOffset(x.dataId);
  const to = backend.getMemoryOffset(box.dataId);
  for (let image = 0; image < images; image++) {
    const row = (firstImage + image) * height + firstRow;
    copyChannels(backend, {
      rows,
      pixels,
      channels,
      from: from + ((row * width + firstPixel) * depth + firstChannel) * floatBytes,
      fromRow: width * depth * floatBytes,
      fromPixel: depth * floatBytes,
      to: to + image * rows * pixels * channels * floatBytes,
      toRow: pixels * channels * floatBytes,
      toPixel: channels * floatBytes,
    });
  }
  return box;
}

function fourAxes(values: readonly number[], filler: number): [number, number, number, number] {
  const [a = filler, b = filler, c = filler, d = filler] = [
    ...new Array<number>(4 - values.length).fill(filler),
    ...values,
  ];
  return [a, b, c, d];
}

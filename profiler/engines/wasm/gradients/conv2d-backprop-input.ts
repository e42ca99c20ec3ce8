// Gradient of convolution to its input, by forward convolutions of the output's gradient.
import type * as tfTypes from '@tensorflow/tfjs';
import { floatBytes, type WasmBackend, zeros } from './heap.ts';
import { copyChannels } from './pixelwise.ts';

type Tf = typeof import('@tensorflow/tfjs');
type Convolution = tfTypes.backend_util.Conv2DInfo;

/**
 * Gradient of a convolution (NHWC, no dilation) with respect to its input, by forward convolutions of dy.
 * Inputs that lie whole strides apart see the same taps of the filter, so each such phase is one convolution
 * of dy with its taps in reverse; with a stride of 1 there is one phase.
 *
 * @throws Error if the data format is not NHWC.
 */
export function conv2dBackpropInput(tf: Tf): tfTypes.KernelFunc {
  return ({ inputs, backend: untyped, attrs }) => {
    const backend = untyped as WasmBackend;
    const { dy, filter } = inputs as { dy: tfTypes.TensorInfo; filter: tfTypes.TensorInfo };
    const { strides, pad, dataFormat, dimRoundingMode, inputShape } =
      attrs as unknown as tfTypes.Conv2DBackpropInputAttrs;
    if (dataFormat !== 'NHWC') throw new Error(`the wasm backend convolves NHWC, not ${dataFormat}`);
    const filterShape = filter.shape as [number, number, number, number];
    const convolution = tf.backend_util.computeConv2DInfo(
      inputShape,
      filterShape,
      strides,
      1,
      pad,
      dimRoundingMode,
    );
    const { inHeight, outHeight, filterHeight, strideHeight, padInfo } = convolution;
    const { inWidth, outWidth, filterWidth, strideWidth } = convolution;
    const down = phases(inHeight, outHeight, filterHeight, strideHeight, padInfo.top);
    const across = phases(inWidth, outWidth, filterWidth, strideWidth, padInfo.left);
    const gradient = (rows: Phase, columns: Phase) =>
      convolveWithTaps(tf, backend, dy, reversedTaps(backend, filter, rows, columns), rows, columns);
    const [onlyRows, onlyColumns] = [down[0], across[0]];
    if (strideHeight * strideWidth === 1 && onlyRows !== undefined && onlyColumns !== undefined) {
      return gradient(onlyRows, onlyColumns);
    }
    const dx = zeros(backend, inputShape);
    for (const rows of down) {
      for (const columns of across) {
        const part = gradient(rows, columns);
        interleave(backend, part, dx, rows, columns, convolution);
        backend.disposeData(part.dataId);
      }
    }
    return dx;
  };
}

/**
 * The inputs `start`, `start` + stride, ... along one axis and the taps `firstTap`, `firstTap` + stride, ...
 */
interface Phase {
  readonly start: number;
  readonly inputs: number;
  readonly stride: number;
  readonly firstTap: number;
  readonly taps: number;
  /** Elements of dy to add before its first and after its last; negative ones are to be left out. */
  readonly before: number;
  readonly after: number;
}

/** The phases of one axis that meet a tap at all; the gradient at other inputs is zero. */
function phases(inputs: number, outputs: number, taps: number, stride: number, padding: number): Phase[] {
  return Array.from({ length: Math.min(stride, inputs) }, (_, start) => {
    const firstTap = (start + padding) % stride;
    const shift = (start + padding - firstTap) / stride;
    const count = Math.ceil((inputs - start) / stride);
    const ownTaps = Math.ceil((taps - firstTap) / stride);
    return {
      start,
      inputs: count,
      stride,
      firstTap,
      taps: ownTaps,
      before: ownTaps - 1 - shift,
      after: count + shift - outputs,
    };
  }).filter(({ taps, before, after }) => taps > 0 && outputs + Math.min(0, before) + Math.min(0, after) > 0);
}

/** The taps of two phases, in reverse and from output channels to input channels. */
function reversedTaps(
  backend: WasmBackend,
  filter: tfTypes.TensorInfo,
  rows: Phase,
  columns: Phase,
): tfTypes.TensorInfo {
  const [, width = 0, inChannels = 0, outChannels = 0] = filter.shape;
  const taps = backend.makeOutput([rows.taps, columns.taps, outChannels, inChannels], 'float32');
  const from = backend.typedArrayFromHeap(filter);
  const to = backend.typedArrayFromHeap(taps);
  let index = 0;
  for (let row = rows.taps - 1; row >= 0; row--) {
    for (let column = columns.taps - 1; column >= 0; column--) {
      const tap = (rows.firstTap + row * rows.stride) * width + columns.firstTap + column * columns.stride;
      const start = tap * inChannels * outChannels;
      for (let out = 0; out < outChannels; out++) {
        for (let channel = 0; channel < inChannels; channel++) {
          to[index++] = from[start + channel * outChannels + out] ?? 0;
        }
      }
    }
  }
  return taps;
}

/** The gradient at the inputs of two phases; takes over `taps`. */
function convolveWithTaps(
  tf: Tf,
  backend: WasmBackend,
  dy: tfTypes.TensorInfo,
  taps: tfTypes.TensorInfo,
  rows: Phase,
  columns: Phase,
): tfTypes.TensorInfo {
  const pad = [
    [0, 0],
    [rows.before, rows.after],
    [columns.before, columns.after],
    [0, 0],
  ];
  const needless = pad.flat().some((amount) => amount < 0);
  const x = needless ? cropped(tf, backend, dy, pad) : dy;
  const attrs = {
    strides: [1, 1],
    dilations: [1, 1],
    dataFormat: 'NHWC',
    pad: pad.map((amounts) => amounts.map((amount) => Math.max(0, amount))),
  };
  const convolve = tf.getKernel('Conv2D', 'wasm').kernelFunc;
  const gradient = convolve({ inputs: { x, filter: taps }, backend, attrs }) as tfTypes.TensorInfo;
  backend.disposeData(taps.dataId);
  if (needless) backend.disposeData(x.dataId);
  return gradient;
}

/** dy without the rows and columns that no input of the phase sees. */
function cropped(
  tf: Tf,
  backend: WasmBackend,
  dy: tfTypes.TensorInfo,
  pad: readonly (readonly number[])[],
): tfTypes.TensorInfo {
  const begin = pad.map(([before = 0]) => Math.max(0, -before));
  const size = dy.shape.map((length, axis) => {
    const after = pad[axis]?.[1] ?? 0;
    return length - (begin[axis] ?? 0) - Math.max(0, -after);
  });
  const slice = tf.getKernel('Slice', 'wasm').kernelFunc;
  return slice({ inputs: { x: dy }, backend, attrs: { begin, size } }) as tfTypes.TensorInfo;
}

function interleave(
  backend: WasmBackend,
  part: tfTypes.TensorInfo,
  dx: tfTypes.TensorInfo,
  rows: Phase,
  columns: Phase,
  { batchSize, inHeight, inWidth, inChannels }: Convolution,
): void {
  const pixelBytes = inChannels * floatBytes;
  const partRow = columns.inputs * pixelBytes;
  const from = backend.getMemoryOffset(part.dataId);
  const to = backend.getMemoryOffset(dx.dataId) + (rows.start * inWidth + columns.start) * pixelBytes;
  for (let image = 0; image < batchSize; image++) {
    copyChannels(backend, {
      rows: rows.inputs,
      pixels: columns.inputs,
      channels: inChannels,
      from: from + image * rows.inputs * partRow,
      fromRow: partRow,
      fromPixel: pixelBytes,
      to: to + image * inHeight * inWidth * pixelBytes,
      toRow: rows.stride * inWidth * pixelBytes,
      toPixel: columns.stride * pixelBytes,
    });
  }
}

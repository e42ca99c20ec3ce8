// Gradient of convolution to its filter, as a sum of outer products.
import type * as tfTypes from '@tensorflow/tfjs';
import { floatBytes, type WasmBackend, withReadableTail, zeros } from './heap.ts';
import { accumulateOuterProducts, blockColumns, blockRows, readableTail } from './outer-product.ts';
import { eachTap } from './window.ts';

/** Pixels per pass: few enough for their channels to stay in the nearest caches. */
const pixelsPerPass = 128;

/**
 * Gradient of a convolution (NHWC, no dilation) with respect to its filter. It is a sum of outer products,
 * dW[tap] = Σ x[pixel under the tap] ⊗ dy[pixel], so nothing has to be padded, shifted or transposed.
 *
 * @throws Error if the data format is not NHWC.
 */
export function conv2dBackpropFilter(tf: typeof import('@tensorflow/tfjs')): tfTypes.KernelFunc {
  return ({ inputs, backend: untyped, attrs }) => {
    const backend = untyped as WasmBackend;
    const { x, dy } = inputs as { x: tfTypes.TensorInfo; dy: tfTypes.TensorInfo };
    const { strides, pad, dataFormat, dimRoundingMode, filterShape } =
      attrs as unknown as tfTypes.Conv2DBackpropFilterAttrs;
    if (dataFormat !== 'NHWC') throw new Error(`the wasm backend convolves NHWC, not ${dataFormat}`);
    const convolution = tf.backend_util.computeConv2DInfo(
      x.shape as [number, number, number, number],
      filterShape,
      strides,
      1,
      pad,
      dimRoundingMode,
    );
    const geometry = isMatrixProduct(convolution) ? asOneRow(convolution) : convolution;
    const sums = zeros(backend, paddedFilterShape(geometry));
    withReadableTail(backend, x, readableTail, (xAddress) =>
      withReadableTail(backend, dy, readableTail, (dyAddress) => {
        accumulate(backend, geometry, xAddress, dyAddress, backend.getMemoryOffset(sums.dataId));
      }),
    );
    return withoutPadding(backend, sums, convolution.filterShape);
  };
}

type Convolution = tfTypes.backend_util.Conv2DInfo;

/** Whether each output pixel sees just the input pixel in its place. */
function isMatrixProduct(convolution: Convolution): boolean {
  const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = convolution;
  const { top, bottom, left, right } = padInfo;
  return filterHeight * filterWidth * strideHeight * strideWidth === 1 && top + bottom + left + right === 0;
}

function asOneRow(convolution: Convolution): Convolution {
  const pixels = convolution.batchSize * convolution.outHeight * convolution.outWidth;
  return { ...convolution, batchSize: 1, inHeight: 1, outHeight: 1, inWidth: pixels, outWidth: pixels };
}

/** Taps, then channels rounded up to whole blocks. */
function paddedFilterShape({ filterHeight, filterWidth, inChannels, outChannels }: Convolution) {
  const rows = Math.ceil(inChannels / blockRows) * blockRows;
  const columns = Math.ceil(outChannels / blockColumns) * blockColumns;
  return [filterHeight * filterWidth, rows, columns] as const;
}

/** Adds up the outer products of all pixels. */
function accumulate(backend: WasmBackend, geometry: Convolution, x: number, dy: number, sums: number): void {
  const [, sumRows, sumColumns] = paddedFilterShape(geometry);
  const channelsIn = geometry.inChannels * floatBytes;
  const dyPixel = geometry.outChannels * floatBytes;
  const xPixel = geometry.strideWidth * channelsIn;
  const xRow = geometry.strideHeight * geometry.inWidth * channelsIn;
  const dyRow = geometry.outWidth * dyPixel;
  eachTap(geometry, ({ tap, rows, pixels, input, output }) => {
    const rowsPerPass = Math.max(1, Math.floor(pixelsPerPass / pixels));
    for (let row = 0; row < rows; row += rowsPerPass) {
      for (let pixel = 0; pixel < pixels; pixel += pixelsPerPass) {
        accumulateOuterProducts(backend, {
          x: x + input * channelsIn + row * xRow + pixel * xPixel,
          dy: dy + output * dyPixel + row * dyRow + pixel * dyPixel,
          sums: sums + tap * sumRows * sumColumns * floatBytes,
          rows: Math.min(rowsPerPass, rows - row),
          pixels: Math.min(pixelsPerPass, pixels - pixel),
          xRow,
          dyRow,
          xPixel,
          dyPixel,
          rowBlocks: sumRows / blockRows,
          columnBlocks: sumColumns / blockColumns,
        });
      }
    }
  });
}

/** The filter gradient without the channels that filled the last blocks; takes over `padded`. */
function withoutPadding(
  backend: WasmBackend,
  padded: tfTypes.TensorInfo,
  shape: [number, number, number, number],
): tfTypes.TensorInfo {
  const [, paddedRows = 0, paddedColumns = 0] = padded.shape;
  const [height, width, rows, columns] = shape;
  if (rows === paddedRows && columns === paddedColumns) return { ...padded, shape };
  const filter = backend.makeOutput(shape, 'float32');
  const from = backend.typedArrayFromHeap(padded);
  const to = backend.typedArrayFromHeap(filter);
  for (let tap = 0, out = 0; tap < height * width; tap++) {
    for (let row = 0; row < rows; row++, out += columns) {
      const start = (tap * paddedRows + row) * paddedColumns;
      to.set(from.subarray(start, start + columns), out);
    }
  }
  backend.disposeData(padded.dataId);
  return filter;
}

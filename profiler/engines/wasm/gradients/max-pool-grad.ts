// Gradient of max pooling, to the first largest input of each window.
import type * as tfTypes from '@tensorflow/tfjs';
import { floatBytes, type WasmBackend, zeros } from './heap.ts';
import { routeToMaximum } from './pixelwise.ts';
import { eachTap } from './window.ts';

/**
 * Gradient of max pooling (NHWC): the gradient of an output goes to the first input of its window, in scan
 * order, that equals it. (The backend's own kernel looks for the maximum among the positive values only.)
 */
export function maxPoolGrad(tf: typeof import('@tensorflow/tfjs')): tfTypes.KernelFunc {
  return ({ inputs, backend: untyped, attrs }) => {
    const backend = untyped as WasmBackend;
    const { dy, input, output } = inputs as Record<'dy' | 'input' | 'output', tfTypes.TensorInfo>;
    const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as tfTypes.MaxPoolGradAttrs;
    const shape = input.shape as [number, number, number, number];
    const pooling = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
    const dx = zeros(backend, shape);
    const unrouted = backend.makeOutput(dy.shape, 'float32');
    backend.typedArrayFromHeap(unrouted).set(backend.typedArrayFromHeap(dy));
    const addresses = {
      x: backend.getMemoryOffset(input.dataId),
      dx: backend.getMemoryOffset(dx.dataId),
      y: backend.getMemoryOffset(output.dataId),
      dy: backend.getMemoryOffset(unrouted.dataId),
    };
    const pixelBytes = pooling.inChannels * floatBytes;
    const inputRow = pooling.strideHeight * pooling.inWidth * pixelBytes;
    const inputPixel = pooling.strideWidth * pixelBytes;
    const outputRow = pooling.outWidth * pixelBytes;
    eachTap(pooling, ({ rows, pixels, input, output }) => {
      routeToMaximum(backend, {
        rows,
        pixels,
        channels: pooling.inChannels,
        x: addresses.x + input * pixelBytes,
        xRow: inputRow,
        xPixel: inputPixel,
        dx: addresses.dx + input * pixelBytes,
        dxRow: inputRow,
        dxPixel: inputPixel,
        y: addresses.y + output * pixelBytes,
        yRow: outputRow,
        yPixel: pixelBytes,
        dy: addresses.dy + output * pixelBytes,
        dyRow: outputRow,
        dyPixel: pixelBytes,
      });
    });
    backend.disposeData(unrouted.dataId);
    return dx;
  };
}

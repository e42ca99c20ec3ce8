// Gradient of average pooling, in which padding has no share.
import type * as tfTypes from '@tensorflow/tfjs';
import { floatBytes, type WasmBackend, zeros } from './heap.ts';
import { addProducts } from './pixelwise.ts';
import { eachTap } from './window.ts';

/**
 * Gradient of average pooling (NHWC): each input of a window receives its share of the output's gradient. As
 * in the forward kernel, padding does not count as a share. (tfjs's own gradients count it.)
 */
export function avgPoolGrad(tf: typeof import('@tensorflow/tfjs')): tfTypes.KernelFunc {
  return ({ inputs, backend: untyped, attrs }) => {
    const backend = untyped as WasmBackend;
    const { dy, input } = inputs as Record<'dy' | 'input', tfTypes.TensorInfo>;
    const { filterSize, strides, pad } = attrs as unknown as tfTypes.AvgPoolGradAttrs;
    const shape = input.shape as [number, number, number, number];
    const pooling = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad);
    const dx = zeros(backend, shape);
    const shares = windowShares(backend, pooling);
    const addresses = {
      dx: backend.getMemoryOffset(dx.dataId),
      dy: backend.getMemoryOffset(dy.dataId),
      shares: backend.getMemoryOffset(shares.dataId),
    };
    const outputs = pooling.outHeight * pooling.outWidth;
    const pixelBytes = pooling.inChannels * floatBytes;
    const outputRow = pooling.outWidth * pixelBytes;
    eachTap(pooling, ({ rows, pixels, input, output }) => {
      addProducts(backend, {
        rows,
        pixels,
        channels: pooling.inChannels,
        sum: addresses.dx + input * pixelBytes,
        sumRow: pooling.strideHeight * pooling.inWidth * pixelBytes,
        sumPixel: pooling.strideWidth * pixelBytes,
        left: addresses.dy + output * pixelBytes,
        leftRow: outputRow,
        leftPixel: pixelBytes,
        right: addresses.shares + (output % outputs) * pixelBytes,
        rightRow: outputRow,
        rightPixel: pixelBytes,
      });
    });
    backend.disposeData(shares.dataId);
    return dx;
  };
}

/** 1 / the inputs of each output's window, for every output of one image and every channel. */
function windowShares(backend: WasmBackend, pooling: tfTypes.backend_util.Conv2DInfo): tfTypes.TensorInfo {
  const { outHeight, outWidth, inChannels } = pooling;
  const inputs = new Float32Array(outHeight * outWidth);
  eachTap({ ...pooling, batchSize: 1 }, ({ rows, pixels, output }) => {
    for (let row = 0; row < rows; row++) {
      const start = output + row * outWidth;
      for (let index = start; index < start + pixels; index++) inputs[index] = (inputs[index] ?? 0) + 1;
    }
  });
  const shares = backend.makeOutput([outHeight, outWidth, inChannels], 'float32');
  const values = backend.typedArrayFromHeap(shares);
  inputs.forEach((count, output) => {
    values.fill(1 / count, output * inChannels, (output + 1) * inChannels);
  });
  return shares;
}

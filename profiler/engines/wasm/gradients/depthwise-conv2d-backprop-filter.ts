// Gradient of depthwise convolution to its filter.
import type * as tfTypes from '@tensorflow/tfjs';
import { repeatChannels } from './channel-multiplier.ts';
import { floatBytes, type WasmBackend, zeros } from './heap.ts';
import { addProducts } from './pixelwise.ts';
import { eachTap } from './window.ts';

/**
 * Gradient of a depthwise convolution (NHWC) with respect to its filter: dW[tap] = Σ x[pixel under the
 * tap]·dy[pixel], channel by channel. With a channel multiplier, the channels of x are repeated first.
 */
export function depthwiseConv2dBackpropFilter(tf: typeof import('@tensorflow/tfjs')): tfTypes.KernelFunc {
  return ({ inputs, backend: untyped, attrs }) => {
    const backend = untyped as WasmBackend;
    const { x, dy } = inputs as Record<'x' | 'dy', tfTypes.TensorInfo>;
    const { strides, pad, dilations, dimRoundingMode, filterShape } =
      attrs as unknown as tfTypes.DepthwiseConv2dNativeBackpropFilterAttrs;
    const convolution = tf.backend_util.computeConv2DInfo(
      x.shape as [number, number, number, number],
      filterShape,
      strides,
      dilations,
      pad,
      dimRoundingMode,
      true,
    );
    const { inChannels, outChannels: channels } = convolution;
    const left = inChannels === channels ? x : repeatChannels(backend, x, channels / inChannels);
    const gradient = zeros(backend, convolution.filterShape);
    const addresses = {
      sum: backend.getMemoryOffset(gradient.dataId),
      left: backend.getMemoryOffset(left.dataId),
      right: backend.getMemoryOffset(dy.dataId),
    };
    const pixelBytes = channels * floatBytes;
    eachTap(convolution, ({ tap, rows, pixels, input, output }) => {
      addProducts(backend, {
        rows,
        pixels,
        channels,
        sum: addresses.sum + tap * pixelBytes,
        sumRow: 0,
        sumPixel: 0,
        left: addresses.left + input * pixelBytes,
        leftRow: convolution.strideHeight * convolution.inWidth * pixelBytes,
        leftPixel: convolution.strideWidth * pixelBytes,
        right: addresses.right + output * pixelBytes,
        rightRow: convolution.outWidth * pixelBytes,
        rightPixel: pixelBytes,
      });
    });
    if (left !== x) backend.disposeData(left.dataId);
    return gradient;
  };
}

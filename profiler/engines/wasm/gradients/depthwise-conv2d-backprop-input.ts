// Gradient of depthwise convolution to its input.
import type * as tfTypes from '@tensorflow/tfjs';
import { sumChannels } from './channel-multiplier.ts';
import { floatBytes, type WasmBackend, zeros } from './heap.ts';
import { addProducts } from './pixelwise.ts';
import { eachTap } from './window.ts';

/**
 * Gradient of a depthwise convolution (NHWC) with respect to its input: dx[pixel under the tap] +=
 * dy[pixel]·W[tap], channel by channel. With a channel multiplier, the channels that come from one of x are
 * added up last.
 */
export function depthwiseConv2dBackpropInput(tf: typeof import('@tensorflow/tfjs')): tfTypes.KernelFunc {
  return ({ inputs, backend: untyped, attrs }) => {
    const backend = untyped as WasmBackend;
    const { dy, filter } = inputs as Record<'dy' | 'filter', tfTypes.TensorInfo>;
    const { strides, pad, dilations, dimRoundingMode, inputShape } =
      attrs as unknown as tfTypes.DepthwiseConv2dNativeBackpropInputAttrs;
    const convolution = tf.backend_util.computeConv2DInfo(
      inputShape,
      filter.shape as [number, number, number, number],
      strides,
      dilations,
      pad,
      dimRoundingMode,
      true,
    );
    const { inChannels, outChannels: channels } = convolution;
    const gradient = zeros(backend, [...inputShape.slice(0, -1), channels]);
    const addresses = {
      sum: backend.getMemoryOffset(gradient.dataId),
      left: backend.getMemoryOffset(dy.dataId),
      right: backend.getMemoryOffset(filter.dataId),
    };
    const pixelBytes = channels * floatBytes;
    eachTap(convolution, ({ tap, rows, pixels, input, output }) => {
      addProducts(backend, {
        rows,
        pixels,
        channels,
        sum: addresses.sum + input * pixelBytes,
        sumRow: convolution.strideHeight * convolution.inWidth * pixelBytes,
        sumPixel: convolution.strideWidth * pixelBytes,
        left: addresses.left + output * pixelBytes,
        leftRow: convolution.outWidth * pixelBytes,
        leftPixel: pixelBytes,
        right: addresses.right + tap * pixelBytes,
        rightRow: 0,
        rightPixel: 0,
      });
    });
    if (inChannels === channels) return gradient;
    const summed = sumChannels(backend, gradient, channels / inChannels);
    backend.disposeData(gradient.dataId);
    return summed;
  };
}

// Convolutions and dense layers as ONNX nodes.
import type { Conv2d, Conv2dTranspose, Dense, DepthwiseConv2d } from '../layer.ts';
import { dilatedWindow, outputShape, padAmounts, type Shape } from '../shapes.ts';
import { type Attribute, int, ints, type LayerNodes, node } from './nodes.ts';

function parameters({ name, useBias }: Conv2d | Conv2dTranspose | DepthwiseConv2d | Dense): string[] {
  return useBias ? [`${name}/kernel`, `${name}/bias`] : [`${name}/kernel`];
}

/** Window attributes with dilations where there are any. */
function windowAttributes(layer: Conv2d | DepthwiseConv2d, input: Shape): Attribute[] {
  const pad = padAmounts(input, dilatedWindow(layer), layer.strides, layer.padding);
  return [
    ints('kernel_shape', ...layer.kernelSize),
    ints('strides', ...layer.strides),
    ints('pads', pad.top, pad.left, pad.bottom, pad.right),
    ...(layer.dilations === undefined ? [] : [ints('dilations', ...layer.dilations)]),
  ];
}

export function convolution(layer: Conv2d, input: Shape): LayerNodes {
  const groups = layer.groups ?? 1;
  const window = windowAttributes(layer, input);
  const attributes = groups === 1 ? window : [...window, int('group', groups)];
  return { nodes: [node(layer, 'Conv', attributes, parameters(layer))] };
}

export function depthwiseConvolution(layer: DepthwiseConv2d, input: Shape): LayerNodes {
  const attributes = [...windowAttributes(layer, input), int('group', input.channels)];
  return { nodes: [node(layer, 'Conv', attributes, parameters(layer))] };
}

/** TensorFlow's padding of a transposed convolution: what the forward one of its output would pad. */
export function transposedConvolution(layer: Conv2dTranspose, input: Shape): LayerNodes {
  const output = outputShape(layer, [input]);
  const { kernelSize, strides, groups, dilations } = layer;
  const window = dilatedWindow(layer);
  const given = padAmounts(output, window, strides, layer.padding);
  // What lies beyond the filters' reach is padding of the output.
  const pad = { ...given, bottom: Math.max(given.bottom, 0), right: Math.max(given.right, 0) };
  // ONNX: output = (input − 1) · stride + kernel − pads + output_padding.
  const missing = (size: number, from: number, stride: number, kernel: number, pads: number) =>
    size - ((from - 1) * stride + kernel - pads);
  const attributes = [
    ints('kernel_shape', ...kernelSize),
    ints('strides', ...strides),
    ints('pads', pad.top, pad.left, pad.bottom, pad.right),
    ints(
      'output_padding',
      missing(output.height, input.height, strides[0], window[0], pad.top + pad.bottom),
      missing(output.width, input.width, strides[1], window[1], pad.left + pad.right),
    ),
    ...(groups === undefined ? [] : [int('group', groups)]),
    ...(dilations === undefined ? [] : [ints('dilations', ...dilations)]),
  ];
  return { nodes: [node(layer, 'ConvTranspose', attributes, parameters(layer))] };
}

export function denseLayer(layer: Dense): LayerNodes {
  return { nodes: [node(layer, 'Gemm', [], parameters(layer))] };
}

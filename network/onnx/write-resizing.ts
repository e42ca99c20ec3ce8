// Layers that change a map's size without a window as ONNX nodes.
import type { BorderPad, Crop, DepthToSpace, Pad, Resize, Upsample } from '../layer.ts';
import { FLOAT, float, int, ints, type LayerNodes, node, text, wholeNumbers } from './nodes.ts';

export function pad(layer: Pad): LayerNodes {
  const { top, bottom, left, right } = layer.padding;
  return {
    nodes: [node(layer, 'Pad', [], [`${layer.name}/pads`])],
    settings: [wholeNumbers(layer, 'pads', 0, 0, top, left, 0, 0, bottom, right)],
  };
}

export function borderPad(layer: BorderPad): LayerNodes {
  const { top, bottom, left, right } = layer.padding;
  const value = `${layer.name}/value`;
  return {
    nodes: [node(layer, 'Pad', [text('mode', layer.mode)], [`${layer.name}/pads`, value])],
    settings: [
      wholeNumbers(layer, 'pads', 0, 0, top, left, 0, 0, bottom, right),
      { name: value, dims: [], dataType: FLOAT, floatData: [layer.value] },
    ],
  };
}

export function crop(layer: Crop): LayerNodes {
  const { top, left, size, strides } = layer;
  const ends = [top + (size[0] - 1) * strides[0] + 1, left + (size[1] - 1) * strides[1] + 1];
  return {
    nodes: [
      node(
        layer,
        'Slice',
        [],
        ['starts', 'ends', 'axes', 'steps'].map((part) => `${layer.name}/${part}`),
      ),
    ],
    settings: [
      wholeNumbers(layer, 'starts', top, left),
      wholeNumbers(layer, 'ends', ...ends),
      wholeNumbers(layer, 'axes', 2, 3),
      wholeNumbers(layer, 'steps', ...strides),
    ],
  };
}

/** Where sizes are given, of height and width alone: opset 18 or later. */
export function resize(layer: Resize): LayerNodes {
  const { name, size, scale, fit, sampling } = layer;
  const { mode, coordinates, rounding, cubicCoefficient, excludesOutside, antialias } = sampling;
  const attributes = [
    text('mode', mode),
    text('coordinate_transformation_mode', coordinates),
    ...(mode === 'nearest' ? [text('nearest_mode', rounding)] : []),
    ...(mode === 'cubic' ? [float('cubic_coeff_a', cubicCoefficient)] : []),
    ...(excludesOutside ? [int('exclude_outside', 1)] : []),
    ...(antialias ? [int('antialias', 1)] : []),
  ];
  if (scale !== undefined) {
    return {
      nodes: [node(layer, 'Resize', attributes, ['', `${name}/scales`])],
      settings: [{ name: `${name}/scales`, dims: [4], dataType: FLOAT, floatData: [1, 1, ...scale] }],
    };
  }
  const policy = fit === undefined ? [] : [text('keep_aspect_ratio_policy', fit.policy)];
  const ofPixels = [...attributes, ints('axes', 2, 3), ...policy];
  return {
    nodes: [node(layer, 'Resize', ofPixels, ['', '', `${name}/sizes`])],
    settings: [wholeNumbers(layer, 'sizes', ...(fit?.target ?? size))],
  };
}

/**
 * A pad that a pool alone reads, with its axes, of opset 18: without them ONNX Runtime 1.30 makes its zeros the pool's own
 * padding, which in a max pool is none of zeros and in a small window is rejected (pad_fusion.cc).
 */
export function padBeforePool(layer: Pad): LayerNodes {
  const { top, bottom, left, right } = layer.padding;
  const [pads, axes] = [`${layer.name}/pads`, `${layer.name}/axes`];
  return {
    nodes: [node(layer, 'Pad', [], [pads, '', axes])],
    settings: [wholeNumbers(layer, 'pads', top, left, bottom, right), wholeNumbers(layer, 'axes', 2, 3)],
  };
}

export function upsample(layer: Upsample): LayerNodes {
  const linear = layer.interpolation === 'bilinear';
  const attributes = [
    text('mode', linear ? 'linear' : 'nearest'),
    text('coordinate_transformation_mode', linear ? 'half_pixel' : 'asymmetric'),
    ...(linear ? [] : [text('nearest_mode', 'floor')]),
  ];
  const scales = `${layer.name}/scales`;
  return {
    nodes: [node(layer, 'Resize', attributes, ['', scales])],
    settings: [{ name: scales, dims: [4], dataType: FLOAT, floatData: [1, 1, ...layer.factor] }],
  };
}

export function depthToSpace(layer: DepthToSpace): LayerNodes {
  return { nodes: [node(layer, 'DepthToSpace', [int('blocksize', layer.block), text('mode', 'DCR')])] };
}

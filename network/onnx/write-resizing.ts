// Layers that change a map's size without a window as ONNX nodes.
import type { DepthToSpace, Pad, Upsample } from '../layer.ts';
import { FLOAT, int, type LayerNodes, node, text, wholeNumbers } from './nodes.ts';

export function pad(layer: Pad): LayerNodes {
  const { top, bottom, left, right } = layer.padding;
  return {
    nodes: [node(layer, 'Pad', [], [`${layer.name}/pads`])],
    settings: [wholeNumbers(layer, 'pads', 0, 0, top, left, 0, 0, bottom, right)],
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

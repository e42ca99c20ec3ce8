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

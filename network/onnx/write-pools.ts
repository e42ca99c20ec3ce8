// Pools as ONNX nodes.
import type { GlobalAvgPool, Pool } from '../layer.ts';
import { padAmounts, type Shape } from '../shapes.ts';
import { int, ints, type LayerNodes, node } from './nodes.ts';

export function pool(layer: Pool, input: Shape): LayerNodes {
  const pad = padAmounts(input, layer.poolSize, layer.strides, layer.padding);
  const window = [
    ints('kernel_shape', ...layer.poolSize),
    ints('strides', ...layer.strides),
    ints('pads', pad.top, pad.left, pad.bottom, pad.right),
  ];
  if (layer.kind === 'max-pool') return { nodes: [node(layer, 'MaxPool', window)] };
  const counting = int('count_include_pad', layer.countsPadding === true ? 1 : 0);
  return { nodes: [node(layer, 'AveragePool', [...window, counting])] };
}

export function globalAveragePool(layer: GlobalAvgPool): LayerNodes {
  const pool = node(layer, 'GlobalAveragePool');
  if (layer.keepDims === true) return { nodes: [pool] };
  const pooled = `${layer.name}/pooled`;
  const flatten = node(layer, 'Flatten', [int('axis', 1)]);
  return {
    nodes: [
      { ...pool, name: pooled, output: [pooled] },
      { ...flatten, name: `${layer.name}/flatten`, input: [pooled] },
    ],
  };
}

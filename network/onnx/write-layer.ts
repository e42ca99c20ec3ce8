// The ONNX nodes of a layer, by its kind.
import type { Layer } from '../layer.ts';
import { unknownLayer } from '../layer.ts';
import { int, type LayerNodes, node, type Shapes } from './nodes.ts';
import { channelShuffle, flatten, slice } from './write-arrange.ts';
import {
  convolution,
  denseLayer,
  depthwiseConvolution,
  transposedConvolution,
} from './write-convolutions.ts';
import { activationNodes, batchNormalization, product, sum } from './write-elementwise.ts';
import { globalAveragePool, pool } from './write-pools.ts';
import { depthToSpace, pad, upsample } from './write-resizing.ts';

export function layerNodes(layer: Layer, shapes: Shapes): LayerNodes {
  if (layer.kind === 'input') return { nodes: [] };
  const input = shapes.get(layer.inputs[0] ?? '');
  if (input === undefined) throw new Error(`layer ${layer.name} has no input`);
  switch (layer.kind) {
    case 'conv2d':
      return convolution(layer, input);
    case 'depthwise-conv2d':
      return depthwiseConvolution(layer, input);
    case 'conv2d-transpose':
      return transposedConvolution(layer, input);
    case 'dense':
      return denseLayer(layer);
    case 'max-pool':
    case 'avg-pool':
      return pool(layer, input);
    case 'global-avg-pool':
      return globalAveragePool(layer);
    case 'activation':
      return activationNodes(layer);
    case 'prelu':
      return { nodes: [node(layer, 'PRelu', [], [`${layer.name}/slope`])] };
    case 'add':
      return sum(layer);
    case 'multiply':
      return product(layer, shapes);
    case 'bias-add':
      return { nodes: [node(layer, 'Add', [], [`${layer.name}/bias`])] };
    case 'batch-norm':
      return batchNormalization(layer);
    case 'softmax':
      return { nodes: [node(layer, 'Softmax', [int('axis', 1)])] };
    case 'dropout':
    case 'gate':
      return { nodes: [node(layer, 'Identity')] };
    case 'concat':
      return { nodes: [node(layer, 'Concat', [int('axis', 1)])] };
    case 'slice':
      return slice(layer);
    case 'channel-shuffle':
      return channelShuffle(layer, input);
    case 'flatten':
      return flatten(layer, input);
    case 'pad':
      return pad(layer);
    case 'upsample':
      return upsample(layer);
    case 'depth-to-space':
      return depthToSpace(layer);
    default:
      return unknownLayer(layer);
  }
}

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
import { activationNodes, elementwise, prelu } from './write-elementwise.ts';
import {
  argMax,
  batchNormalization,
  channelReduction,
  groupNormalization,
  layerNormalization,
  localResponseNormalization,
  softmax,
} from './write-normalization.ts';
import { globalAveragePool, pool } from './write-pools.ts';
import { borderPad, crop, depthToSpace, pad, resize, upsample } from './write-resizing.ts';

/** @param opset that the model is written in */
export function layerNodes(layer: Layer, shapes: Shapes, opset: number): LayerNodes {
  // Operators are written with the names of all that they make.
  if (layer.kind === 'input' || layer.kind === 'op' || layer.kind === 'op-output') return { nodes: [] };
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
      return prelu(layer);
    case 'add':
    case 'multiply':
    case 'subtract':
    case 'divide':
    case 'minimum':
    case 'maximum':
      return elementwise(layer, shapes);
    case 'bias-add':
      return { nodes: [node(layer, 'Add', [], [`${layer.name}/bias`])] };
    case 'batch-norm':
      return batchNormalization(layer);
    case 'group-norm':
      return groupNormalization(layer, input);
    case 'layer-norm':
      return layerNormalization(layer, input);
    case 'local-response-norm':
      return localResponseNormalization(layer);
    case 'softmax':
      return softmax(layer);
    case 'channel-mean':
    case 'channel-max':
      return channelReduction(layer, opset);
    case 'arg-max':
      return argMax(layer);
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
    case 'border-pad':
      return borderPad(layer);
    case 'crop':
      return crop(layer);
    case 'upsample':
      return upsample(layer);
    case 'resize':
      return resize(layer);
    case 'depth-to-space':
      return depthToSpace(layer);
    case 'space-to-depth':
      return { nodes: [node(layer, 'SpaceToDepth', [int('blocksize', layer.block)])] };
    default:
      return unknownLayer(layer);
  }
}

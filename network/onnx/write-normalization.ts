// Normalizations and what goes over all channels as ONNX nodes.
import type {
  ArgMax,
  BatchNorm,
  ChannelReduce,
  GroupNorm,
  LayerNorm,
  LocalResponseNorm,
  Softmax,
} from '../layer.ts';
import type { Shape } from '../shapes.ts';
import { FLOAT, float, int, ints, type LayerNodes, node, wholeNumbers } from './nodes.ts';

/** The first opset in which reductions read their axes from a tensor. */
const AXES_INPUT_OPSET = 18;

const scaleAndOffset = ({ name }: { readonly name: string }) => [`${name}/gamma`, `${name}/beta`];

export function batchNormalization(layer: BatchNorm): LayerNodes {
  const parts = [...scaleAndOffset(layer), `${layer.name}/moving_mean`, `${layer.name}/moving_variance`];
  return { nodes: [node(layer, 'BatchNormalization', [float('epsilon', layer.epsilon)], parts)] };
}

/** An instance norm of channels, or as PyTorch writes it one of groups, which knows no weights for each channel. */
export function groupNormalization(layer: GroupNorm, { height, width, channels }: Shape): LayerNodes {
  const { name, groups } = layer;
  const epsilon = float('epsilon', layer.epsilon);
  const [gamma = '', beta = ''] = scaleAndOffset(layer);
  if (groups === channels) return { nodes: [node(layer, 'InstanceNormalization', [epsilon], [gamma, beta])] };
  const step = (opType: string, suffix: string, input: string[], attributes = [epsilon]) => {
    const output = suffix === '' ? name : `${name}/${suffix}`;
    return { ...node(layer, opType, attributes), name: output, input, output: [output] };
  };
  const number = (part: string, value: number) => ({
    name: `${name}/${part}`,
    dims: [groups],
    dataType: FLOAT,
    floatData: new Array<number>(groups).fill(value),
  });
  return {
    nodes: [
      step('Reshape', 'grouped', [...layer.inputs, `${name}/groups`], []),
      step('InstanceNormalization', 'normalized', [`${name}/grouped`, `${name}/ones`, `${name}/zeros`]),
      step('Reshape', 'whole', [`${name}/normalized`, `${name}/shape`], []),
      step('Mul', 'scaled', [`${name}/whole`, gamma], []),
      step('Add', '', [`${name}/scaled`, beta], []),
    ],
    // 0 keeps the batch.
    settings: [
      wholeNumbers(layer, 'groups', 0, groups, -1),
      wholeNumbers(layer, 'shape', 0, channels, height, width),
      number('ones', 1),
      number('zeros', 0),
    ],
  };
}

/** Over the last dimension: maps are turned to channels last and back. */
export function layerNormalization(layer: LayerNorm, { flat }: Shape): LayerNodes {
  const { name } = layer;
  const attributes = [int('axis', -1), float('epsilon', layer.epsilon)];
  const norm = node(layer, 'LayerNormalization', attributes, scaleAndOffset(layer));
  if (flat) return { nodes: [norm] };
  const [last, normalized] = [`${name}/last`, `${name}/normalized`];
  const turn = (...perm: number[]) => node(layer, 'Transpose', [ints('perm', ...perm)]);
  return {
    nodes: [
      { ...turn(0, 2, 3, 1), name: last, output: [last] },
      { ...norm, name: normalized, input: [last, ...scaleAndOffset(layer)], output: [normalized] },
      { ...turn(0, 3, 1, 2), input: [normalized] },
    ],
  };
}

export function localResponseNormalization(layer: LocalResponseNorm): LayerNodes {
  const { size, alpha, beta, bias } = layer;
  const attributes = [int('size', size), float('alpha', alpha), float('beta', beta), float('bias', bias)];
  return { nodes: [node(layer, 'LRN', attributes)] };
}

export function softmax(layer: Softmax): LayerNodes {
  return { nodes: [node(layer, layer.log === true ? 'LogSoftmax' : 'Softmax', [int('axis', 1)])] };
}

export function channelReduction(layer: ChannelReduce, opset: number): LayerNodes {
  const opType = layer.kind === 'channel-mean' ? 'ReduceMean' : 'ReduceMax';
  if (opset < AXES_INPUT_OPSET)
    return { nodes: [node(layer, opType, [ints('axes', 1), int('keepdims', 1)])] };
  return {
    nodes: [node(layer, opType, [int('keepdims', 1)], [`${layer.name}/axes`])],
    settings: [wholeNumbers(layer, 'axes', 1)],
  };
}

export function argMax(layer: ArgMax): LayerNodes {
  return { nodes: [node(layer, 'ArgMax', [int('axis', 1), int('keepdims', 1)])] };
}

// Layers that only choose, join and rearrange channels as ONNX nodes.
import type { ChannelShuffle, Flatten, Slice } from '../layer.ts';
import type { Shape } from '../shapes.ts';
import { int, ints, type LayerNodes, node, wholeNumbers } from './nodes.ts';

export function slice(layer: Slice): LayerNodes {
  const borders = ['from', 'to', 'axis'].map((part) => `${layer.name}/${part}`);
  return {
    nodes: [node(layer, 'Slice', [], borders)],
    settings: [
      wholeNumbers(layer, 'from', layer.from),
      wholeNumbers(layer, 'to', layer.from + layer.channels),
      wholeNumbers(layer, 'axis', 1),
    ],
  };
}

/** Channels in two axes, groups and places in them, which change places. */
export function channelShuffle(layer: ChannelShuffle, input: Shape): LayerNodes {
  const { height, width, channels, flat } = input;
  const [split, turned] = [`${layer.name}/split`, `${layer.name}/turned`];
  const perm = flat ? [0, 2, 1] : [0, 2, 1, 3, 4];
  const pixels = flat ? [] : [height, width];
  const reshape = node(layer, 'Reshape');
  return {
    nodes: [
      { ...node(layer, 'Reshape', [], [`${layer.name}/groups`]), name: split, output: [split] },
      { ...node(layer, 'Transpose', [ints('perm', ...perm)]), input: [split], output: [turned] },
      { ...reshape, name: `${layer.name}/joined`, input: [turned, `${layer.name}/channels`] },
    ],
    // 0 keeps the batch.
    settings: [
      wholeNumbers(layer, 'groups', 0, layer.groups, channels / layer.groups, ...pixels),
      wholeNumbers(layer, 'channels', 0, channels, ...pixels),
    ],
  };
}

/** Our order is channels fastest; ONNX tensors are NCHW. */
export function flatten(layer: Flatten, input: Shape): LayerNodes {
  const flat = node(layer, 'Flatten', [int('axis', 1)]);
  if (input.height === 1 && input.width === 1) return { nodes: [flat] };
  const moved = `${layer.name}/nhwc`;
  const turn = node(layer, 'Transpose', [ints('perm', 0, 2, 3, 1)]);
  return {
    nodes: [
      { ...turn, name: moved, output: [moved] },
      { ...flat, name: `${layer.name}/flatten`, input: [moved] },
    ],
  };
}

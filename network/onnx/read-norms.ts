// ONNX normalizations over pixels, channels or neighbours, of each example.
import type { Value } from './draft.ts';
import type { NodeReader, NodeSite } from './node-site.ts';
import { type Constant, constant } from './tensors.ts';
import { isChannels, type Part, positionsOf, sizeOf, type Tensor, viewText } from './view.ts';

/** ONNX's default. */
const EPSILON = 1e-5;

/** A constant of one value for each of the channels, or for each group of them. */
function perGroup(
  site: NodeSite,
  index: number,
  what: string,
  groups: number,
  channels: number,
): Float32Array {
  const { values } = site.constant(index, what);
  if (values.length !== groups && values.length !== channels)
    site.fail(`${values.length} values of its ${what}`, `${groups} or ${channels}`, 'correct the model');
  return Float32Array.from(
    { length: channels },
    (_, channel) =>
      values[values.length === channels ? channel : Math.floor((channel * groups) / channels)] as number,
  );
}

/** Normalizes groups of channels that follow one another; everything behind the second dimension is of a group. */
function groupNorm(site: NodeSite, tensor: Tensor, groups: number): Value {
  const { channels } = site.draft.shapeOf(tensor.layer);
  // Where the channels of an instance norm are in another order, so are its weights.
  const parts = tensor.view[1] ?? [];
  const places = groups === channels ? positionsOf(parts, channels) : null;
  const arranged = (values: Float32Array) =>
    places === null ? values : Float32Array.from(places, (place) => values[place] as number);
  const layer = site.add(
    { kind: 'group-norm', inputs: [tensor.layer], groups, epsilon: site.float('epsilon', EPSILON) },
    {
      gamma: arranged(perGroup(site, 1, 'scale', groups, channels)),
      beta: arranged(perGroup(site, 2, 'B', groups, channels)),
    },
  );
  return { ...tensor, layer };
}

/** Whether a dimension is the groups, of channels that follow one another, of all channels. */
function isGroups(parts: readonly Part[], channels: number): boolean {
  const [part, ...others] = parts;
  if (part === undefined) return true;
  return others.length === 0 && part.axis === 'C' && part.stride * part.size === channels;
}

/** Of each index of the second dimension: all channels, or their groups as PyTorch writes a group normalization. */
const instanceNorm: NodeReader = (site) => {
  const tensor = site.plain(0);
  const { channels, flat } = site.draft.shapeOf(tensor.layer);
  const parts = tensor.view[1] ?? [];
  const rest = tensor.view.slice(2).flat();
  const others = rest.every(({ axis }) => axis !== 'N');
  if (
    flat ||
    !others ||
    !site.isBatch(tensor.view, 0) ||
    !(isChannels(parts, channels) || isGroups(parts, channels))
  )
    return site.unsupported(
      `an input of ${viewText(tensor.view)}`,
      'maps N×C×H×W, or groups of their channels',
    );
  return groupNorm(site, tensor, sizeOf(parts));
};

const groupNormalization: NodeReader = (site) => {
  const layer = site.map();
  return groupNorm(site, site.draft.tensor(layer), site.int('num_groups', 1));
};

/** Over the channels of each pixel, as the last dimension. */
const layerNorm: NodeReader = (site) => {
  const { draft } = site;
  const tensor = site.plain(0);
  const rank = tensor.view.length;
  const { channels } = draft.shapeOf(tensor.layer);
  const parts = tensor.view[rank - 1] ?? [];
  const axis = site.axis(site.int('axis', -1), rank);
  if (axis !== rank - 1 || !isChannels(parts, channels)) {
    return site.unsupported(
      `a norm over dimensions ${axis} to ${rank - 1} of ${viewText(tensor.view)}`,
      'one over the channels, as the last dimension',
    );
  }
  if (site.node.output.slice(1).some((name) => name !== ''))
    site.unsupported('its mean or deviation as an output', 'the normalized tensor alone');
  const positions = positionsOf(parts, channels);
  const arranged = (given: Constant, what: string) => {
    if (given.values.length !== channels)
      site.fail(
        `${given.values.length} values of its ${what}`,
        `${channels}, one per channel`,
        'correct the model',
      );
    return Float32Array.from(positions, (position) => given.values[position] as number);
  };
  const none = constant([channels], new Float32Array(channels), true);
  const layer = site.add(
    { kind: 'layer-norm', inputs: [tensor.layer], epsilon: site.float('epsilon', EPSILON) },
    {
      gamma: arranged(site.constant(1, 'scale'), 'scale'),
      beta: arranged(site.has(2) ? site.constant(2, 'a bias') : none, 'bias'),
    },
  );
  return { ...tensor, layer };
};

const localResponseNorm: NodeReader = (site) => {
  const layer = site.map();
  const size = site.int('size', 0);
  // ONNX Runtime has it of as many channels before as behind alone.
  if (!Number.isInteger(size) || size < 1 || size % 2 === 0)
    site.unsupported(`size ${size}`, 'an odd number of channels');
  const made = site.add({
    kind: 'local-response-norm',
    inputs: [layer],
    size,
    alpha: site.float('alpha', 1e-4),
    beta: site.float('beta', 0.75),
    bias: site.float('bias', 1),
  });
  return site.draft.tensor(made);
};

export const NORM_READERS: Readonly<Record<string, NodeReader>> = {
  InstanceNormalization: instanceNorm,
  GroupNormalization: groupNormalization,
  LayerNormalization: layerNorm,
  LRN: localResponseNorm,
};

// Which channels live and die together, and each tensor's channel count by the widths of those groups.
import { UserError } from '../records/user-error.ts';
import { groupChannels } from './channel-groups.ts';
import { joinsChannels, outputIds } from './channel-ids.ts';
import { checkChannelCount } from './channel-limit.ts';
import { ChannelUnion } from './channel-union.ts';
import { type Layer, makesChannels } from './layer.ts';
import type { Network } from './network.ts';
import type { Atom } from './op-axes.ts';
import { OpWidths } from './op-widths.ts';
import { inferShapes, type Shape } from './shapes.ts';
import { tieShared } from './shared-weights.ts';
import { ELEMENTWISE, spreadsChannel } from './spread-shapes.ts';

/**
 * Output channels that live and die together (through add, depthwise, batch norm, activation, pooling).
 * Its width is the number of them that are alive.
 */
export interface ChannelGroup {
  /** The first layer that produces it; with a `#n` when that layer produces several groups. */
  readonly name: string;
  /** Full width. */
  readonly size: number;
  /** Network inputs and outputs and the channels around grouped convolutions and shuffles keep their width. */
  readonly fixed: boolean;
  /** Layers (convolutions, dense layers) whose filters make these channels, or that make one of all theirs. */
  readonly sources: readonly string[];
}

/** A tensor's channel count as Σ times[i] · width of groups[i]. */
export interface ChannelSum {
  readonly groups: Int32Array;
  readonly times: Int32Array;
}

/** What every later stage needs to know of a network's channels; made once, evaluated for many widths. */
export interface ChannelPlan {
  readonly network: Network;
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly groups: readonly ChannelGroup[];
  readonly fullWidths: Int32Array;
  /** Index into network.layers, by layer name. */
  readonly layerIndex: ReadonlyMap<string, number>;
  /** Per layer: indices of the layers it reads. */
  readonly inputs: readonly Int32Array[];
  /** Widths of operators, and of each of their sizes that may vary what it is; null where there are none. */
  readonly ops: { readonly widths: OpWidths; readonly sums: ReadonlyMap<Atom, ChannelSum> } | null;
  /** Per layer: channels of its output. */
  readonly outputChannels: readonly ChannelSum[];
  /** Per layer and output channel: its group. */
  readonly channelGroup: readonly Int32Array[];
  /** Per layer and output channel: its position within the group, 0 … size-1. */
  readonly channelPosition: readonly Int32Array[];
}

/** Number of channels of a tensor at the given group widths. */
export function channelCount(sum: ChannelSum, widths: Int32Array): number {
  const { groups, times } = sum;
  let count = 0;
  for (let i = 0; i < groups.length; i++)
    count += (times[i] as number) * (widths[groups[i] as number] as number);
  return count;
}

function checkChannels(layers: readonly Layer[], shapes: ReadonlyMap<string, Shape>): void {
  let count = 0;
  for (const layer of layers) {
    count += shapes.get(layer.name)?.channels ?? 0;
    checkChannelCount(count, layer);
  }
}

/** Whether a layer ties channels to places in its groups. */
function hasGroups(layer: Layer, channels: number): boolean {
  if (layer.kind === 'channel-shuffle') return true;
  // An instance normalization's channels are groups of their own.
  if (layer.kind === 'group-norm') return layer.groups < channels;
  return (layer.kind === 'conv2d' || layer.kind === 'conv2d-transpose') && (layer.groups ?? 1) > 1;
}

/** Tensors that keep all channels: those that groups read and make, and one channel that is spread over many. */
function wholeTensors(
  layers: readonly Layer[],
  inputs: readonly Int32Array[],
  shapes: ReadonlyMap<string, Shape>,
  widths: OpWidths | null,
): Set<number> {
  const whole = new Set<number>();
  const shapeAt = (index: number) => shapes.get(layers[index]?.name ?? '') as Shape;
  layers.forEach((layer, index) => {
    const own = inputs[index] as Int32Array;
    if (layer.kind === 'op' || layer.kind === 'op-output') {
      for (const tensor of [index, ...own])
        if (widths?.isFixed(layers[tensor]?.name ?? '')) whole.add(tensor);
    }
    if (hasGroups(layer, shapeAt(index).channels)) {
      whole.add(index);
      for (const input of own) whole.add(input);
    }
    if (!ELEMENTWISE.has(layer.kind)) return;
    for (const input of own) if (spreadsChannel(shapeAt(input), shapeAt(index))) whole.add(input);
  });
  return whole;
}

export interface PlanOptions {
  /** Whether the network's outputs keep their width, the default; Google's library regularizes them too. */
  readonly outputsFixed?: boolean;
  /** Lists of layers whose output channels live and die together, one by one. */
  readonly forceGroup?: readonly (readonly string[])[];
}

/** Ties the output channels of layers one by one. */
function tie(names: readonly string[], channelsOf: (name: string) => Int32Array, union: ChannelUnion): void {
  const [first, ...others] = names.map((name) => ({ name, ids: channelsOf(name) }));
  for (const other of others) {
    if (first === undefined) return;
    if (other.ids.length !== first.ids.length) {
      throw new UserError({
        got: `${first.name} with ${first.ids.length} channels and ${other.name} with ${other.ids.length} to group`,
        expected: 'layers of one width',
        fix: 'correct forceGroup',
      });
    }
    first.ids.forEach((id, c) => {
      union.unite(id, other.ids[c] as number);
    });
  }
}

/** The channels of a tensor by their groups. */
function summed(channels: Int32Array, fullWidths: Int32Array): ChannelSum {
  const counts = new Map<number, number>();
  for (const group of channels) counts.set(group, (counts.get(group) ?? 0) + 1);
  return {
    groups: Int32Array.from(counts.keys()),
    times: Int32Array.from(counts, ([group, count]) => count / (fullWidths[group] as number)),
  };
}

/** Ties the channels that operators read to the sizes that they are there. */
function tieOps(
  widths: OpWidths,
  {
    layers,
    inputs,
    ids,
  }: Pick<ChannelPlan, 'inputs'> & { layers: readonly Layer[]; ids: readonly Int32Array[] },
  union: ChannelUnion,
): void {
  layers.forEach((layer, index) => {
    if (layer.kind !== 'op') return;
    for (const input of inputs[index] as Int32Array) {
      widths.tie(layers[input]?.name ?? '', ids[input] as Int32Array, union);
    }
  });
}

/**
 * Derives shapes and channel groups of a network.
 * @throws UserError for a forced group of unknown layers or of different widths
 */
export function planChannels(network: Network, options: PlanOptions = {}): ChannelPlan {
  const shapes = inferShapes(network);
  const { layers } = network;
  const layerIndex = new Map(layers.map((layer, index) => [layer.name, index]));
  const inputs = layers.map((layer) =>
    Int32Array.from(layer.inputs, (name) => layerIndex.get(name) as number),
  );
  checkChannels(layers, shapes);
  const union = new ChannelUnion();
  const ids: Int32Array[] = [];
  const isOp = ({ kind }: Layer) => kind === 'op' || kind === 'op-output';
  const widths = layers.some(isOp) ? new OpWidths(network, shapes) : null;
  layers.forEach((layer, index) => {
    const read = Array.from(inputs[index] as Int32Array, (i) => ids[i] as Int32Array);
    ids.push(
      widths !== null && isOp(layer)
        ? widths.channels(layer.name, union)
        : outputIds(layer, read, shapes, union),
    );
  });
  if (widths !== null) tieOps(widths, { layers, inputs, ids }, union);

  tieShared(network, { layerIndex, inputs, ids }, union);
  for (const names of options.forceGroup ?? []) {
    const channelsOf = (name: string) => {
      const index = layerIndex.get(name);
      if (index !== undefined) return ids[index] as Int32Array;
      throw new UserError({
        got: `'${name}' among the layers to group`,
        expected: `a layer of ${network.name}`,
        fix: 'correct forceGroup',
      });
    };
    tie(names, channelsOf, union);
  }

  const roots = ids.map((channels) => channels.map((id) => union.find(id)));
  const { members, groupOfRoot, positionOfRoot } = groupChannels(roots, union.count);

  const fixedOutputs = options.outputsFixed === false ? [] : network.outputs;
  const outputs = new Set(fixedOutputs.map((name) => layerIndex.get(name)));
  const grouped = wholeTensors(layers, inputs, shapes, widths);
  const named = new Map<string, number>();
  const groups = members.map(({ tensors, size }): ChannelGroup => {
    const touched = new Set(tensors);
    const producers = [...touched]
      .map((i) => layers[i] as Layer)
      .filter(
        (layer) =>
          layer.kind === 'input' || layer.kind === 'op' || makesChannels(layer) || joinsChannels(layer),
      );
    const first = producers[0]?.name ?? '';
    const count = (named.get(first) ?? 0) + 1;
    named.set(first, count);
    return {
      name: count === 1 ? first : `${first}#${count}`,
      size,
      fixed:
        producers.some((layer) => layer.kind === 'input' || joinsChannels(layer)) ||
        [...touched].some((i) => outputs.has(i) || grouped.has(i)),
      sources: producers.filter((layer) => layer.kind !== 'input').map((layer) => layer.name),
    };
  });
  const fullWidths = Int32Array.from(groups, (group) => group.size);
  const channelGroup = roots.map((channels) => channels.map((root) => groupOfRoot[root] as number));
  const channelPosition = roots.map((channels) => channels.map((root) => positionOfRoot[root] as number));
  const outputChannels = channelGroup.map((channels) => summed(channels, fullWidths));
  const sums = new Map<Atom, ChannelSum>();
  for (const [free, own] of widths?.freeIds() ?? []) {
    sums.set(
      free,
      summed(
        own.map((id) => groupOfRoot[union.find(id)] as number),
        fullWidths,
      ),
    );
  }
  return {
    network,
    shapes,
    groups,
    ops: widths === null ? null : { widths, sums },
    fullWidths,
    layerIndex,
    inputs,
    outputChannels,
    channelGroup,
    channelPosition,
  };
}

// Widths by layer name to group widths and back, and the network resized to them.
import { UserError } from '../records/user-error.ts';
import { type ChannelPlan, type ChannelSum, channelCount } from './channel-plan.ts';
import { type Layer, makesChannels, type Slice } from './layer.ts';
import { checkedNetwork, type Network } from './network.ts';
import { OpSizing } from './op-sizing.ts';
import { sharedAmong } from './shared-weights.ts';
import { ELEMENTWISE } from './spread-shapes.ts';

/** Alive output channels by layer name; missing layers are full. */
export type Widths = Readonly<Record<string, number>>;

/**
 * Group widths from widths by layer name.
 * @throws UserError for an unknown layer, a width outside 0 … full, or layers tied or joined given widths that disagree
 */
export function groupWidths(plan: ChannelPlan, widths: Widths): Int32Array {
  const result = Int32Array.from(plan.fullWidths);
  const setBy = new Map<number, string>();
  const joined: [string, number][] = [];
  for (const [name, width] of Object.entries(widths)) {
    const index = plan.layerIndex.get(name);
    const group = index === undefined ? undefined : plan.outputChannels[index]?.groups[0];
    const sum = index === undefined ? undefined : plan.outputChannels[index];
    if (index === undefined || group === undefined || sum === undefined) {
      throw new UserError({
        got: `a width for layer '${name}'`,
        expected: `a layer of ${plan.network.name}`,
        fix: 'remove it or correct the name',
      });
    }
    const full = channelCount(sum, plan.fullWidths);
    if (!Number.isInteger(width) || width < 0 || width > full) {
      throw new UserError({
        got: `width ${width} for layer ${name}`,
        expected: `an integer from 0 to ${full}`,
        fix: 'correct it in the widths',
      });
    }
    if (sum.groups.length > 1) {
      joined.push([name, width]);
      continue;
    }
    const earlier = setBy.get(group);
    const times = sum.times[0] as number;
    const alive = width / times;
    if (!Number.isInteger(alive)) {
      throw new UserError({
        got: `width ${width} for layer ${name}`,
        expected: `a multiple of ${times}, since its channels live and die ${times} at a time`,
        fix: 'correct it in the widths',
      });
    }
    if (earlier !== undefined && result[group] !== alive) {
      throw new UserError({
        got: `width ${width} for ${name} and another for ${earlier}`,
        expected: 'one width, since their channels are tied',
        fix: 'make the two equal',
      });
    }
    setBy.set(group, name);
    if (plan.groups[group]?.fixed === true && alive !== plan.fullWidths[group]) {
      throw new UserError({
        got: `width ${width} for ${name}`,
        expected: `${full}, because it is an input or output of the network`,
        fix: 'leave it out of the widths',
      });
    }
    result[group] = alive;
  }
  // Joined groups (a concat's output) follow from their parts.
  for (const [name, width] of joined) {
    const sum = plan.outputChannels[plan.layerIndex.get(name) as number] as ChannelSum;
    const count = channelCount(sum, result);
    if (width === count) continue;
    throw new UserError({
      got: `width ${width} for ${name}`,
      expected: `${count}, the widths of the layers that it joins`,
      fix: 'leave it out of the widths, or correct those layers',
    });
  }
  return result;
}

/** Width of every filter-making layer at the given group widths, by name. */
export function widthsByLayer(plan: ChannelPlan, widths: Int32Array): Record<string, number> {
  const result: Record<string, number> = {};
  plan.network.layers.forEach((layer, index) => {
    if (!makesChannels(layer)) return;
    result[layer.name] = channelCount(plan.outputChannels[index] as ChannelSum, widths);
  });
  return result;
}

/** Widths without groups that nothing makes any more, and which layers run at them. */
export interface SettledWidths {
  readonly widths: Int32Array;
  /** Per layer: 1 if it runs, 0 if it is gone. */
  readonly alive: Uint8Array;
}

/** What settling asks of a plan again and again. */
interface PlanFacts {
  /** Per group: 1 if it is an input's. */
  readonly isGiven: Uint8Array;
  /** Per group: the layers that make its channels. */
  readonly sources: readonly Int32Array[];
}

const FACTS = new WeakMap<ChannelPlan, PlanFacts>();

function factsOf(plan: ChannelPlan): PlanFacts {
  let facts = FACTS.get(plan);
  if (facts === undefined) {
    const isGiven = new Uint8Array(plan.groups.length);
    plan.outputChannels.forEach(({ groups }, index) => {
      if (plan.network.layers[index]?.kind === 'input') for (const group of groups) isGiven[group] = 1;
    });
    const sources = plan.groups.map((group) =>
      Int32Array.from(group.sources, (name) => plan.layerIndex.get(name) as number),
    );
    facts = { isGiven, sources };
    FACTS.set(plan, facts);
  }
  return facts;
}

/** A layer is gone when it has no output channels or reads only gone layers. */
function reachedFromInput(plan: ChannelPlan, widths: Int32Array): Uint8Array {
  const alive = new Uint8Array(plan.network.layers.length);
  for (let index = 0; index < alive.length; index++) {
    const inputs = plan.inputs[index] as Int32Array;
    if (channelCount(plan.outputChannels[index] as ChannelSum, widths) === 0) continue;
    if (inputs.length === 0 || inputs.some((input) => alive[input] === 1)) alive[index] = 1;
  }
  return alive;
}

/**
 * Follows the consequences of zero widths: layers without input go, groups that only such layers make become 0, and
 * layers that no output needs go too.
 */
export function settleWidths(plan: ChannelPlan, widths: Int32Array): SettledWidths {
  const { layers, outputs } = plan.network;
  if (!widths.includes(0)) return { widths, alive: new Uint8Array(layers.length).fill(1) };
  const { isGiven, sources } = factsOf(plan);
  const settled = Int32Array.from(widths);
  let alive = reachedFromInput(plan, settled);
  for (let changed = true; changed; ) {
    changed = false;
    for (let group = 0; group < sources.length; group++) {
      if (settled[group] === 0 || isGiven[group] === 1) continue;
      if ((sources[group] as Int32Array).some((layer) => alive[layer] === 1)) continue;
      settled[group] = 0;
      changed = true;
    }
    if (changed) alive = reachedFromInput(plan, settled);
  }
  const needed = new Uint8Array(layers.length);
  for (const output of outputs) needed[plan.layerIndex.get(output) as number] = 1;
  for (let index = layers.length - 1; index >= 0; index--) {
    if (needed[index] === 0 && layers[index]?.kind !== 'input') alive[index] = 0;
    if (alive[index] === 1) for (const input of plan.inputs[index] as Int32Array) needed[input] = 1;
  }
  return { widths: settled, alive };
}

function withWidth(layer: Layer, inputs: readonly string[], channels: number): Layer {
  if (layer.kind === 'conv2d' || layer.kind === 'conv2d-transpose')
    return { ...layer, inputs, filters: channels };
  if (layer.kind === 'dense') return { ...layer, inputs, units: channels };
  return { ...layer, inputs };
}

function sizedOp(layer: Layer, sizing: OpSizing): Layer {
  if (layer.kind === 'op') return sizing.op(layer);
  return layer.kind === 'op-output' ? sizing.output(layer) : layer;
}

/** A layer that is gone though one that lives cannot do without it. */
export interface CutLayer {
  readonly layer: number;
  readonly reader: number;
}

/**
 * A layer can be gone, cut off from the input, while others keep its channels alive through an add or a multiply. An
 * add does without it; but a concat of it would have fewer channels than its groups, and a factor of a multiply is no
 * 1, nor what is subtracted from nothing: the first such case, by layer index.
 */
export function cutLayer(plan: ChannelPlan, { widths, alive }: SettledWidths): CutLayer | undefined {
  for (let reader = 0; reader < alive.length; reader++) {
    const kind = plan.network.layers[reader]?.kind;
    if (alive[reader] === 0 || kind === undefined) continue;
    if (kind !== 'concat' && (kind === 'add' || !ELEMENTWISE.has(kind))) continue;
    for (const layer of plan.inputs[reader] as Int32Array) {
      const isNeeded = channelCount(plan.outputChannels[layer] as ChannelSum, widths) > 0;
      if (alive[layer] === 0 && isNeeded) return { layer, reader };
    }
  }
  return undefined;
}

/** A slice begins after what is left of the channels before it; its borders are borders of groups. */
function movedSlice(plan: ChannelPlan, layer: Slice, index: number, widths: Int32Array): Layer {
  const groups = plan.channelGroup[plan.inputs[index]?.[0] as number] as Int32Array;
  let from = 0;
  for (const group of groups.subarray(0, layer.from)) {
    from += (widths[group] as number) / (plan.fullWidths[group] as number);
  }
  const channels = channelCount(plan.outputChannels[index] as ChannelSum, widths);
  return { ...layer, from: Math.round(from), channels };
}

/**
 * The network with its groups at the given widths. Groups of width 0 take their layers with them; a concat or add
 * left with one input is replaced by that input.
 * @throws UserError if nothing of an output is left, or a layer is gone of which a concat needs the channels
 */
export function resizeNetwork(plan: ChannelPlan, groupWidths: Int32Array): Network {
  const { network } = plan;
  const settled = settleWidths(plan, groupWidths);
  const { widths, alive } = settled;
  const cut = cutLayer(plan, settled);
  if (cut !== undefined) {
    const { layers } = network;
    throw new UserError({
      got: `widths that cut ${layers[cut.layer]?.name} off from the input, though ${layers[cut.reader]?.name} joins its channels`,
      expected: 'a path of layers at least 1 wide to it, since other layers keep its channels alive',
      fix: 'raise the zero widths before it',
    });
  }
  const aliases = new Map<string, string>();
  const nameOf = (index: number) => {
    const name = network.layers[index]?.name ?? '';
    return aliases.get(name) ?? name;
  };
  const layers: Layer[] = [];
  const sizing = new OpSizing(plan, widths);
  network.layers.forEach((layer, index) => {
    if (alive[index] === 0) return;
    const inputs = Array.from(plan.inputs[index] as Int32Array)
      .filter((input) => alive[input] === 1)
      .map(nameOf);
    const joins = layer.kind === 'concat' || layer.kind === 'add';
    if (joins && inputs.length === 1 && layer.inputs.length > 1) {
      aliases.set(layer.name, inputs[0] as string);
      return;
    }
    const resized = withWidth(layer, inputs, channelCount(plan.outputChannels[index] as ChannelSum, widths));
    layers.push(
      resized.kind === 'slice' ? movedSlice(plan, resized, index, widths) : sizedOp(resized, sizing),
    );
  });
  const outputs = network.outputs.map((name) => {
    if (alive[plan.layerIndex.get(name) as number] === 0) {
      throw new UserError({
        got: `widths that leave nothing before output ${name} of ${network.name}`,
        expected: 'a path of layers at least 1 wide from input to output',
        fix: 'raise the zero widths',
      });
    }
    return aliases.get(name) ?? name;
  });
  return checkedNetwork({ name: network.name, layers, outputs, ...sharedAmong(network, layers) });
}

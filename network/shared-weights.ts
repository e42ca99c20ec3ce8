// Weights that several layers read: whose they are, what of them is left in another network, and what they tie.
import type { ChannelUnion } from './channel-union.ts';
import type { Network } from './network.ts';

/** Of a weight's name, `layer/part`. */
export function weightParts(name: string): { layer: string; part: string } {
  const at = name.lastIndexOf('/');
  return { layer: name.slice(0, at), part: name.slice(at + 1) };
}

/** The weight whose values those of that name are. */
export function weightOwner({ shared }: Pick<Network, 'shared'>, name: string): string {
  return shared?.[name] ?? name;
}

/**
 * What is still shared among other layers: weights of layers that there are and that are the same in both networks.
 * Where the first that had them is gone, the next has them.
 * @param keeps whether a weight still has the values that it had
 */
export function sharedAmong(
  { shared = {} }: Pick<Network, 'shared'>,
  layers: readonly { readonly name: string }[],
  keeps: (weight: string) => boolean = () => true,
): Pick<Network, 'shared'> {
  const there = new Set(layers.map(({ name }) => name));
  const remains = (weight: string) => there.has(weightParts(weight).layer) && keeps(weight);
  const owners = new Map<string, string>();
  const left: Record<string, string> = {};
  for (const [weight, first] of Object.entries(shared)) {
    if (!remains(weight)) continue;
    const owner = remains(first) ? first : owners.get(first);
    if (owner === undefined) owners.set(first, weight);
    else left[weight] = owner;
  }
  return Object.keys(left).length === 0 ? {} : { shared: left };
}

/** Channels of tensors, by layer. */
export interface TensorChannels {
  readonly layerIndex: ReadonlyMap<string, number>;
  /** Per layer: indices of the layers it reads. */
  readonly inputs: readonly Int32Array[];
  /** Per layer: its channels. */
  readonly ids: readonly Int32Array[];
}

/** Ties what the layers of one weight make, channel by channel, and what those of one kernel read. */
export function tieShared(
  { shared = {} }: Pick<Network, 'shared'>,
  { layerIndex, inputs, ids }: TensorChannels,
  union: ChannelUnion,
): void {
  const tie = (a: Int32Array | undefined, b: Int32Array | undefined) => {
    if (a === undefined || a.length !== b?.length) return;
    a.forEach((id, c) => {
      union.unite(id, b[c] as number);
    });
  };
  for (const [weight, owner] of Object.entries(shared)) {
    const { layer, part } = weightParts(weight);
    const [at, first] = [layerIndex.get(layer), layerIndex.get(weightParts(owner).layer)];
    if (at === undefined || first === undefined) continue;
    tie(ids[at], ids[first]);
    if (part === 'kernel') tie(ids[inputs[at]?.[0] ?? -1], ids[inputs[first]?.[0] ?? -1]);
  }
}

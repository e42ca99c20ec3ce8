// Which output channels of a model are alive: by layer name for users, by slot of the flat channel vector inside.
import { makesChannels } from '../network/layer.ts';
import { UserError } from '../records/user-error.ts';
import type { ChannelSlots } from './channel-slots.ts';

/** Per layer that makes filters: for each output channel whether it is alive. Layers that are missing are whole. */
export type AliveChannels = Readonly<Record<string, readonly boolean[]>>;

/** Alive channels of every convolution and dense layer, from flags per slot. */
export function aliveByLayer(slots: ChannelSlots, alive: ArrayLike<number>): AliveChannels {
  const result: Record<string, boolean[]> = {};
  for (const layer of slots.plan.network.layers) {
    const { name } = layer;
    if (makesChannels(layer)) result[name] = Array.from(slots.of(name), (slot) => alive[slot] === 1);
  }
  return result;
}

/**
 * Flags per slot of the flat channel vector.
 * @throws UserError for a layer that is not there, another number of channels, or tied channels that disagree
 */
export function aliveSlots(slots: ChannelSlots, alive: AliveChannels): Uint8Array {
  const { plan } = slots;
  const flags = new Uint8Array(slots.count).fill(1);
  const setBy = new Map<number, string>();
  for (const [layer, channels] of Object.entries(alive)) {
    const fail = (got: string, expected: string): never => {
      throw new UserError({
        got,
        expected,
        fix: 'pass what alive() of a regularizer of this model returned',
      });
    };
    if (!plan.layerIndex.has(layer)) fail(`alive channels of '${layer}'`, `a layer of ${plan.network.name}`);
    const own = slots.of(layer);
    if (own.length !== channels.length) {
      fail(`${channels.length} alive flags for ${layer}`, `${own.length}, one per channel`);
    }
    own.forEach((slot, c) => {
      const flag = channels[c] === true ? 1 : 0;
      const earlier = setBy.get(slot);
      if (earlier !== undefined && flags[slot] !== flag) {
        fail(
          `channel ${c} of ${layer} ${flag === 1 ? 'alive' : 'dead'}`,
          `the same as in ${earlier}, tied to it`,
        );
      }
      if (flag === 0 && plan.groups[slots.group[slot] as number]?.fixed === true) {
        fail(`a dead channel of ${layer}`, 'all alive, as it is an input or output of the network');
      }
      setBy.set(slot, layer);
      flags[slot] = flag;
    });
  }
  return flags;
}

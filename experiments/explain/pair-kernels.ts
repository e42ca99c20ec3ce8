// The kernels of two networks side by side: those of the same layer and op are pairs, the others alone.
import type { ChannelPlan } from '../../network/channel-plan.ts';
import type { LayerMatches } from './match-layers.ts';
import type { OtherKernel, TimedKernel, TimedNetwork } from './timed-network.ts';

/** A kernel of one network, with the layer whose it is. */
export type Owned = (TimedKernel | OtherKernel) & { readonly owner: string };

/** The same kernel of both, or one that the other lacks. */
export interface KernelPair {
  readonly a: Owned | null;
  readonly b: Owned | null;
}

/** The layer that a kernel's name begins with: steps of a layer are named after it, `layer/gate`. */
export function ownerOf(name: string, { layerIndex }: ChannelPlan): string {
  for (let own = name; own !== ''; own = own.slice(0, Math.max(0, own.lastIndexOf('/'))))
    if (layerIndex.has(own)) return own;
  return name;
}

export const opOf = (timed: Owned) => ('kernel' in timed ? timed.kernel.op : timed.op);
const nameOf = (timed: TimedKernel | OtherKernel) => ('kernel' in timed ? timed.kernel.name : timed.name);

/** By layer as the other network calls it, step, op and how many of these came before. */
function keyed(
  { kernels, others, plan }: TimedNetwork,
  nameOfLayer: (layer: string) => string,
): Map<string, Owned> {
  const counts = new Map<string, number>();
  return new Map(
    [...kernels, ...others].map((timed): [string, Owned] => {
      const name = nameOf(timed);
      const owner = ownerOf(name, plan);
      const own: Owned = { ...timed, owner };
      const key = `${nameOfLayer(owner)}${name.slice(owner.length)} ${opOf(own)} ${'kernel' in timed ? '' : 'other'}`;
      const count = counts.get(key) ?? 0;
      counts.set(key, count + 1);
      return [`${key} ${count}`, own];
    }),
  );
}

/** In the order of A's kernels, then those that B alone has. */
export function pairKernels(a: TimedNetwork, b: TimedNetwork, { ofB }: LayerMatches): KernelPair[] {
  const inA = keyed(a, (layer) => `= ${layer}`);
  const inB = keyed(b, (layer) => {
    const match = ofB.get(layer);
    return match === undefined ? `+ ${layer}` : `= ${match.name}`;
  });
  return [
    ...[...inA].map(([key, own]): KernelPair => ({ a: own, b: inB.get(key) ?? null })),
    ...[...inB].filter(([key]) => !inA.has(key)).map(([, own]): KernelPair => ({ a: null, b: own })),
  ];
}

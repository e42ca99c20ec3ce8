// The weights of a network that channels were added to: what it had stays, and computes what it did.
import { type ChannelPlan, planChannels } from '../network/channel-plan.ts';
import type { Network } from '../network/network.ts';
import type { Weights } from '../network/weights.ts';
import { resizeNetwork } from '../network/widths.ts';
import { ChannelSlots } from './channel-slots.ts';
import { shrinkWeights } from './shrink-weights.ts';

/** Flat positions up to this are whole numbers in float32. */
const MOST_POSITIONS = 2 ** 24;

/** Width of the one group that a layer's channels are of; null for layers of several, which only join them. */
function ownWidth(plan: ChannelPlan, layer: string): number | null {
  const index = plan.layerIndex.get(layer);
  const groups = index === undefined ? undefined : plan.outputChannels[index]?.groups;
  return groups?.length === 1 ? (plan.fullWidths[groups[0] as number] as number) : null;
}

/** Per slot of a network: 1 for the first channels of each group, as many as another network has of it too. */
function inCommon(slots: ChannelSlots, other: ChannelPlan): Uint8Array {
  const alive = new Uint8Array(slots.count);
  for (const { name } of slots.plan.network.layers) {
    const [own, others] = [ownWidth(slots.plan, name), ownWidth(other, name)];
    if (own === null || others === null) continue;
    for (const slot of [...new Set(slots.of(name))].slice(0, Math.min(own, others))) alive[slot] = 1;
  }
  return alive;
}

/**
 * Weights of a wider network that go on from those of a narrower one: the first channels of every group are its channels
 * with their weights; new ones have `fresh` weights, and γ and β of 0, so that the wider network computes what the
 * narrower one does (where channels are behind batch norms) until training opens them. After Net2Net (Chen et al.,
 * arXiv 1511.05641). Groups that are narrower in the wide network lose their last channels.
 * @param narrow of the same layers as the wide one
 * @param fresh weights of the wide network
 * @throws RangeError for an array of more than 2²⁴ weights
 */
export function growWeights(narrow: Network, weights: Weights, wide: Network, fresh: Weights): Weights {
  const from = new ChannelSlots(planChannels(narrow));
  const to = new ChannelSlots(planChannels(wide));
  const kept = inCommon(from, to.plan);
  const common = resizeNetwork(from.plan, from.widths(kept));
  const values = shrinkWeights(from, kept, weights, common);

  const grown = new Map<string, Float32Array>();
  const positions = new Map<string, Float32Array>();
  for (const [name, own] of fresh) {
    if (own.length > MOST_POSITIONS) throw new RangeError(`${name} has ${own.length} weights`);
    positions.set(name, Float32Array.from(own.keys()));
    const isNorm = name.endsWith('/gamma') || name.endsWith('/beta');
    grown.set(name, isNorm ? new Float32Array(own.length) : own.slice());
  }
  // Cutting an array of positions tells where each of the surviving weights was.
  for (const [name, at] of shrinkWeights(to, inCommon(to, from.plan), positions, common)) {
    const target = grown.get(name);
    const source = values.get(name);
    if (target === undefined || source === undefined) continue;
    at.forEach((position, index) => {
      target[position] = source[index] as number;
    });
  }
  return grown;
}

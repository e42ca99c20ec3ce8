// What is left of a network at widths some of which are zero, made once for each pattern of zeros.
import { type ChannelPlan, planChannels } from '../network/channel-plan.ts';
import { resizeNetwork } from '../network/widths.ts';

/** What was made of the network without some groups, and its widths. */
export interface PrunedPart<T> {
  readonly value: T;
  /** Widths of its plan's groups. */
  readonly partWidths: Int32Array;
}

/** Per group of the part: the groups of the whole whose channels it holds. */
function partGroups(plan: ChannelPlan, part: ChannelPlan, widths: Int32Array): number[][] {
  const members = part.groups.map(() => new Set<number>());
  part.network.layers.forEach(({ name }, partIndex) => {
    const index = plan.layerIndex.get(name) as number;
    const kept = (plan.channelGroup[index] as Int32Array).filter((group) => widths[group] !== 0);
    (part.channelGroup[partIndex] as Int32Array).forEach((partGroup, c) => {
      members[partGroup]?.add(kept[c] as number);
    });
  });
  return members.map((groups) => [...groups]);
}

/**
 * Evaluates a network at widths some of which are zero as the network that is left of it, with its groups at these
 * widths: layers without channels are gone. What is made for a pattern of zeros is kept, for the next widths of it.
 * @param make of the plan that is left; of the plan itself where nothing is zero
 */
export function prunedPlans<T>(
  plan: ChannelPlan,
  make: (part: ChannelPlan) => T,
): (widths: Int32Array) => PrunedPart<T> {
  const whole = make(plan);
  const parts = new Map<string, { value: T; groups: readonly (readonly number[])[] }>();
  return (widths) => {
    if (!widths.includes(0)) return { value: whole, partWidths: widths };
    const pattern = Array.from(widths, (width) => (width === 0 ? 0 : 1)).join('');
    let known = parts.get(pattern);
    if (known === undefined) {
      const full = plan.fullWidths.map((size, group) => (widths[group] === 0 ? 0 : size));
      const part = planChannels(resizeNetwork(plan, full));
      known = { value: make(part), groups: partGroups(plan, part, full) };
      parts.set(pattern, known);
    }
    const partWidths = Int32Array.from(known.groups, (members) =>
      members.reduce((sum, group) => sum + (widths[group] as number), 0),
    );
    return { value: known.value, partWidths };
  };
}

// Network slimming: one threshold of importance for all layers of a network.
import type { ChannelSlots } from './channel-slots.ts';

/**
 * The channels of the largest importance, wherever they are, as many as the budget allows (network slimming, Liu et al.,
 * arXiv 1708.06519).
 * @param importance per slot, |γ| or the like
 * @param cost of the network at these widths
 * @returns per slot: 1 where alive
 */
export function slimmedSlots(
  slots: ChannelSlots,
  importance: ArrayLike<number>,
  cost: (widths: Int32Array) => number,
  budget: number,
): Uint8Array {
  const strengths = Float64Array.from(importance);
  const free = Array.from(strengths.keys()).filter((slot) => slots.free[slots.group[slot] as number] === 1);
  const order = free.sort((a, b) => (strengths[b] as number) - (strengths[a] as number));
  const keeping = (count: number) => {
    const alive = Uint8Array.from(slots.group, (group) => (slots.free[group] === 1 ? 0 : 1));
    for (const slot of order.slice(0, count)) alive[slot] = 1;
    return slots.surviving(strengths, alive);
  };
  const fits = (count: number) => cost(slots.widths(keeping(count))) <= budget;
  let [low, high] = [0, order.length];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return keeping(fits(order.length) ? order.length : low);
}

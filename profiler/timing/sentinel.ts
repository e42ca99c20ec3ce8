// The network that a session re-times all along, to see drift.
import type { ChannelPlan } from '../../network/channel-plan.ts';
import type { Network } from '../../network/network.ts';
import { multiplyWidths } from '../../network/width-multiplier.ts';
import { resizeNetwork } from '../../network/widths.ts';

const SENTINEL_MULTIPLIER = 0.5;

/** Copies of it that take turns: where the buffers of one come to lie makes it a percent or two slower. */
export const SENTINEL_COPIES = 3;

/**
 * The network that a session re-times all along to see drift: one like those it measures. Sessions of one family have
 * the same, so that by it they can be compared.
 */
export function sentinelNetwork(plan: ChannelPlan): Network {
  return resizeNetwork(plan, multiplyWidths(plan, SENTINEL_MULTIPLIER));
}

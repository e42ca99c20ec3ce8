// All widths of a network times one number.
import type { ChannelPlan } from './channel-plan.ts';

/** The largest multiplier that commands take. */
export const MAX_WIDTH_MULTIPLIER = 64;

/**
 * Group widths of a network made uniformly narrower or wider (multiplier above 1): every full width times the
 * multiplier, rounded, at least 1. Being one per group, they keep tied channels tied; fixed groups stay as they are.
 */
export function multiplyWidths(plan: ChannelPlan, multiplier: number): Int32Array {
  return Int32Array.from(plan.groups, ({ size, fixed }) =>
    fixed ? size : Math.max(1, Math.round(multiplier * size)),
  );
}

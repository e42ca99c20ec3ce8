// Widths that cover a grid evenly, with channel counts that blocks and vectors do not divide beside it.
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { ChannelPlan } from './channel-plan.ts';
import { shuffled, streamSeed } from './shuffle.ts';

/** Widths of a group's grid. */
export const GRID_WIDTHS = 8;
/** Channels of a SIMD register or a block of a blocked layout. */
const ALIGNMENT = 8;
/** More groups than any network has. */
const MAX_GROUPS = 1 << 16;

/**
 * Widths that lead every group over its grid, each in an order of its own (a Latin hypercube; McKay, Beckman & Conover
 * 1979): {@link GRID_WIDTHS} samples in a row have each of its widths once, so that pairs of groups, which are a
 * kernel's inputs and outputs, spread over the plane. The grid is C/8, 2C/8, … C for a group of C channels, in
 * multiples of 8 from 64 channels on; every other turn takes any width between two of them instead, to see what
 * misalignment costs.
 */
export function gridWidths(plan: ChannelPlan, seed: number, index: number): Int32Array {
  const turn = Math.floor(index / GRID_WIDTHS);
  const random = xoroshiro128plus(streamSeed(seed, index));
  return Int32Array.from(plan.groups, ({ size, fixed }, group) => {
    if (fixed) return size;
    const order = shuffled(GRID_WIDTHS, seed, turn * MAX_GROUPS + group);
    const cell = order[index % GRID_WIDTHS] as number;
    const width = Math.max(1, Math.round(((cell + 1) * size) / GRID_WIDTHS));
    const least = Math.max(1, Math.round((cell * size) / GRID_WIDTHS));
    if (turn % 2 === 1) return uniformInt(random, Math.min(least, width), width);
    const aligns = size >= GRID_WIDTHS * ALIGNMENT && width !== size;
    return aligns ? ALIGNMENT * Math.round(width / ALIGNMENT) : width;
  });
}

// Random widths of sub-networks, by laws that depend on seed and index alone.
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { ChannelPlan } from './channel-plan.ts';
import { streamSeed } from './shuffle.ts';
import { multiplyWidths } from './width-multiplier.ts';

/** Laws of which a draw depends on the network, the seed and the index alone. */
export const SAMPLING_LAWS = ['uniform', 'log-uniform', 'width-multiplier', 'aligned'] as const;

/**
 * How widths are drawn, per group of full width C: `uniform` in 1…C (the talk's), `log-uniform` over 1…C, or along
 * the `width-multiplier` path (one α for all, C·α rounded, at least 1), or `aligned`: uniform over multiples of 16.
 */
export type SamplingLaw = (typeof SAMPLING_LAWS)[number];

/** Channels per block of the widest blocked layout: multiples of it are aligned on every device. */
const ALIGNMENT = 16;

/** All groups scaled by α, rounded, at least 1 and no wider than full; fixed groups stay full. */
export function multipliedWidths(plan: ChannelPlan, alpha: number): Int32Array {
  return multiplyWidths(plan, Math.min(1, alpha));
}

/** Uniform in [0, 1), of a stream of its own for each seed and index. */
function uniformStream(seed: number, index: number) {
  const random = xoroshiro128plus(streamSeed(seed, index));
  return { random, uniform: () => uniformInt(random, 0, 0x7ffffffe) / 0x7fffffff };
}

/**
 * Group widths of random sub-network `index`. It depends on the seed and the index alone, not on how many are drawn.
 * @param range smallest and largest α of the width-multiplier path
 */
export function sampleWidths(
  plan: ChannelPlan,
  law: SamplingLaw,
  seed: number,
  index: number,
  range: readonly [number, number] = [0.1, 1],
): Int32Array {
  const { random, uniform } = uniformStream(seed, index);
  if (law === 'width-multiplier') return multipliedWidths(plan, range[0] + (range[1] - range[0]) * uniform());
  return Int32Array.from(plan.groups, ({ size, fixed }) => {
    if (fixed) return size;
    if (law === 'uniform') return uniformInt(random, 1, size);
    if (law === 'aligned') {
      const blocks = Math.floor(size / ALIGNMENT);
      return blocks === 0 ? size : ALIGNMENT * uniformInt(random, 1, blocks);
    }
    // Over the real interval [1, size + 1), so that every integer has its share.
    return Math.min(size, Math.floor(Math.exp(uniform() * Math.log(size + 1))));
  });
}

/**
 * Group widths of random sub-network `index` around given ones: each times exp(spread · z), z standard normal (Box and
 * Muller 1958), rounded, clipped to 1…full. Fixed groups, those of width 0 and those that do not vary stay.
 * @param spread standard deviation of the logarithm of a width; 0.2 is about ±20 %
 * @param varies per group: 1 where it is drawn
 */
export function widthsAround(
  plan: ChannelPlan,
  centre: Int32Array,
  spread: number,
  varies: Uint8Array,
  seed: number,
  index: number,
): Int32Array {
  const { uniform } = uniformStream(seed, index);
  return Int32Array.from(plan.groups, ({ size, fixed }, group) => {
    // Drawn for every group, so that a group's draw does not depend on which others vary.
    const normal = Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
    const width = centre[group] as number;
    if (fixed || width === 0 || varies[group] === 0) return width;
    return Math.max(1, Math.min(size, Math.round(width * Math.exp(spread * normal))));
  });
}

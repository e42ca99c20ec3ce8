import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { ChannelPlan } from './channel-plan.ts';
import { streamSeed } from './shuffle.ts';
import { multiplyWidths } from './width-multiplier.ts';

/**
 * How widths are drawn, per group of full width C: `uniform` in 1…C (the talk's), `log-uniform` over 1…C, or along
 * the `width-multiplier` path (one α for all, C·α rounded, at least 1), or `aligned`: uniform over multiples of 16.
 */
export type SamplingLaw = 'uniform' | 'log-uniform' | 'width-multiplier' | 'aligned';

/** Channels per block of the widest blocked layout: multiples of it are aligned on every device. */
const ALIGNMENT = 16;

/** All groups scaled by α, rounded, at least 1 and no wider than full; fixed groups stay full. */
export function multipliedWidths(plan: ChannelPlan, alpha: number): Int32Array {
  return multiplyWidths(plan, Math.min(1, alpha));
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
  const random = xoroshiro128plus(streamSeed(seed, index));
  const uniform = () => uniformInt(random, 0, 0x7ffffffe) / 0x7fffffff;
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

// Cuts: over all pairs of networks that differ by a share of their FLOPs, what the smaller one gains.
import { quantileSorted } from 'simple-statistics';
import type { CutEffect } from '../../records/study-analysis.ts';

/** FLOPs cuts that are looked at, and how near a pair must come to one. */
const CUTS = [0.05, 0.1, 0.2, 0.3, 0.5];
const NEAR = 0.01;

/**
 * What cutting FLOPs buys: over all pairs of networks of which one has a given fraction of FLOPs less (±1 %), how often
 * it is slower all the same, and how much faster it is.
 */
export function cutEffects(
  column: string,
  flops: readonly number[],
  latencyUs: readonly number[],
): CutEffect[] {
  const order = flops.map((_, i) => i).sort((a, b) => (flops[a] as number) - (flops[b] as number));
  const sortedFlops = order.map((i) => flops[i] as number);
  const sortedUs = order.map((i) => latencyUs[i] as number);
  return CUTS.flatMap((cut) => {
    const speedups: number[] = [];
    let slower = 0;
    let low = 0;
    let high = 0;
    // Partners of a network are a window that only moves up.
    for (let large = 0; large < order.length; large++) {
      const f = sortedFlops[large] as number;
      while ((sortedFlops[low] as number) < f * (1 - cut - NEAR)) low++;
      while (high < large && (sortedFlops[high] as number) <= f * (1 - cut + NEAR)) high++;
      for (let small = low; small < high; small++) {
        const speedup = (sortedUs[large] as number) / (sortedUs[small] as number);
        if (speedup < 1) slower++;
        speedups.push(speedup);
      }
    }
    if (speedups.length === 0) return [];
    const sorted = [...Float64Array.from(speedups).sort()];
    return {
      column,
      cut,
      pairs: sorted.length,
      slower: slower / sorted.length,
      speedup: {
        p5: quantileSorted(sorted, 0.05),
        median: quantileSorted(sorted, 0.5),
        p95: quantileSorted(sorted, 0.95),
      },
    };
  });
}

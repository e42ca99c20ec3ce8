// Seeded streams and orders for what is measured and for weights: recorded runs resume by them, so they never change.
// (Data sets have theirs in experiments/data/seeded-random.ts.)
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** SplitMix32 of seed and index: neighbouring indices get unrelated streams. */
export function streamSeed(seed: number, index: number): number {
  let z = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) + Math.imul(index + 1, 0x9e3779b9)) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return z ^ (z >>> 15);
}

/** 0 … count-1 in an order that depends on seed and turn (Fisher-Yates). */
export function shuffled(count: number, seed: number, turn: number): Int32Array {
  const random = xoroshiro128plus(streamSeed(seed, turn));
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = uniformInt(random, 0, i);
    const moved = order[i] as number;
    order[i] = order[j] as number;
    order[j] = moved;
  }
  return order;
}

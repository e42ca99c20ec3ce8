// Random numbers for data sets, by seed and keys of their purpose (image, subset, epoch).
// (Draws and orders of what is measured are of network/shuffle.ts.)
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

/**
 * Mixes a seed and any number of keys (32-bit integers) into an unsigned 32-bit hash, in which every input bit
 * changes about half of the output bits (MurmurHash3).
 */
export function hashKeys(seed: number, ...keys: readonly number[]): number {
  let hash = seed | 0;
  for (const key of keys) {
    const product = Math.imul(key | 0, 0xcc9e2d51);
    hash ^= Math.imul((product << 15) | (product >>> 17), 0x1b873593);
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * A random generator for one purpose: the same seed and keys give the same numbers, and neighbouring keys give
 * unrelated ones.
 */
export function randomStream(seed: number, ...keys: readonly number[]): RandomGenerator {
  // The generator's own seeding leaves neighbouring seeds' first outputs alike, so its state is hashed.
  return xoroshiro128plusFromState([0, 1, 2, 3].map((word) => hashKeys(seed, ...keys, word) | 0));
}

/** Shuffles the indices in place (Fisher-Yates) and returns them. */
export function shuffle(indices: Int32Array, random: RandomGenerator): Int32Array {
  for (let last = indices.length - 1; last > 0; last--) {
    const chosen = uniformInt(random, 0, last);
    const held = indices[last] ?? 0;
    indices[last] = indices[chosen] ?? 0;
    indices[chosen] = held;
  }
  return indices;
}

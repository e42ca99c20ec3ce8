import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Seeded uniform numbers in (0, 1). */
export function uniformNoise(seed: number): () => number {
  const random = xoroshiro128plus(seed);
  return () => (uniformInt(random, 0, 0x7ffffffe) + 0.5) / 0x7fffffff;
}

/** Seeded normal numbers of standard deviation 1 (Box-Muller). */
export function normalNoise(seed: number): () => number {
  const uniform = uniformNoise(seed);
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** Factors around 1: log-normal of that spread, and a share of outliers three times as large. */
export function timingNoise(seed: number, spread: number, outliers: number): () => number {
  const uniform = uniformNoise(seed);
  return () => {
    const normal = Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    return Math.exp(spread * normal) * (uniform() < outliers ? 3 : 1);
  };
}

// Patterns that fill shapes and backgrounds: stripes, checks, and smooth noise.
import { uniformFloat32 } from 'pure-rand/distribution/uniformFloat32';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

/** Two-colour patterns that both show each colour over half of the area. */
export const TEXTURES = ['striped', 'checked'] as const;

export type Texture = (typeof TEXTURES)[number];

/**
 * How much of a pattern's second colour shows at a point, 0 to 1, with edges about a pixel soft.
 *
 * @param u point along the pattern's first axis, in pixels
 * @param v along its second axis, in pixels
 * @param cellPixels width of a stripe or of a check
 */
export function textureBlend(texture: Texture, u: number, v: number, cellPixels: number): number {
  const across = Math.sin((Math.PI * u) / cellPixels);
  const wave = texture === 'striped' ? across : across * Math.sin((Math.PI * v) / cellPixels);
  return Math.min(1, Math.max(0, 0.5 + 0.4 * cellPixels * wave));
}

/**
 * Value noise: random values on a square lattice, smoothly interpolated.
 *
 * @param size the noise covers `size * size` pixels
 * @param cellPixels lattice spacing
 * @returns `size * size` values from 0 to 1, row-major
 */
export function valueNoise(size: number, cellPixels: number, random: RandomGenerator): Float32Array {
  const nodes = Math.ceil(size / cellPixels) + 2;
  const lattice = Float32Array.from({ length: nodes * nodes }, () => uniformFloat32(random));
  const phaseX = uniformFloat32(random);
  const phaseY = uniformFloat32(random);
  const noise = new Float32Array(size * size);
  for (let y = 0; y < size; y++) {
    const latticeY = y / cellPixels + phaseY;
    const row = Math.floor(latticeY);
    const down = smoothStep(latticeY - row);
    for (let x = 0; x < size; x++) {
      const latticeX = x / cellPixels + phaseX;
      const column = Math.floor(latticeX);
      const right = smoothStep(latticeX - column);
      const node = row * nodes + column;
      const top = mix(lattice[node] ?? 0, lattice[node + 1] ?? 0, right);
      const bottom = mix(lattice[node + nodes] ?? 0, lattice[node + nodes + 1] ?? 0, right);
      noise[y * size + x] = mix(top, bottom, down);
    }
  }
  return noise;
}

function mix(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}

function smoothStep(t: number): number {
  return t * t * (3 - 2 * t);
}

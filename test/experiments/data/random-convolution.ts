import { uniformInt } from 'pure-rand/distribution/uniformInt';
import type { ImageSet } from '../../../experiments/data/dataset.ts';
import { randomStream } from '../../../experiments/data/seeded-random.ts';

const FILTERS = 64;
const EDGE = 5;
const STRIDE = 2;
/** Responses are averaged over this many cells along each axis. */
const POOL = 2;

/** Patches of brightness cut out of the set at random, each made of mean 0 and length 1: `[64, 5, 5]`. */
export function patchFilters(set: ImageSet, seed: number): Float32Array {
  const random = randomStream(seed);
  const filters = new Float32Array(FILTERS * EDGE * EDGE);
  for (let f = 0; f < FILTERS; f++) {
    const image = brightness(set, uniformInt(random, 0, set.count - 1));
    // From the middle, where the shape is.
    const [top, left] = [uniformInt(random, 4, 23), uniformInt(random, 4, 23)];
    const patch = Float32Array.from({ length: EDGE * EDGE }, (_, i) => {
      return image[(top + Math.floor(i / EDGE)) * set.width + left + (i % EDGE)] ?? 0;
    });
    const mean = patch.reduce((sum, value) => sum + value, 0) / patch.length;
    const length = Math.hypot(...patch.map((value) => value - mean));
    filters.set(
      patch.map((value) => (value - mean) / length),
      f * patch.length,
    );
  }
  return filters;
}

/** One convolution with fixed filters, rectified at 0 and at 0.3, averaged over 2 x 2 cells: `[count, 512]`. */
export function convolutionFeatures(set: ImageSet, filters: Float32Array): Float32Array {
  const width = FILTERS * 2 * POOL * POOL;
  const features = new Float32Array(set.count * width);
  const steps = Math.floor((set.width - EDGE) / STRIDE) + 1;
  const patch = new Float32Array(EDGE * EDGE);
  for (let index = 0; index < set.count; index++) {
    const image = brightness(set, index);
    for (let row = 0; row < steps; row++) {
      for (let column = 0; column < steps; column++) {
        for (let i = 0; i < patch.length; i++) {
          const y = row * STRIDE + Math.floor(i / EDGE);
          patch[i] = image[y * set.width + column * STRIDE + (i % EDGE)] ?? 0;
        }
        const cell = Math.floor((row * POOL) / steps) * POOL + Math.floor((column * POOL) / steps);
        const start = index * width + cell * FILTERS * 2;
        for (let f = 0; f < FILTERS; f++) {
          let response = 0;
          for (let i = 0; i < patch.length; i++) {
            response += (patch[i] ?? 0) * (filters[f * patch.length + i] ?? 0);
          }
          const at = start + 2 * f;
          features[at] = (features[at] ?? 0) + Math.max(0, response);
          features[at + 1] = (features[at + 1] ?? 0) + Math.max(0, response - 0.3);
        }
      }
    }
  }
  return features;
}

function brightness(set: ImageSet, index: number): Float32Array {
  const area = set.height * set.width;
  return Float32Array.from({ length: area }, (_, i) => {
    const byte = (index * area + i) * 3;
    return ((set.pixels[byte] ?? 0) + (set.pixels[byte + 1] ?? 0) + (set.pixels[byte + 2] ?? 0)) / 765;
  });
}

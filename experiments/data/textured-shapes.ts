// A data set without files: ten classes of textured shapes, painted from a seed.
import { uniformFloat32 } from 'pure-rand/distribution/uniformFloat32';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { UserError } from '../../records/user-error.ts';
import type { Dataset, ImageSet } from './dataset.ts';
import { randomStream } from './seeded-random.ts';
import { SHAPES, type Shape, signedDistance } from './signed-distance.ts';
import { TEXTURES, type Texture, textureBlend, valueNoise } from './textures.ts';

/** How many images are generated, how large, from which seed. */
export interface TexturedShapesOptions {
  readonly trainCount: number;
  readonly testCount: number;
  /** Height and width in pixels, at least 16; 32 when left out. */
  readonly size?: number;
  readonly seed: number;
}

interface TexturedShape {
  readonly shape: Shape;
  readonly texture: Texture;
}

const CLASSES: readonly TexturedShape[] = SHAPES.flatMap((shape) =>
  TEXTURES.map((texture) => ({ shape, texture })),
);

const CHANNELS = [0, 1, 2] as const;

type Colour = readonly [red: number, green: number, blue: number];

/**
 * Generates pictures of a textured shape (a striped or checked circle, square, triangle, cross or ring) before a
 * mottled background. Colours, place, turn, scale and noise are random and tell nothing of the class, so a linear
 * model of the pixels stays near chance, while a small convolutional network learns the classes in a few epochs.
 *
 * Image k has class k modulo 10 and depends on the seed, the size and k alone, not on the counts.
 *
 * @returns `[count, size, size, 3]` training and test images
 * @throws UserError when a count is not a positive whole number, or the size not a whole number of at least 16
 */
export function generateTexturedShapes(options: TexturedShapesOptions): Dataset {
  const { trainCount, testCount, size = 32, seed } = options;
  requireWholeNumber('trainCount', trainCount, 1);
  requireWholeNumber('testCount', testCount, 1);
  requireWholeNumber('size', size, 16);
  return {
    name: 'textured-shapes (generated)',
    origin: 'generated',
    medium: 'images',
    classes: CLASSES.map(({ shape, texture }) => `${texture} ${shape}`),
    train: generateImages(trainCount, size, seed, 0),
    test: generateImages(testCount, size, seed, 1),
  };
}

function requireWholeNumber(name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new UserError({
    got: `${name} ${value}`,
    expected: `a whole number of at least ${least}`,
    fix: `change ${name}`,
  });
}

function generateImages(count: number, size: number, seed: number, split: 0 | 1): ImageSet {
  const imageBytes = size * size * 3;
  // Clamped: writes round and stay within 0 to 255.
  const pixels = new Uint8ClampedArray(count * imageBytes);
  const labels = Int32Array.from({ length: count }, (_, index) => index % CLASSES.length);
  labels.forEach((label, index) => {
    const pictured = CLASSES[label];
    if (pictured === undefined) throw new Error(`no class ${label}`);
    const image = pixels.subarray(index * imageBytes, (index + 1) * imageBytes);
    paint(image, size, pictured, randomStream(seed, split, index));
  });
  return { pixels: new Uint8Array(pixels.buffer), labels, count, height: size, width: size, channels: 3 };
}

/** Paints one `[size, size, 3]` picture into `image`. */
function paint(
  image: Uint8ClampedArray,
  size: number,
  pictured: TexturedShape,
  random: RandomGenerator,
): void {
  const between = (low: number, high: number) => low + (high - low) * uniformFloat32(random);
  // Lengths are in pixels of a 32-pixel picture, stretched with the size; textures keep their pixel scale.
  const unit = size / 32;
  const radius = between(8, 10.5) * unit;
  const centreX = size / 2 + between(-4, 4) * unit;
  const centreY = size / 2 + between(-4, 4) * unit;
  const turn = between(-0.4, 0.4);
  const [turnCos, turnSin] = [Math.cos(turn), Math.sin(turn)];

  const cell = between(2, 3.2);
  const grain = between(0, 2 * Math.PI);
  const [grainCos, grainSin] = [Math.cos(grain), Math.sin(grain)];
  const [phaseU, phaseV] = [between(0, 2 * cell), between(0, 2 * cell)];

  // Light and dark straddle the background, so that a shape is on average no brighter than what surrounds it.
  const light = tint(random, between(0.72, 1));
  const dark = tint(random, between(0, 0.28));
  const back = tint(random, between(0.35, 0.65));
  const mottle = tint(random, between(0.35, 0.65));
  const mottling = valueNoise(size, between(2.5, 8), random);
  const mottleStrength = between(0.2, 0.6);
  const noise = between(0.01, 0.08) * 255;

  for (let y = 0, byte = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const dx = x - centreX;
      const dy = y - centreY;
      const distance = signedDistance(
        pictured.shape,
        dx * turnCos + dy * turnSin,
        dy * turnCos - dx * turnSin,
        radius,
      );
      const cover = Math.min(1, Math.max(0, 0.5 - distance));
      const u = dx * grainCos + dy * grainSin + phaseU;
      const v = dy * grainCos - dx * grainSin + phaseV;
      const blend = cover > 0 ? textureBlend(pictured.texture, u, v, cell) : 0;
      const mottled = (mottling[y * size + x] ?? 0) * mottleStrength;
      for (const channel of CHANNELS) {
        const behind = mixChannel(back, mottle, mottled, channel);
        const front = mixChannel(dark, light, blend, channel);
        image[byte++] = 255 * (behind + (front - behind) * cover) + noise * triangularNoise(random);
      }
    }
  }
}

/** A colour of random hue whose channels average `brightness` (0 to 1). */
function tint(random: RandomGenerator, brightness: number): Colour {
  const hue = 2 * Math.PI * uniformFloat32(random);
  const saturation = 0.3 * uniformFloat32(random);
  const channel = (offset: number) => brightness + saturation * Math.cos(hue - offset);
  return [channel(0), channel((2 * Math.PI) / 3), channel((4 * Math.PI) / 3)];
}

function mixChannel(from: Colour, to: Colour, share: number, channel: 0 | 1 | 2): number {
  return from[channel] + (to[channel] - from[channel]) * share;
}

/** Noise of standard deviation 1: the sum of two random bytes, near enough to a normal distribution. */
function triangularNoise(random: RandomGenerator): number {
  const bits = random.next();
  return ((bits & 0xff) + ((bits >>> 8) & 0xff) - 255) / 104.5;
}

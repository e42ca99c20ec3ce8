import type { ImageSet } from './dataset.ts';
import { hashKeys, randomStream, shuffle } from './seeded-random.ts';

/** Mean and standard deviation per channel (red, green, blue) of pixel / 255. */
export interface Normalization {
  readonly mean: readonly [number, number, number];
  readonly standardDeviation: readonly [number, number, number];
}

export interface Augmentation {
  readonly seed: number;
  readonly epoch: number;
  /** Whether to mirror half of the images, at random, left to right. */
  readonly flip: boolean;
  /** Images move by up to this many pixels, at random, along each axis; what that uncovers is 0. */
  readonly shiftPixels: number;
}

export interface BatchOptions {
  readonly normalization: Normalization;
  /** Random changes, for training; left out, images stay as they are. */
  readonly augment?: Augmentation;
}

/** Statistics over every pixel of a set. A channel that never varies gets a standard deviation of 1. */
export function normalization(set: ImageSet): Normalization {
  const [red, green, blue] = [0, 1, 2].map((channel) => channelStatistics(set.pixels, channel));
  if (red === undefined || green === undefined || blue === undefined) throw new Error('three channels');
  return {
    mean: [red.mean, green.mean, blue.mean],
    standardDeviation: [red.standardDeviation, green.standardDeviation, blue.standardDeviation],
  };
}

function channelStatistics(pixels: Uint8Array, channel: number) {
  // Sums of bytes and of their squares stay exact: they are whole numbers below 2^53.
  let sum = 0;
  let squares = 0;
  for (let i = channel; i < pixels.length; i += 3) {
    const byte = pixels[i] ?? 0;
    sum += byte;
    squares += byte * byte;
  }
  const count = pixels.length / 3;
  const variance = squares / count - (sum / count) ** 2;
  return { mean: sum / count / 255, standardDeviation: variance > 1e-9 ? Math.sqrt(variance) / 255 : 1 };
}

/** The indices 0 to `count - 1`, shuffled anew for each epoch. */
export function epochOrder(count: number, seed: number, epoch: number): Int32Array {
  return shuffle(
    Int32Array.from({ length: count }, (_, index) => index),
    randomStream(seed, epoch),
  );
}

/**
 * Writes the images at `indices` as normalized floats. How image i is changed in an epoch depends on the
 * augmentation's seed, the epoch and i alone, not on its place in the batch.
 *
 * @param out receives `[indices.length, height, width, 3]` floats, and may be longer
 * @param labelsOut receives `indices.length` class indices, and may be longer
 * @throws RangeError when an index lies outside the set or an output is too short
 */
export function fillBatch(
  set: ImageSet,
  indices: Int32Array,
  out: Float32Array,
  labelsOut: Int32Array,
  options: BatchOptions,
): void {
  const imageValues = set.height * set.width * set.channels;
  if (out.length < indices.length * imageValues || labelsOut.length < indices.length) {
    throw new RangeError(`outputs too short for a batch of ${indices.length} images`);
  }
  const levels = normalizedLevels(options.normalization);
  indices.forEach((index, place) => {
    const label = set.labels[index];
    if (label === undefined) throw new RangeError(`image ${index} of ${set.count}`);
    labelsOut[place] = label;
    writeImage(set, index, out, place * imageValues, levels, placementOf(index, options.augment));
  });
}

/** The normalized value of byte b in channel c, at `256 c + b`. */
function normalizedLevels({ mean, standardDeviation }: Normalization): Float32Array {
  const levels = new Float32Array(3 * 256);
  for (const channel of [0, 1, 2] as const) {
    for (let byte = 0; byte < 256; byte++) {
      levels[256 * channel + byte] = (byte / 255 - mean[channel]) / standardDeviation[channel];
    }
  }
  return levels;
}

interface Placement {
  readonly mirrored: boolean;
  readonly right: number;
  readonly down: number;
}

const UNMOVED: Placement = { mirrored: false, right: 0, down: 0 };

function placementOf(index: number, augment: Augmentation | undefined): Placement {
  if (augment === undefined) return UNMOVED;
  const { seed, epoch, flip, shiftPixels } = augment;
  const bits = hashKeys(seed, epoch, index);
  const shifts = 2 * shiftPixels + 1;
  return {
    mirrored: flip && (bits & 1) === 1,
    right: (((bits >>> 1) % 0x8000) % shifts) - shiftPixels,
    down: ((bits >>> 16) % shifts) - shiftPixels,
  };
}

/** Writes one image to `out` from `start` on: mirrored, then moved right and down. */
function writeImage(
  set: ImageSet,
  index: number,
  out: Float32Array,
  start: number,
  levels: Float32Array,
  { mirrored, right, down }: Placement,
): void {
  const { pixels, height, width } = set;
  const step = mirrored ? -3 : 3;
  const firstColumn = Math.max(0, right);
  const endColumn = Math.min(width, width + right);
  if (right !== 0 || down !== 0) out.fill(0, start, start + height * width * 3);
  for (let row = Math.max(0, down); row < Math.min(height, height + down); row++) {
    const sourceRow = (index * height + row - down) * width;
    const sourceColumn = mirrored ? width - 1 - (firstColumn - right) : firstColumn - right;
    let source = (sourceRow + sourceColumn) * 3;
    let target = start + (row * width + firstColumn) * 3;
    for (let column = firstColumn; column < endColumn; column++) {
      out[target] = levels[pixels[source] ?? 0] ?? 0;
      out[target + 1] = levels[256 + (pixels[source + 1] ?? 0)] ?? 0;
      out[target + 2] = levels[512 + (pixels[source + 2] ?? 0)] ?? 0;
      source += step;
      target += 3;
    }
  }
}

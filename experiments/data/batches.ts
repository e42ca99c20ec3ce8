// Batches: the order of an epoch, and its images as normalized, randomly changed floats.
import type { Augmentation } from './augmentation.ts';
import type { ImageSet } from './dataset.ts';
import { type Normalization, normalizedLevels } from './normalization.ts';
import { hashKeys, randomStream, shuffle } from './seeded-random.ts';

/** How images become batches. */
export interface BatchOptions {
  readonly normalization: Normalization;
  /** Random changes, for training; left out, images stay as they are. */
  readonly augment?: Augmentation;
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
 * @param out receives `[indices.length, height, width, channels]` floats, and may be longer
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
    const image = out.subarray(place * imageValues, (place + 1) * imageValues);
    const placement = placementOf(index, options.augment);
    if (placement.right !== 0 || placement.down !== 0) {
      if (options.augment?.uncovered === 'zero-byte') fillZeroByte(image, levels, set.channels);
      else image.fill(0);
    }
    writeImage(set, index, image, levels, placement);
  });
}

interface Placement {
  readonly mirrored: boolean;
  readonly right: number;
  readonly down: number;
}

const UNMOVED: Placement = { mirrored: false, right: 0, down: 0 };

function placementOf(index: number, augment: Augmentation | undefined): Placement {
  if (augment === undefined) return UNMOVED;
  const { seed, epoch, flip, shiftRows, shiftColumns } = augment;
  const bits = hashKeys(seed, epoch, index);
  return {
    mirrored: flip && (bits & 1) === 1,
    right: (((bits >>> 1) % 0x8000) % (2 * shiftColumns + 1)) - shiftColumns,
    down: ((bits >>> 16) % (2 * shiftRows + 1)) - shiftRows,
  };
}

function fillZeroByte(image: Float32Array, levels: Float32Array, channels: number): void {
  for (let i = 0; i < image.length; i++) image[i] = levels[256 * (i % channels)] ?? 0;
}

/** Writes one image to `out`: mirrored, then moved right and down. */
function writeImage(
  set: ImageSet,
  index: number,
  out: Float32Array,
  levels: Float32Array,
  { mirrored, right, down }: Placement,
): void {
  const { pixels, height, width, channels } = set;
  const step = mirrored ? -channels : channels;
  const firstColumn = Math.max(0, right);
  const endColumn = Math.min(width, width + right);
  for (let row = Math.max(0, down); row < Math.min(height, height + down); row++) {
    const sourceRow = (index * height + row - down) * width;
    const sourceColumn = mirrored ? width - 1 - (firstColumn - right) : firstColumn - right;
    let source = (sourceRow + sourceColumn) * channels;
    let target = (row * width + firstColumn) * channels;
    for (let column = firstColumn; column < endColumn; column++) {
      for (let channel = 0; channel < channels; channel++) {
        out[target + channel] = levels[256 * channel + (pixels[source + channel] ?? 0)] ?? 0;
      }
      source += step;
      target += channels;
    }
  }
}

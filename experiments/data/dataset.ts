// A labelled data set in memory, and class-balanced parts of it.
import { groupBy } from '../../records/group-by.ts';
import { UserError } from '../../records/user-error.ts';
import { randomStream, shuffle } from './seeded-random.ts';

/** What a data set's images show: pictures as they are, or the spectrograms of recordings. */
export type Medium = 'images' | 'recordings';

/**
 * Images as bytes, NHWC, row-major: RGB, or of one channel. A spectrogram's rows are frames, later ones further down,
 * and its columns mel bands, higher ones further right.
 */
export interface ImageSet {
  /** `count * height * width * channels` bytes. */
  readonly pixels: Uint8Array;
  /** `count` class indices. */
  readonly labels: Int32Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
}

/** A labelled training set and test set over the same classes, with images of one size. */
export interface Dataset {
  readonly name: string;
  readonly origin: 'class-folders' | 'idx' | 'cifar-binary' | 'generated';
  readonly medium: Medium;
  /** Class names; an image's label is an index into them. */
  readonly classes: readonly string[];
  readonly train: ImageSet;
  readonly test: ImageSet;
}

/**
 * A class-balanced sample of `count` images, in the order they have in `set`. Classes differ by at most one image,
 * except where a class runs out and the others fill its place. With the same seed a smaller subset lies inside a
 * larger one.
 *
 * @throws UserError when `count` is not a whole number from 1 to `set.count`
 */
export function subset(set: ImageSet, count: number, seed: number): ImageSet {
  if (!Number.isInteger(count) || count < 1 || count > set.count) {
    throw new UserError({
      got: `a subset of ${count} images`,
      expected: `a whole number from 1 to ${set.count}`,
      fix: 'ask for fewer images',
    });
  }
  const byClass = [...groupBy(set.labels.keys(), (index) => set.labels[index] ?? 0)];
  const queues = byClass
    .sort(([a], [b]) => a - b)
    .map(([label, indices]) => shuffle(Int32Array.from(indices), randomStream(seed, label)));
  const chosen = new Int32Array(count);
  let filled = 0;
  for (let round = 0; filled < count; round++) {
    for (const queue of queues) {
      const index = queue[round];
      if (index !== undefined && filled < count) chosen[filled++] = index;
    }
  }
  return gather(set, chosen.sort());
}

function gather(set: ImageSet, indices: Int32Array): ImageSet {
  const imageBytes = set.height * set.width * set.channels;
  const pixels = new Uint8Array(indices.length * imageBytes);
  indices.forEach((source, target) => {
    pixels.set(set.pixels.subarray(source * imageBytes, (source + 1) * imageBytes), target * imageBytes);
  });
  const labels = indices.map((source) => set.labels[source] ?? 0);
  return { ...set, pixels, labels, count: indices.length };
}

// Random changes of training images that leave their class as it is, by medium.
import type { ImageSet, Medium } from './dataset.ts';

/** Random changes to an image that leave its class as it is. */
export interface RandomChanges {
  /** Whether to mirror half of the images, at random, left to right. */
  readonly flip: boolean;
  /** Images move by up to this many rows, at random, up or down. */
  readonly shiftRows: number;
  /** Likewise columns, left or right. */
  readonly shiftColumns: number;
  /** What a move uncovers: the mean of the set, or byte 0 (of spectrograms: silence). */
  readonly uncovered: 'mean' | 'zero-byte';
}

/** Which random changes: those of an image depend on seed, epoch and its index alone. */
export interface Augmentation extends RandomChanges {
  readonly seed: number;
  readonly epoch: number;
}

/** Pictures move by up to this share of their size. */
const IMAGE_SHIFT = 1 / 8;

/** 50 ms. */
const SHIFT_FRAMES = 5;

/** Pictures may be mirrored and moved; a spectrogram only in time, for a word is neither backwards nor at another pitch. */
export function randomChanges(medium: Medium, { height, width }: ImageSet): RandomChanges {
  switch (medium) {
    case 'images':
      return {
        flip: true,
        shiftRows: Math.round(IMAGE_SHIFT * height),
        shiftColumns: Math.round(IMAGE_SHIFT * width),
        uncovered: 'mean',
      };
    case 'recordings':
      return { flip: false, shiftRows: SHIFT_FRAMES, shiftColumns: 0, uncovered: 'zero-byte' };
    default:
      throw medium satisfies never;
  }
}

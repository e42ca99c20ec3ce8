// What the small networks read: CIFAR-sized images or patches of spoken digits, and how many classes they tell apart.
import { SPOKEN_DIGITS_FRAMES, SPOKEN_DIGITS_MEL_BANDS } from './spoken-digits-input.ts';

/** What a small relative of a network reads, small enough to train on a laptop's CPU. */
export interface SmallInput {
  /** What the names of the networks that read it end in. */
  readonly suffix: string;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Of the first convolution. */
  readonly firstStrides: 1 | 2;
  readonly classes: number;
}

/** Images of CIFAR size. At 32×32 the first convolution keeps every pixel. */
export const IMAGES_32: SmallInput = {
  suffix: '32',
  height: 32,
  width: 32,
  channels: 3,
  firstStrides: 1,
  classes: 10,
};

/** Log-mel patches of the spoken digits 0 to 9: frames down, mel bands across. */
export const SPOKEN_DIGITS: SmallInput = {
  suffix: 'digits',
  height: SPOKEN_DIGITS_FRAMES,
  width: SPOKEN_DIGITS_MEL_BANDS,
  channels: 1,
  firstStrides: 2,
  classes: 10,
};

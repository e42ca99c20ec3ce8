// What layers of all kinds have, and sizes and paddings in pixels.
import type { ElementTypes } from './element-types.ts';

/** [height, width] in pixels. */
export type Size2d = readonly [number, number];

/**
 * Zeros put around the input. 'same' is TensorFlow's SAME (output = ceil(input / stride), the odd zero at the
 * bottom and right), 'valid' pads nothing; numbers are pixels.
 */
export type Padding =
  | 'same'
  | 'valid'
  | { readonly top: number; readonly bottom: number; readonly left: number; readonly right: number };

export interface LayerBase {
  readonly name: string;
  /** Names of the layers whose outputs this one reads. */
  readonly inputs: readonly string[];
  /** What its values are stored as; float32 by default. */
  readonly types?: ElementTypes;
}

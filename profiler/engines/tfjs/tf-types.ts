// The tfjs module as its engines pass it, and pads as it takes them.
import type * as tfTypes from '@tensorflow/tfjs';
import type { PadAmounts } from '../../../network/shapes.ts';

export type Tf = typeof tfTypes;

export type ExplicitPadding = [[number, number], [number, number], [number, number], [number, number]];

/** Of batch, height, width and channels. */
export function explicitPadding({ top, bottom, left, right }: PadAmounts): ExplicitPadding {
  return [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
}

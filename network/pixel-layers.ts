// The layer kinds that only add, leave out, repeat or rearrange pixels.
import type { LayerBase, Padding, Size2d } from './layer-base.ts';

/** Zeros around the map. */
export interface Pad extends LayerBase {
  readonly kind: 'pad';
  readonly padding: Exclude<Padding, string>;
}

/**
 * Pixels around the map that are mirrored at its border, repeat it, or are a number; negative amounts of padding cut
 * pixels off.
 */
export interface BorderPad extends LayerBase {
  readonly kind: 'border-pad';
  readonly padding: Exclude<Padding, string>;
  readonly mode: 'reflect' | 'edge' | 'constant';
  /** With mode constant. */
  readonly value: number;
}

/** Every stride-th pixel from one on: pixel (y, x) is that at (top + y · strides[0], left + x · strides[1]). */
export interface Crop extends LayerBase {
  readonly kind: 'crop';
  readonly top: number;
  readonly left: number;
  /** Of the output. */
  readonly size: Size2d;
  readonly strides: Size2d;
}

export interface Upsample extends LayerBase {
  readonly kind: 'upsample';
  readonly factor: Size2d;
  readonly interpolation: 'nearest' | 'bilinear';
}

/** How ONNX's Resize chooses among the input's pixels, by its attributes (onnx.ai/onnx/operators/onnx__Resize.html). */
export interface Sampling {
  readonly mode: 'nearest' | 'linear' | 'cubic';
  readonly coordinates:
    | 'half_pixel'
    | 'pytorch_half_pixel'
    | 'half_pixel_symmetric'
    | 'align_corners'
    | 'asymmetric';
  readonly rounding: 'round_prefer_floor' | 'round_prefer_ceil' | 'floor' | 'ceil';
  readonly cubicCoefficient: number;
  readonly excludesOutside: boolean;
  readonly antialias: boolean;
}

/** The map at another size, larger or smaller, sampled in whatever way ONNX knows. */
export interface Resize extends LayerBase {
  readonly kind: 'resize';
  readonly size: Size2d;
  /** By which coordinates are scaled, and the size is what that makes, rounded down; output over input by default. */
  readonly scale?: Size2d;
  /** Where height and width are scaled alike: the size that it was to fit into, or to cover. */
  readonly fit?: { readonly policy: 'not_larger' | 'not_smaller'; readonly target: Size2d };
  readonly sampling: Sampling;
}

/** Sub-pixel shuffle: block² · C channels become C channels of block times the height and width. */
export interface DepthToSpace extends LayerBase {
  readonly kind: 'depth-to-space';
  readonly block: number;
}

/** Blocks of pixels as channels: channel (y · block + x) · C + c is pixel (y, x) of each block of channel c. */
export interface SpaceToDepth extends LayerBase {
  readonly kind: 'space-to-depth';
  readonly block: number;
}

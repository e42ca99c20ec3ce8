// The layer kinds that normalize.
import type { LayerBase } from './layer-base.ts';

export interface BatchNorm extends LayerBase {
  readonly kind: 'batch-norm';
  readonly epsilon: number;
  /** Whether it has γ. TF-slim's Inception V2 trains without unless asked; MorphNet needs it. */
  readonly scale: boolean;
}

/**
 * Mean 0 and variance 1 within each group of channels of an image, then γ and β per channel: group normalization
 * (arXiv 1803.08494), and instance normalization with as many groups as channels.
 */
export interface GroupNorm extends LayerBase {
  readonly kind: 'group-norm';
  readonly groups: number;
  readonly epsilon: number;
}

/** Mean 0 and variance 1 over the channels of each pixel, then γ and β per channel (arXiv 1607.06450). */
export interface LayerNorm extends LayerBase {
  readonly kind: 'layer-norm';
  readonly epsilon: number;
}

/** x / (bias + alpha / size · Σx²)^beta, summed over size neighbouring channels (AlexNet's response normalization). */
export interface LocalResponseNorm extends LayerBase {
  readonly kind: 'local-response-norm';
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly bias: number;
}

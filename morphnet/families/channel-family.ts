// The contract of what decides over channels: which variables, what they say of a channel, their derivative.
import type { Network } from '../../network/network.ts';

/** A variable of a network whose values decide over channels. */
export interface SourceVariable {
  /** The layer whose output channels it decides over. */
  readonly layer: string;
  /** Our name of the weight, `layer/part`. */
  readonly weight: string;
  /** Symbol of its values in errors. */
  readonly symbol: string;
  /** Output channels. */
  readonly channels: number;
}

/**
 * A family of op regularizers (MorphNet's γ, group lasso, FiGS's gates): which variables decide over channels, and how
 * a channel's regularization follows from them.
 */
export interface ChannelFamily {
  /** @throws UserError if the network has none */
  sources(network: Network): SourceVariable[];
  /**
   * Regularization of each channel, never negative, and whether it is alive.
   * @param values of the source's variable, row-major
   */
  evaluate(values: Float32Array, source: SourceVariable): { regularization: Float64Array; alive: Uint8Array };
  /**
   * The derivative with respect to the variable's values of Σ upstream · regularization.
   * @param regularization what `evaluate` gave
   * @param upstream per channel
   */
  gradient(
    values: Float32Array,
    source: SourceVariable,
    regularization: ArrayLike<number>,
    upstream: ArrayLike<number>,
  ): Float32Array;
  /** How the family takes proximal steps; those without one train with the term alone. */
  readonly proximal?: ChannelProximal;
  /** Gates are independent: their probabilities join as such, whatever the option says. */
  readonly isProbabilistic: boolean;
}

/** Steps that make exact zeros; a channel's regularization is the norm of its values over a scale. */
export interface ChannelProximal {
  /** Euclidean norm of a channel's values. */
  norm(values: Float32Array, source: SourceVariable, channel: number): number;
  scale(values: Float32Array, source: SourceVariable): number;
  /** Share of the step that soft-thresholds every value by itself before the norms shrink, 0 … 1. */
  readonly l1Fraction: number;
  /** Scales a channel's values by a factor, in place. */
  rescale(values: Float32Array, source: SourceVariable, channel: number, factor: number): void;
  /** Soft-thresholds a channel's values by `amount`, in place. */
  softThreshold(values: Float32Array, source: SourceVariable, channel: number, amount: number): void;
}

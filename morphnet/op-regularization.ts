// Values that decide over channels, joined over those that share one, and the way back for gradients.
import type { ChannelSlots } from './channel-slots.ts';

/** Values that decide over channels: value c belongs to slot `slots[c]` of the flat channel vector. */
export interface ChannelSource {
  readonly slots: Int32Array;
  /** How much training is to let go of each channel; |γ|, a filter's norm, a gate's probability. */
  readonly regularization: ArrayLike<number>;
  /** 1 or 0. */
  readonly alive: ArrayLike<number>;
}

/**
 * How sources that share a channel are joined: the largest of them (L∞, the paper's), the root of their squares' sum
 * (L2), or as independent probabilities, 1 − Π(1 − p). A channel lives if it is alive in any.
 */
export type Grouping = 'max' | 'l2' | 'probabilistic';

/** Regularization and alive flags per slot. */
export interface ChannelRegularization {
  readonly regularization: Float64Array;
  /** Channels without a source are alive. */
  readonly alive: Uint8Array;
  /** Per group: whether it has a source. */
  readonly regularized: Uint8Array;
}

function joined(before: number, value: number, grouping: Grouping): number {
  if (grouping === 'max') return Math.max(before, value);
  return grouping === 'l2' ? Math.hypot(before, value) : 1 - (1 - before) * (1 - value);
}

/** Joins sources over channel groups; those of groups that are not free are passed over. */
export function regularizeChannels(
  slots: ChannelSlots,
  sources: readonly ChannelSource[],
  grouping: Grouping = 'max',
): ChannelRegularization {
  const regularization = new Float64Array(slots.count);
  const alive = new Uint8Array(slots.count);
  const regularized = new Uint8Array(slots.free.length);
  for (const source of sources) {
    for (let c = 0; c < source.slots.length; c++) {
      const slot = source.slots[c] as number;
      const group = slots.group[slot] as number;
      if (slots.free[group] === 0) continue;
      regularized[group] = 1;
      const value = source.regularization[c] as number;
      regularization[slot] = joined(regularization[slot] as number, value, grouping);
      if (source.alive[c] === 1) alive[slot] = 1;
    }
  }
  for (let slot = 0; slot < alive.length; slot++) {
    if (regularized[slots.group[slot] as number] === 0) alive[slot] = 1;
  }
  return { regularization, alive, regularized };
}

/**
 * Derivatives of Σ weight · regularization over slots, with respect to every source's values. Of equal largest ones
 * each takes its share.
 * @param slotWeights per slot
 * @returns per source and channel
 */
export function sourceGradients(
  { regularization }: ChannelRegularization,
  sources: readonly ChannelSource[],
  grouping: Grouping,
  slotWeights: Float64Array,
): Float64Array[] {
  const ties = new Int32Array(regularization.length);
  if (grouping === 'max') {
    for (const { slots, regularization: values } of sources) {
      for (let c = 0; c < slots.length; c++) {
        const slot = slots[c] as number;
        if (values[c] === regularization[slot]) ties[slot] = (ties[slot] as number) + 1;
      }
    }
  }
  return sources.map(({ slots, regularization: values }) =>
    Float64Array.from(slots, (slot, c) => {
      const weight = slotWeights[slot] as number;
      const whole = regularization[slot] as number;
      const value = values[c] as number;
      if (weight === 0) return 0;
      if (grouping === 'max') return value === whole ? weight / (ties[slot] as number) : 0;
      if (grouping === 'l2') return whole === 0 ? 0 : (weight * value) / whole;
      return value === 1 ? 0 : (weight * (1 - whole)) / (1 - value);
    }),
  );
}

/** Alive flags and regularization of a layer's output channels, in order. */
export function layerVectors(
  slots: ChannelSlots,
  { regularization, alive }: ChannelRegularization,
  layer: string,
): { alive: number[]; regularization: number[] } {
  const channels = Array.from(slots.of(layer));
  return {
    alive: channels.map((slot) => alive[slot] as number),
    regularization: channels.map((slot) => regularization[slot] as number),
  };
}

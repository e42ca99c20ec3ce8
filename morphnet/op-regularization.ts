import type { ChannelPlan } from '../network/channel-plan.ts';

/** Values that decide over channels: value c of a source belongs to channel c of its layer's output. */
export interface ChannelSource {
  readonly layer: string;
  /** How much training is to let go of each channel; |γ|, a filter's norm, a gate's probability. */
  readonly regularization: ArrayLike<number>;
  readonly alive: ArrayLike<number>;
}

/** How sources that share a channel are joined: the largest and any, or as independent probabilities. */
export type Grouping = 'max' | 'probabilistic';

/** Regularization and alive flags of every prunable channel, as one flat vector over the groups of a plan. */
export interface ChannelRegularization {
  /** First slot of each group. */
  readonly first: Int32Array;
  readonly regularization: Float64Array;
  /** Channels without a source are alive. */
  readonly alive: Uint8Array;
  /** Per group: whether it has a source. */
  readonly regularized: Uint8Array;
}

/** Joins sources over channel groups: a channel's regularization is the largest of its sources', it lives if any does. */
export function regularizeChannels(
  plan: ChannelPlan,
  sources: readonly ChannelSource[],
  grouping: Grouping = 'max',
): ChannelRegularization {
  const first = new Int32Array(plan.groups.length);
  let slots = 0;
  plan.groups.forEach(({ size }, group) => {
    first[group] = slots;
    slots += size;
  });
  const regularization = new Float64Array(slots);
  const alive = new Uint8Array(slots);
  const regularized = new Uint8Array(plan.groups.length);
  for (const source of sources) {
    const index = plan.layerIndex.get(source.layer);
    if (index === undefined) throw new Error(`no layer ${source.layer} in ${plan.network.name}`);
    const groups = plan.channelGroup[index] as Int32Array;
    const positions = plan.channelPosition[index] as Int32Array;
    groups.forEach((group, c) => {
      if (plan.groups[group]?.fixed === true) return;
      regularized[group] = 1;
      const slot = (first[group] as number) + (positions[c] as number);
      const value = source.regularization[c] as number;
      const before = regularization[slot] as number;
      regularization[slot] = grouping === 'max' ? Math.max(before, value) : 1 - (1 - before) * (1 - value);
      if (source.alive[c] === 1) alive[slot] = 1;
    });
  }
  plan.groups.forEach(({ size }, group) => {
    const from = first[group] as number;
    if (regularized[group] === 0) alive.fill(1, from, from + size);
  });
  return { first, regularization, alive, regularized };
}

/** Alive channels and Σ regularization of each group. */
export function groupTotals(
  plan: ChannelPlan,
  { first, regularization, alive }: ChannelRegularization,
): { widths: Int32Array; sums: Float64Array } {
  const widths = new Int32Array(plan.groups.length);
  const sums = new Float64Array(plan.groups.length);
  plan.groups.forEach(({ size }, group) => {
    const from = first[group] as number;
    for (let slot = from; slot < from + size; slot++) {
      widths[group] = (widths[group] as number) + (alive[slot] as number);
      sums[group] = (sums[group] as number) + (regularization[slot] as number);
    }
  });
  return { widths, sums };
}

/** Alive flags and regularization of a layer's output channels, in order. */
export function layerVectors(
  plan: ChannelPlan,
  { first, regularization, alive }: ChannelRegularization,
  layer: string,
): { alive: number[]; regularization: number[] } {
  const index = plan.layerIndex.get(layer) as number;
  const groups = Array.from(plan.channelGroup[index] as Int32Array);
  const positions = plan.channelPosition[index] as Int32Array;
  const slots = groups.map((group, c) => (first[group] as number) + (positions[c] as number));
  return {
    alive: slots.map((slot) => alive[slot] as number),
    regularization: slots.map((slot) => regularization[slot] as number),
  };
}

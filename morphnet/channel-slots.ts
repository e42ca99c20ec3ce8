// The channels of all groups of a network as one flat vector, and which of them a runnable network keeps.
import type { ChannelPlan } from '../network/channel-plan.ts';
import { cutLayer, settleWidths } from '../network/widths.ts';
import { UserError } from '../records/user-error.ts';

/**
 * All channels of a network's groups as one flat vector: group g owns slots first[g] … first[g] + size − 1. Tied
 * channels share a slot.
 */
export class ChannelSlots {
  readonly plan: ChannelPlan;
  readonly count: number;
  /** First slot of each group. */
  readonly first: Int32Array;
  /** Per slot: its group. */
  readonly group: Int32Array;
  /** Per group: 1 where the width may change. */
  readonly free: Uint8Array;

  /**
   * @param exclude layers whose channels all stay, and whatever is tied to them
   * @throws UserError for a name that no layer has
   */
  constructor(plan: ChannelPlan, exclude: readonly string[] = []) {
    this.plan = plan;
    this.first = new Int32Array(plan.groups.length);
    let slots = 0;
    plan.groups.forEach(({ size }, group) => {
      this.first[group] = slots;
      slots += size;
    });
    this.count = slots;
    this.group = new Int32Array(slots);
    plan.groups.forEach(({ size }, group) => {
      const first = this.first[group] as number;
      this.group.fill(group, first, first + size);
    });
    this.free = Uint8Array.from(plan.groups, ({ fixed }) => (fixed ? 0 : 1));
    for (const name of exclude) {
      const index = plan.layerIndex.get(name);
      if (index === undefined) {
        throw new UserError({
          got: `'${name}' among the layers to exclude`,
          expected: `a layer of ${plan.network.name}`,
          fix: 'correct the name',
        });
      }
      for (const group of plan.outputChannels[index]?.groups ?? []) this.free[group] = 0;
    }
  }

  /** Slots of a layer's output channels, in order. */
  of(layer: string): Int32Array {
    const index = this.plan.layerIndex.get(layer);
    if (index === undefined) throw new Error(`no layer ${layer} in ${this.plan.network.name}`);
    const positions = this.plan.channelPosition[index] as Int32Array;
    return (this.plan.channelGroup[index] as Int32Array).map(
      (group, c) => (this.first[group] as number) + (positions[c] as number),
    );
  }

  /** Sums of a vector over the slots of each group. */
  sums(values: ArrayLike<number>): Float64Array {
    const sums = new Float64Array(this.plan.groups.length);
    for (let slot = 0; slot < this.count; slot++) {
      const group = this.group[slot] as number;
      sums[group] = (sums[group] as number) + (values[slot] as number);
    }
    return sums;
  }

  /**
   * Alive slots as a runnable network has them: slots of groups that nothing feeds are dead, and as long as an output,
   * or a layer whose channels others keep alive in a concat, is cut off from the input, the strongest slot of the
   * groups that are gone before it comes back.
   */
  surviving(strengths: Float64Array, alive: Uint8Array): Uint8Array {
    const { plan } = this;
    const outputs = plan.network.outputs.map((name) => plan.layerIndex.get(name) as number);
    const result = alive.slice();
    for (;;) {
      const widths = this.widths(result);
      if (!widths.includes(0)) return result;
      const settled = settleWidths(plan, widths);
      const cutOff = outputs.find((output) => settled.alive[output] === 0) ?? cutLayer(plan, settled)?.layer;
      if (cutOff === undefined) {
        for (let slot = 0; slot < this.count; slot++) {
          if (settled.widths[this.group[slot] as number] === 0) result[slot] = 0;
        }
        return result;
      }
      this.revive(cutOff, widths, strengths, result);
    }
  }

  /** Brings back the strongest slot of the groups of no width that lead to a layer. */
  private revive(layer: number, widths: Int32Array, strengths: Float64Array, alive: Uint8Array): void {
    const gone = new Set<number>();
    const leading = new Set([layer]);
    for (const index of leading) {
      for (const group of this.plan.outputChannels[index]?.groups ?? []) {
        if (widths[group] === 0) gone.add(group);
      }
      for (const input of this.plan.inputs[index] as Int32Array) leading.add(input);
    }
    let best = -1;
    for (let slot = 0; slot < this.count; slot++) {
      if (!gone.has(this.group[slot] as number)) continue;
      if (best < 0 || (strengths[slot] as number) > (strengths[best] as number)) best = slot;
    }
    if (best < 0) {
      throw new Error(
        `${this.plan.network.layers[layer]?.name} of ${this.plan.network.name} has no path from the input`,
      );
    }
    alive[best] = 1;
  }

  /** Alive channels of each group. */
  widths(alive: ArrayLike<number>): Int32Array {
    return Int32Array.from(this.sums(alive));
  }
}

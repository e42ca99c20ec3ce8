import type { ChannelPlan } from '../network/channel-plan.ts';
import { UserError } from '../network/user-error.ts';
import { settleWidths } from '../network/widths.ts';

/** A batch norm whose γ decides over channels: γ[c] belongs to slot `slots[c]`. */
export interface GammaSource {
  /** Name of the batch norm layer. */
  readonly name: string;
  readonly slots: Int32Array;
}

/**
 * All prunable channels of a network as one flat vector: group g owns slots first[g] … first[g] + size − 1. Tied
 * channels share a slot, whose strength is the largest |γ| among them (L∞ over the group's members).
 */
export class ChannelStrengths {
  readonly plan: ChannelPlan;
  readonly sources: readonly GammaSource[];
  readonly slotCount: number;
  /** First slot of each group. */
  readonly first: Int32Array;
  /** Per group: whether any γ decides over it; the others stay full. */
  readonly regularized: Uint8Array;

  /** @throws UserError if no batch norm has a γ, or only some have one */
  constructor(plan: ChannelPlan) {
    this.plan = plan;
    this.first = new Int32Array(plan.groups.length);
    let slots = 0;
    plan.groups.forEach(({ size }, group) => {
      this.first[group] = slots;
      slots += size;
    });
    this.slotCount = slots;
    this.regularized = new Uint8Array(plan.groups.length);
    const sources: GammaSource[] = [];
    const unscaled: string[] = [];
    plan.network.layers.forEach((layer, index) => {
      if (layer.kind !== 'batch-norm') return;
      if (!layer.scale) {
        unscaled.push(layer.name);
        return;
      }
      const groups = plan.channelGroup[index] as Int32Array;
      const positions = plan.channelPosition[index] as Int32Array;
      sources.push({
        name: layer.name,
        slots: groups.map((group, c) => (this.first[group] as number) + (positions[c] as number)),
      });
      for (const group of groups) if (plan.groups[group]?.fixed === false) this.regularized[group] = 1;
    });
    if (unscaled.length > 0) {
      throw new UserError({
        got: `batch norm without scale: ${unscaled.join(', ')}`,
        expected: 'a γ in every batch norm',
        fix: 'build them with scale: true',
      });
    }
    if (sources.length === 0) {
      throw new UserError({
        got: `network ${plan.network.name} without batch norm`,
        expected: 'γ to regularize',
        fix: 'use GroupLasso or LogisticSigmoid instead of Gamma',
      });
    }
    this.sources = sources;
  }

  /**
   * Strength of every slot.
   * @param gammas per source
   * @throws UserError naming the layer whose γ is not a number
   */
  strengths(gammas: readonly ArrayLike<number>[]): Float64Array {
    const strengths = new Float64Array(this.slotCount);
    this.sources.forEach(({ name, slots }, index) => {
      const gamma = gammas[index] as ArrayLike<number>;
      for (let c = 0; c < slots.length; c++) {
        const size = Math.abs(gamma[c] as number);
        if (Number.isNaN(size)) {
          throw new UserError({
            got: `γ of ${name}[${c}] that is not a number`,
            expected: 'finite γ',
            fix: 'lower the learning rate or the strength',
          });
        }
        const slot = slots[c] as number;
        if (size > (strengths[slot] as number)) strengths[slot] = size;
      }
    });
    return strengths;
  }

  /** Per slot 1 where the strength is above the threshold; channels without γ are alive. */
  alive(strengths: Float64Array, threshold: number): Uint8Array {
    const alive = new Uint8Array(this.slotCount);
    this.plan.groups.forEach(({ size }, group) => {
      const first = this.first[group] as number;
      const always = this.regularized[group] === 0;
      for (let slot = first; slot < first + size; slot++) {
        if (always || (strengths[slot] as number) > threshold) alive[slot] = 1;
      }
    });
    return alive;
  }

  /**
   * Alive slots as a runnable network has them: slots of groups that nothing feeds are dead, and as long as an output
   * is cut off, the strongest slot of the groups that are gone comes back.
   */
  surviving(strengths: Float64Array, alive: Uint8Array): Uint8Array {
    const { plan } = this;
    const outputs = plan.network.outputs.map((name) => plan.layerIndex.get(name) as number);
    const result = alive.slice();
    for (;;) {
      const settled = settleWidths(plan, this.widths(result));
      if (outputs.every((output) => settled.alive[output] === 1)) {
        settled.widths.forEach((width, group) => {
          const first = this.first[group] as number;
          if (width === 0) result.fill(0, first, first + (plan.groups[group]?.size ?? 0));
        });
        return result;
      }
      let best = -1;
      this.widths(result).forEach((width, group) => {
        const first = this.first[group] as number;
        for (let slot = first; width === 0 && slot < first + (plan.groups[group]?.size ?? 0); slot++) {
          if (best < 0 || (strengths[slot] as number) > (strengths[best] as number)) best = slot;
        }
      });
      if (best < 0) throw new Error(`an output of ${plan.network.name} is not connected to its input`);
      result[best] = 1;
    }
  }

  /** Alive channels of each group. */
  widths(alive: Uint8Array): Int32Array {
    return Int32Array.from(this.plan.groups, ({ size }, group) => {
      const first = this.first[group] as number;
      let width = 0;
      for (let slot = first; slot < first + size; slot++) width += alive[slot] as number;
      return width;
    });
  }
}

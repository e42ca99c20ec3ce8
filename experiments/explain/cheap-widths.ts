// Widths near the present ones at which a network is predicted to be faster, and which of them take least.
import type { LatencyPredictor } from '../../calibration/predict.ts';
import type { ChannelPlan } from '../../network/channel-plan.ts';
import type { WidthChange } from '../../records/explanation.ts';

/** Cheap counts are multiples of these: quads for vectors and reorders, blocks of 8 and 16. */
const STEPS = [4, 8, 16] as const;
/** Channels that a change may take. */
const MOST_TAKEN = 1 / 8;
/** What growing counts as, where channels taken are a share. */
const LEAST_TAKEN = 0.01;
/** Rounding of predictions. */
const LEAST_GAIN = 1e-9;

/** Multiples of the steps right below and above a width; below, not further than may be taken. */
export function nearCounts(width: number): number[] {
  const counts = STEPS.flatMap((step) => [
    Math.floor((width - 1) / step) * step,
    Math.floor(width / step + 1) * step,
  ]);
  return [...new Set(counts)].filter((count) => count >= width * (1 - MOST_TAKEN) && count > 0);
}

/** The widths of a network that may change, and what that gains. */
export class CheapWidths {
  private readonly plan: ChannelPlan;
  private readonly predictor: Pick<LatencyPredictor, 'latencyUs'>;
  private readonly latencyUs: number;
  private readonly known = new Map<number, readonly WidthChange[]>();

  /** @param predictor of the network's own plan */
  constructor(predictor: Pick<LatencyPredictor, 'latencyUs' | 'plan'>, plan: ChannelPlan) {
    this.plan = plan;
    this.predictor = predictor;
    this.latencyUs = predictor.latencyUs(plan.fullWidths);
  }

  private at(widths: ReadonlyMap<number, number>): number {
    const changed = this.plan.fullWidths.slice();
    for (const [group, width] of widths) changed[group] = width;
    return this.predictor.latencyUs(changed);
  }

  /** Near widths of a group that are faster; none of a group whose width is fixed. */
  private changes(group: number): readonly WidthChange[] {
    const known = this.known.get(group);
    if (known !== undefined) return known;
    const { name, sources, fixed, size } = this.plan.groups[group] as ChannelPlan['groups'][number];
    const changes = (fixed || size === 0 ? [] : nearCounts(size)).flatMap((to): WidthChange[] => {
      const gain = this.latencyUs - this.at(new Map([[group, to]]));
      return gain > LEAST_GAIN * this.latencyUs
        ? [{ layer: name, layers: [...sources], width: size, to, gain_us: gain }]
        : [];
    });
    this.known.set(group, changes);
    return changes;
  }

  /** The nearest faster width above that of a layer's channels or of those that it reads, of the two the one that gains more. */
  nextCheap(layer: string): WidthChange | null {
    const index = this.plan.layerIndex.get(layer);
    if (index === undefined) return null;
    const tensors = [index, ...(this.plan.inputs[index] ?? [])];
    const groups = new Set(
      tensors.flatMap((tensor) => [...(this.plan.outputChannels[tensor]?.groups ?? [])]),
    );
    const next = [...groups].flatMap((group) => {
      const above = this.changes(group).filter(({ width, to }) => to > width);
      return above.sort((a, b) => a.to - b.to).slice(0, 1);
    });
    return next.sort((a, b) => b.gain_us - a.gain_us)[0] ?? null;
  }

  /**
   * The changes that gain most for the share of channels that they take, at most an eighth of a layer's; growing takes
   * none, and counts as a hundredth. One of each group of layers.
   */
  cheapest(count: number): { readonly changes: readonly WidthChange[]; readonly gainUs: number } {
    const taken = ({ width, to }: WidthChange) => Math.max(LEAST_TAKEN, (width - to) / width);
    const worth = (change: WidthChange) => change.gain_us / taken(change);
    const byWorth = (a: { change: WidthChange }, b: { change: WidthChange }) =>
      worth(b.change) - worth(a.change);
    const best = this.plan.groups
      .flatMap((_, group) => {
        const own = this.changes(group).map((change) => ({ group, change }));
        return own.sort(byWorth).slice(0, 1);
      })
      .sort(byWorth)
      .slice(0, count);
    const together = this.at(new Map(best.map(({ group, change }) => [group, change.to])));
    return { changes: best.map(({ change }) => change), gainUs: this.latencyUs - together };
  }
}

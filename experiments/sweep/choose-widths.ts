// Widths of a method that cost no more than a budget, from the snapshots of its shrink path.
import { z } from 'zod';
import { expandSnapped } from '../../morphnet/expand.ts';
import { bestKnapsackWidths, keptSlots } from '../../morphnet/knapsack-widths.ts';
import { slimmedSlots } from '../../morphnet/slimming.ts';
import { multiplyWidths } from '../../network/width-multiplier.ts';
import type { Base } from './base.ts';
import type { Variant } from './methods.ts';
import type { Snapshot, Snapshots } from './shrink-path.ts';

/** Plain data, to be kept in a file. */
export const chosen = z.object({
  /** Of each channel group of the base. */
  widths: z.array(z.int().nonnegative()).readonly(),
  /** Per slot, 1 where the channel and its weights survive; null for a network that is not a part of the base. */
  alive: z.array(z.int().min(0).max(1)).readonly().nullable(),
  /** Of the snapshot that it was chosen from. */
  level: z.number().nullable(),
});
export type Chosen = Readonly<z.infer<typeof chosen>>;

/** Multipliers that are looked through, from the largest down: a calibrated latency need not fall with each. */
const MULTIPLIER_STEP = 0.0025;

function multiplierWidths({ plan, cost }: Base, budget: number): Int32Array {
  for (let multiplier = 1; multiplier > MULTIPLIER_STEP; multiplier -= MULTIPLIER_STEP) {
    const widths = multiplyWidths(plan, multiplier);
    if (cost(widths) <= budget) return widths;
  }
  return multiplyWidths(plan, 0);
}

/** Snapshots by level, the dearest first. */
function falling(snapshots: Snapshots): [level: number, snapshot: Snapshot][] {
  if (snapshots.size === 0) throw new Error('a shrink path without snapshots');
  return [...snapshots].sort(([, a], [, b]) => b.cost - a.cost);
}

/** The last snapshot that still costs as much, or the first there is. */
function lastAbove(snapshots: Snapshots, least: number): [number, Snapshot] {
  const list = falling(snapshots);
  return list.filter(([, { cost }]) => cost >= least).at(-1) ?? (list[0] as [number, Snapshot]);
}

/** The first snapshot that costs no more, or the last there is: the path may have ended above it. */
function firstBelow(snapshots: Snapshots, most: number): [number, Snapshot] {
  const list = falling(snapshots);
  return list.find(([, { cost }]) => cost <= most) ?? (list.at(-1) as [number, Snapshot]);
}

/**
 * Widths of a method and form that cost no more than the budget, in the unit of the base's cost.
 * @param snapshots of the method's path; empty for width multipliers
 * @param shrinkShare of the budget that is shrunk to before an expansion
 */
export function chooseWidths(
  { method, form }: Pick<Variant, 'method' | 'form'>,
  base: Base,
  snapshots: Snapshots,
  budget: number,
  shrinkShare: number,
): Chosen {
  const { plan, slots, cost } = base;
  if (method === 'width-multiplier') {
    return { widths: Array.from(multiplierWidths(base, budget)), alive: null, level: null };
  }
  if (method === 'knapsack') {
    const [level, { importance }] = firstBelow(snapshots, Number.POSITIVE_INFINITY);
    const { widths } = bestKnapsackWidths({ slots, importance, cost, budget });
    const alive = keptSlots(slots, importance, widths);
    return { widths: Array.from(widths), alive: Array.from(alive), level };
  }
  if (form === 'shrunk') {
    const [level, { importance }] = lastAbove(snapshots, budget);
    const alive = slimmedSlots(slots, importance, cost, budget);
    return { widths: Array.from(slots.widths(alive)), alive: Array.from(alive), level };
  }
  const [level, snapshot] = firstBelow(snapshots, shrinkShare * budget);
  const { widths } = expandSnapped(plan, slots.widths(snapshot.alive), cost, budget);
  return { widths: Array.from(widths), alive: null, level };
}

// Causes summed up: by cause as the bars of a waterfall, and by layer.

import type { Cause, LayerCause, LayerChange, WaterfallBar } from '../../records/explanation.ts';
import { groupBy } from '../../records/group-by.ts';
import type { FoundCause } from './find-causes.ts';
import type { LayerMatches } from './match-layers.ts';
import { ownerOf } from './pair-kernels.ts';
import type { TimedNetwork } from './timed-network.ts';

/** What is of no layer. */
export const BETWEEN_KERNELS = '(between kernels)';
/** Causes below this share of a latency are rounding. */
const ROUNDING = 1e-9;

const sumUs = (found: readonly { readonly deltaUs: number }[]) =>
  found.reduce((sum, { deltaUs }) => sum + deltaUs, 0);

const layerKey = ({ a, b }: Pick<FoundCause, 'a' | 'b'>) => JSON.stringify([a, b]);

const total = (latencyUs: number): WaterfallBar => ({
  kind: 'total',
  cause: null,
  from_us: 0,
  to_us: latencyUs,
  delta_us: latencyUs,
  layers: 0,
});

/** A, a bar for each cause from the largest to the smallest, what is unexplained last, B: where A ends and B begins. */
export function waterfall(found: readonly FoundCause[], aUs: number, bUs: number): WaterfallBar[] {
  const causes = [...groupBy(found, ({ cause }) => cause)]
    .map(([cause, list]) => ({ cause, us: sumUs(list), layers: new Set(list.map(layerKey)).size }))
    .filter(({ us }) => Math.abs(us) > ROUNDING * aUs)
    .sort((x, y) => {
      const last = (cause: Cause) => (cause === 'unexplained' ? 1 : 0);
      return last(x.cause) - last(y.cause) || Math.abs(y.us) - Math.abs(x.us);
    });
  let at = aUs;
  const bars = causes.map(({ cause, us, layers }, index): WaterfallBar => {
    const from = at;
    // The last one ends where B is: sums of rounded numbers are off in their last digit.
    at = index === causes.length - 1 ? bUs : from + us;
    return { kind: 'cause', cause, from_us: from, to_us: at, delta_us: at - from, layers };
  });
  return [total(aUs), ...bars, total(bUs)];
}

/** Causes of one layer, kernels of the same cause together, in the words of the largest. */
function layerCauses(found: readonly FoundCause[]): LayerCause[] {
  return [...groupBy(found, ({ cause }) => cause)]
    .map(([cause, list]): LayerCause => {
      const [largest] = list.toSorted((x, y) => Math.abs(y.deltaUs) - Math.abs(x.deltaUs));
      return { cause, delta_us: sumUs(list), detail: largest?.detail ?? '' };
    })
    .sort((x, y) => Math.abs(y.delta_us) - Math.abs(x.delta_us));
}

/** What each layer's kernels take. */
function layerTimes({ kernels, others, plan }: TimedNetwork): Map<string, number> {
  const times = new Map<string, number>();
  const add = (name: string, us: number) => {
    const owner = ownerOf(name, plan);
    times.set(owner, (times.get(owner) ?? 0) + us);
  };
  for (const { kernel, us } of kernels) add(kernel.name, us);
  for (const { name, us } of others) add(name, us);
  return times;
}

/** Layers with what changed in them, the largest change first. */
export function layerChanges(
  found: readonly FoundCause[],
  a: TimedNetwork,
  b: TimedNetwork,
  matches: LayerMatches,
): Omit<LayerChange, 'next_cheap_width'>[] {
  const [timesA, timesB] = [layerTimes(a), layerTimes(b)];
  return [...groupBy(found, layerKey).values()]
    .map((list) => {
      const { a: inA, b: inB } = list[0] as FoundCause;
      return {
        layer: inB ?? inA ?? BETWEEN_KERNELS,
        a_layer: inA,
        b_layer: inB,
        matched_by: inA === null || inB === null ? null : (matches.ofA.get(inA)?.by ?? null),
        a_us: inA === null ? 0 : (timesA.get(inA) ?? 0),
        b_us: inB === null ? 0 : (timesB.get(inB) ?? 0),
        delta_us: sumUs(list),
        causes: layerCauses(list),
      };
    })
    .filter(({ causes }) => causes.some(({ delta_us }) => Math.abs(delta_us) > ROUNDING * a.latencyUs))
    .sort((x, y) => Math.abs(y.delta_us) - Math.abs(x.delta_us));
}

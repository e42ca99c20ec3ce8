// Samples of two networks measured side by side, to a ratio for each load.
import { median } from 'simple-statistics';
import { choosePacing, type PacedSample } from '../../profiler/timing/choose-pacing.ts';
import { groupBy } from '../../records/group-by.ts';
import { pacedUs } from '../../records/pacing.ts';
import { logRatio } from './ratio.ts';

/** A round of one of them, `a` or `b`. */
export interface SideSample extends PacedSample {
  readonly id: string;
}

/**
 * Log ratios of each load, all times brought to one speed: the pacing is chosen anew as samples come, for both alike, so
 * that it hardly moves a ratio of two that ran within moments of each other.
 */
export function loadRatios(samples: readonly SideSample[]): {
  readonly loads: number[];
  readonly latencyUs: (id: string) => number;
} {
  const sides = ['a', 'b'].map((id) => samples.filter((sample) => sample.id === id));
  const pacing = choosePacing(sides);
  const byLoad = (id: string) =>
    [
      ...groupBy(
        samples.filter((sample) => sample.id === id),
        ({ load }) => load,
      ).values(),
    ].map((list) => list.map((sample) => pacedUs(sample, pacing)));
  const [a, b] = [byLoad('a'), byLoad('b')];
  return {
    loads: a.map((own, load) => logRatio({ a: own, b: b[load] ?? [] })),
    latencyUs: (id) => median((id === 'a' ? a : b).map((list) => median(list))),
  };
}

// Samples of two networks measured side by side, to a ratio for each load.
import { median } from 'simple-statistics';
import { choosePacing, type PacedSample } from '../../profiler/timing/choose-pacing.ts';
import { groupBy } from '../../records/group-by.ts';
import { type Pacing, pacedUs } from '../../records/pacing.ts';
import { logRatio } from './ratio.ts';

/** Loads before anything is said, by which the pacing is chosen: by fewer nothing can be told at these error rates. */
export const LEAST_LOADS = 6;

/** A round of one of them, `a` or `b`. */
export interface SideSample extends PacedSample {
  readonly id: string;
}

/**
 * Log ratios of each load, all times brought to one speed.
 * @param held the pacing that the first loads were brought to one speed by: a ratio once told does not change, as a
 * sequence of looks asks; chosen here without
 */
export function loadRatios(
  samples: readonly SideSample[],
  held?: Pacing | null,
): {
  readonly loads: number[];
  readonly latencyUs: (id: string) => number;
  readonly pacing: Pacing | null;
} {
  const sides = ['a', 'b'].map((id) => samples.filter((sample) => sample.id === id));
  const pacing = held === undefined ? choosePacing(sides) : held;
  const byLoad = (id: string) =>
    [
      ...groupBy(
        samples.filter((sample) => sample.id === id),
        ({ load }) => load,
      ).values(),
    ].map((list) => list.map((sample) => pacedUs(sample, pacing)));
  const [a, b] = [byLoad('a'), byLoad('b')];
  return {
    pacing,
    loads: a.map((own, load) => logRatio({ a: own, b: b[load] ?? [] })),
    latencyUs: (id) => median((id === 'a' ? a : b).map((list) => median(list))),
  };
}

// Runs of one case in bursts of a few milliseconds, with the pacer timed between them.
import { mean, median } from 'simple-statistics';
import { Bench } from 'tinybench';
import type { Pace } from './pacer.ts';

/** Something to time: `run` does it once and returns its time in µs, on the engine's clock. */
export interface TimedCase {
  readonly id: string;
  run(): Promise<number>;
}

/** What one case took in one round. */
export interface BurstTimes {
  /** Hot: the median of the round's runs, which follow a first one. */
  readonly latencyUs: number;
  /** Cold: that first run, with the caches as the other cases left them. */
  readonly coldUs: number;
  /** Median over bursts of their time in runs of the pacer; null without one. */
  readonly perPacer: number | null;
  /** Mean time of the pacer beside them, in µs; null without one. */
  readonly pacerUs: number | null;
  /** Each hot run, in their order; not in what files keep. */
  readonly runsUs?: readonly number[];
}

/** Time that the runs of one case take in one round, unless the fewest take longer. */
export const ROUND_TARGET_MS = 12;
const MAX_RUNS = 40;
/** The median of three is not moved by one that is off; that of two is. So a round has three bursts or more. */
export const MIN_RUNS = 3;

/** Hot runs of a case in one round, by the time that one takes. */
export function runsPerRound(us: number): number {
  return Math.max(MIN_RUNS, Math.min(MAX_RUNS, Math.ceil((ROUND_TARGET_MS * 1e3) / us)));
}

/** Runs between two paces: a third of a round, some 4 ms or one run. */
export function runsPerBurst(runs: number): number {
  return Math.max(1, Math.floor(runs / MIN_RUNS));
}

/**
 * Each burst over the mean of the paces right before and after it: the machine's speed changes by a third within 50 ms
 * on shared hosts, so that a pacer further away is no better than none. The last burst has what is left over.
 * @param runsUs runs in the order in which they were made
 * @param pacesUs one before the first burst and one behind each
 * @returns per burst, its median run in runs of the pacer
 */
export function burstRatios(
  runsUs: readonly number[],
  pacesUs: readonly number[],
  perBurst: number,
): number[] {
  return pacesUs.slice(1).map((after, burst) => {
    const last = burst === pacesUs.length - 2;
    const runs = runsUs.slice(burst * perBurst, last ? undefined : (burst + 1) * perBurst);
    return median(runs) / mean([pacesUs[burst] as number, after]);
  });
}

/**
 * Runs a case once cold and then n times in a row, pacers between bursts of them; tinybench keeps the samples, the
 * engine's own clock gives the durations. The cold run is kept apart: weights that others drove from the caches cost a
 * small network a tenth.
 */
export async function timeBursts(timedCase: TimedCase, runs: number, pace?: Pace): Promise<BurstTimes> {
  const coldUs = await timedCase.run();
  const perBurst = runsPerBurst(runs);
  const bursts = Math.floor(runs / perBurst);
  const pacesUs: number[] = [];
  const bench = new Bench({ time: 0, iterations: runs, warmup: false, retainSamples: true, throws: true });
  const runsUs: number[] = [];
  bench.add(timedCase.id, async () => {
    const begins = runsUs.length % perBurst === 0 && pacesUs.length < bursts;
    if (pace !== undefined && begins) pacesUs.push(await pace());
    const us = await timedCase.run();
    runsUs.push(us);
    return { overriddenDuration: us / 1e3 };
  });
  const [task] = await bench.run();
  const result = task?.result;
  if (result === undefined || !('latency' in result) || result.latency.samples === undefined) {
    throw new Error(`case ${timedCase.id} was not timed`);
  }
  const latencyUs = median([...result.latency.samples]) * 1e3;
  if (pace === undefined) return { latencyUs, coldUs, perPacer: null, pacerUs: null, runsUs };
  pacesUs.push(await pace());
  return {
    latencyUs,
    coldUs,
    perPacer: median(burstRatios(runsUs, pacesUs, perBurst)),
    pacerUs: mean(pacesUs),
    runsUs,
  };
}

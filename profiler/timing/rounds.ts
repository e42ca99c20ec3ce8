import { median } from 'simple-statistics';
import { Bench } from 'tinybench';
import { shuffled } from '../../network/shuffle.ts';
import { type DisturbanceWatch, isDisturbed } from './disturbance.ts';

/** Something to time: `run` does it once and returns its time in µs, on the engine's clock. */
export interface TimedCase {
  readonly id: string;
  run(): Promise<number>;
}

/** One case's time in one round. */
export interface RoundSample {
  readonly id: string;
  readonly round: number;
  /** Hot: the median of the round's runs, which follow a first one. */
  readonly latencyUs: number;
  /** Cold: that first run, with the caches as the other cases left them. */
  readonly coldUs: number;
  /** Hot ones. */
  readonly runs: number;
  /** True if others took the processor; such a sample was replaced unless it is the last attempt. */
  readonly disturbed: boolean;
  /** How often the sample was taken: 1, or more after disturbances. */
  readonly attempts: number;
}

export interface RoundOptions {
  readonly seed: number;
  /** Re-timed before every round and all along it, to see drift. */
  readonly sentinel: TimedCase;
  readonly watch: DisturbanceWatch;
  /**
   * Rounds that each case has from earlier processes. Sampling goes on in the middle of a round where some cases have
   * one more than others.
   */
  readonly done?: ReadonlyMap<string, number>;
  /** Asked before each round that no case has yet, with the number done; false ends the sampling. */
  readonly another: (roundsDone: number) => boolean;
  /** Told, untimed, before a case or the sentinel runs: once to warm up, then in every round. */
  readonly beforeCase?: (timedCase: TimedCase) => Promise<void>;
  readonly onSample?: (sample: RoundSample) => void;
  /** Runs after each case's sample, untimed: profiled runs of the same network. */
  readonly afterCase?: (id: string) => Promise<void>;
}

/** The sentinel's time, and in which round: rounds differ in how slow the machine was. */
export interface SentinelSample {
  readonly round: number;
  readonly latencyUs: number;
}

export interface RoundResult {
  /** Cases × rounds, in the order of the cases. */
  readonly samples: readonly (readonly RoundSample[])[];
  readonly sentinels: readonly SentinelSample[];
  readonly disturbed: number;
}

/** Time that the runs of one case take in one round, unless the fewest take longer. */
export const ROUND_TARGET_MS = 12;
const MAX_RUNS = 40;
/** The median of three runs is not moved by one that is off; that of two is. */
export const MIN_RUNS = 3;
const MAX_ATTEMPTS = 3;
const CASES_PER_SENTINEL = 8;

/** Hot runs of a case in one round, by the time that one takes. */
export function runsPerRound(us: number): number {
  return Math.max(MIN_RUNS, Math.min(MAX_RUNS, Math.ceil((ROUND_TARGET_MS * 1e3) / us)));
}

/**
 * Runs a case once cold and then n times in a row; tinybench keeps the samples, the engine's own clock gives the
 * durations. The cold run is kept apart: weights that others drove from the caches cost a small network a tenth.
 */
async function timed(timedCase: TimedCase, runs: number): Promise<Pick<RoundSample, 'latencyUs' | 'coldUs'>> {
  const coldUs = await timedCase.run();
  const bench = new Bench({ time: 0, iterations: runs, warmup: false, retainSamples: true, throws: true });
  bench.add(timedCase.id, async () => ({ overriddenDuration: (await timedCase.run()) / 1e3 }));
  const [task] = await bench.run();
  const result = task?.result;
  if (result === undefined || !('latency' in result) || result.latency.samples === undefined) {
    throw new Error(`case ${timedCase.id} was not timed`);
  }
  return { latencyUs: median([...result.latency.samples]) * 1e3, coldUs };
}

/**
 * Times every case once per round, in an order shuffled anew each round; never all repetitions of one case together.
 * A disturbed sample is taken again, up to three times in all.
 */
export async function sampleRounds(cases: readonly TimedCase[], options: RoundOptions): Promise<RoundResult> {
  const runsOf = new Map<string, number>();
  const doneOf = new Map(options.done);
  await options.beforeCase?.(options.sentinel);
  await options.sentinel.run();
  for (const timedCase of cases) {
    await options.beforeCase?.(timedCase);
    await timedCase.run(); // Warm-up: allocation and first touches.
    const us = await timedCase.run();
    runsOf.set(timedCase.id, runsPerRound(us));
  }
  const samples: RoundSample[][] = cases.map(() => []);
  const sentinels: SentinelSample[] = [];
  let disturbed = 0;
  const roundsOf = ({ id }: TimedCase) => doneOf.get(id) ?? 0;
  for (let round = Math.min(...cases.map(roundsOf)); ; round++) {
    const order = [...shuffled(cases.length, options.seed, round)].filter(
      (index) => roundsOf(cases[index] as TimedCase) === round,
    );
    if (order.length === cases.length && !options.another(round)) break;
    for (let at = 0; at < order.length; at++) {
      if (at % CASES_PER_SENTINEL === 0) {
        await options.beforeCase?.(options.sentinel);
        sentinels.push({ round, latencyUs: (await timed(options.sentinel, 3)).latencyUs });
      }
      const index = order[at] as number;
      const timedCase = cases[index] as TimedCase;
      await options.beforeCase?.(timedCase);
      const runs = runsOf.get(timedCase.id) as number;
      let sample: RoundSample | undefined;
      for (let attempts = 1; attempts <= MAX_ATTEMPTS; attempts++) {
        const stop = options.watch.start();
        const times = await timed(timedCase, runs);
        const wasDisturbed = isDisturbed(stop());
        sample = { id: timedCase.id, round, ...times, runs, disturbed: wasDisturbed, attempts };
        if (!wasDisturbed) break;
        disturbed++;
      }
      samples[index]?.push(sample as RoundSample);
      doneOf.set(timedCase.id, round + 1);
      await options.afterCase?.(timedCase.id);
      options.onSample?.(sample as RoundSample);
    }
  }
  return { samples, sentinels, disturbed };
}

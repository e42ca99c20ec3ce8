// Cases once per round, in shuffled order, with sentinels re-timed all along.
import { shuffled } from '../../network/shuffle.ts';
import { type BurstTimes, MIN_RUNS, runsPerRound, type TimedCase, timeBursts } from './bursts.ts';
import { type DisturbanceWatch, isDisturbed } from './disturbance.ts';
import type { Pace } from './pacer.ts';

/** One case's time in one round. */
export interface RoundSample extends BurstTimes {
  readonly id: string;
  readonly round: number;
  /** Hot runs. */
  readonly runs: number;
  /** True if others took the processor; such a sample was replaced unless it is the last attempt. */
  readonly disturbed: boolean;
  /** How often the sample was taken: 1, or more after disturbances. */
  readonly attempts: number;
}

export interface RoundOptions {
  readonly seed: number;
  /** In turn re-timed before every round and all along it, to see drift. */
  readonly sentinels: readonly TimedCase[];
  readonly watch: DisturbanceWatch;
  /** Timed between bursts of runs; times are raw alone without one. */
  readonly pace?: Pace;
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

/** A sentinel's time, and in which round: rounds differ in how slow the machine was. */
export interface SentinelSample extends BurstTimes {
  /** Which of the sentinels. */
  readonly sentinel: number;
  readonly round: number;
}

export interface RoundResult {
  /** Cases × rounds, in the order of the cases. */
  readonly samples: readonly (readonly RoundSample[])[];
  readonly sentinels: readonly SentinelSample[];
  readonly disturbed: number;
}

const MAX_ATTEMPTS = 3;
const CASES_PER_SENTINEL = 8;

/**
 * Times every case once per round, in an order shuffled anew each round; never all repetitions of one case together.
 * A disturbed sample is taken again, up to three times in all.
 */
export async function sampleRounds(cases: readonly TimedCase[], options: RoundOptions): Promise<RoundResult> {
  const { pace, sentinels: sentinelCases } = options;
  const runsOf = new Map<string, number>();
  const doneOf = new Map(options.done);
  for (const sentinel of sentinelCases) {
    await options.beforeCase?.(sentinel);
    await sentinel.run();
  }
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
        const turn = sentinels.length % sentinelCases.length;
        const sentinel = sentinelCases[turn] as TimedCase;
        await options.beforeCase?.(sentinel);
        sentinels.push({ sentinel: turn, round, ...(await timeBursts(sentinel, MIN_RUNS, pace)) });
      }
      const index = order[at] as number;
      const timedCase = cases[index] as TimedCase;
      await options.beforeCase?.(timedCase);
      const runs = runsOf.get(timedCase.id) as number;
      let sample: RoundSample | undefined;
      for (let attempts = 1; attempts <= MAX_ATTEMPTS; attempts++) {
        const stop = options.watch.start();
        const times = await timeBursts(timedCase, runs, pace);
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

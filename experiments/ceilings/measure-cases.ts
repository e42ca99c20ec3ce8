import { mean } from 'simple-statistics';
import { deployedNetwork } from '../../network/deployed.ts';
import type { Network } from '../../network/network.ts';
import { seededWeights } from '../../network/weights.ts';
import type { Engine, LoadedNetwork } from '../../profiler/engines/engine.ts';
import { type DisturbanceWatch, watchDisturbance } from '../../profiler/timing/disturbance.ts';
import { type CaseStatistics, summarizeRounds } from '../../profiler/timing/round-statistics.ts';
import { type RoundSample, sampleRounds, type TimedCase } from '../../profiler/timing/rounds.ts';
import { UserError } from '../../records/user-error.ts';
import { type CeilingCase, computeCase, convShape, MEASURED } from './cases.ts';

export interface CaseMeasurement<T extends CeilingCase = CeilingCase>
  extends Pick<CaseStatistics, 'latencyUs' | 'spread' | 'minUs' | 'rounds'> {
  readonly measured: T;
  /** Samples that stayed disturbed after all attempts. */
  readonly disturbed: number;
}

export interface SkippedCase {
  readonly id: string;
  readonly reason: string;
}

export interface StageMeasurement<T extends CeilingCase = CeilingCase> {
  readonly cases: readonly CaseMeasurement<T>[];
  readonly skipped: readonly SkippedCase[];
  readonly rounds: number;
  /** Samples that others disturbed; each was taken again, up to three times in all. */
  readonly disturbed: number;
  readonly drift: number;
  readonly repeatability: number | null;
}

export interface MeasureCasesOptions {
  readonly seed: number;
  readonly budgetSeconds: number;
  readonly onRound?: (fraction: number) => void;
  /** Replaced in tests. */
  readonly watch?: DisturbanceWatch;
  readonly maxRounds?: number;
}

export const MIN_ROUNDS = 3;
const MAX_ROUNDS = 40;
/** What a case takes of a round at least, and its runs: one cold, two hot ones (see rounds.ts). */
const ROUND_SHARE_US = 12e3;
const LEAST_RUNS = 3;

/** Mean of the middle half: finer than a clock's whole microseconds, and without outliers. */
export function midMean(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const cut = Math.floor(sorted.length / 4);
  return mean(sorted.slice(cut, sorted.length - cut));
}

/** A case that is loaded: its times per round come when all rounds are done. */
interface LoadedCase<T extends CeilingCase> {
  readonly measured: T;
  readonly timed: TimedCase;
  /** Takes note that the last runs are the sample of a round. */
  keep(sample: RoundSample): void;
  /** Frees the networks. @returns µs per round */
  finish(): Promise<number[]>;
}

const positive = (us: number) => Math.max(us, 1e-3);

async function loadCase<T extends CeilingCase>(
  engine: Engine,
  measured: T,
  seed: number,
): Promise<LoadedCase<T>> {
  const { id, batch, network } = measured;
  const options = (of: Network) => ({ batch, weights: seededWeights(of, seed) });
  if ('chain' in measured && measured.single !== null) {
    const { chain, single } = measured;
    const networks: LoadedNetwork[] = [];
    for (const each of [network, single]) networks.push(await engine.load(each, options(each)));
    const [long, short] = networks as [LoadedNetwork, LoadedNetwork];
    const roundsUs: number[] = [];
    return {
      measured,
      timed: { id, run: async () => (await long.run()) - (await short.run()) },
      keep: ({ latencyUs }) => roundsUs.push(positive(latencyUs / (chain - 1))),
      async finish() {
        for (const each of networks) await each.dispose();
        return roundsUs;
      },
    };
  }
  const profiled = await engine.loadProfiled(deployedNetwork(network), options(network));
  let runs = 0;
  const kept: [from: number, to: number][] = [];
  return {
    measured,
    timed: {
      id,
      async run() {
        const start = performance.now();
        await profiled.run();
        runs++;
        return (performance.now() - start) * 1e3;
      },
    },
    keep: (sample) => kept.push([runs - sample.runs, runs]),
    async finish() {
      const timings = await profiled.finish();
      const kernelUs = timings.map(
        (run) => run.find(({ kernel }) => kernel.name === MEASURED)?.durationUs ?? 0,
      );
      return kept.map(([from, to]) => positive(midMean(kernelUs.slice(from, to))));
    },
  };
}

/** Runs for a trial: the first ones touch new memory. */
const TRIALS = 3;
/** Of the budget: a trial that has taken longer is over. */
const TRIAL_SHARE = 0.05;

/** What one run takes, network and all: the fastest of a few. */
async function trialUs({ run }: TimedCase, budgetSeconds: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  let spentUs = 0;
  for (let trial = 0; trial < TRIALS && spentUs < TRIAL_SHARE * budgetSeconds * 1e6; trial++) {
    const startMs = performance.now();
    await run();
    const us = (performance.now() - startMs) * 1e3;
    least = Math.min(least, us);
    spentUs += us;
  }
  return least;
}

/** Above this, a trial that the forecast did not expect was disturbed rather than slow. */
const SURPRISE = 4;

/** Of cases not yet tried, by the fastest so far of the same kernel. */
class Forecast {
  private readonly usPerWork = new Map<string, number>();

  private static work({ flops, bytes, kernel }: CeilingCase): number {
    return kernel === 'copy' || kernel === 'triad' ? bytes : flops;
  }

  /** Null for the first of a kernel. */
  us(of: CeilingCase): number | null {
    const rate = this.usPerWork.get(of.kernel);
    return rate === undefined ? null : rate * Forecast.work(of);
  }

  learn(of: CeilingCase, us: number): void {
    const rate = us / Forecast.work(of);
    this.usPerWork.set(of.kernel, Math.min(rate, this.usPerWork.get(of.kernel) ?? rate));
  }
}

/**
 * Cases from small to large, so that the small tell what the large would take. If the budget allows fewer, every so many
 * of them, the smallest and the largest among them.
 */
export function spreadCases<T extends CeilingCase>(cases: readonly T[], budgetSeconds: number): T[] {
  const sorted = [...cases].sort((a, b) => a.flops + a.bytes - (b.flops + b.bytes));
  const most = Math.max(2, Math.floor((budgetSeconds * 1e6) / (2 * MIN_ROUNDS * ROUND_SHARE_US)));
  if (sorted.length <= most) return sorted;
  const step = (sorted.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, index) => sorted[Math.round(index * step)] as T);
}

/**
 * Times a kernel of each case, in shuffled rounds with a sentinel, until the budget is spent. Cases that would not fit
 * into the budget three times, or not into the device, are left out and named; a small budget takes fewer to begin with.
 */
export async function measureCases<T extends CeilingCase>(
  engine: Engine,
  cases: readonly T[],
  options: MeasureCasesOptions,
): Promise<StageMeasurement<T>> {
  const { seed, budgetSeconds, maxRounds = MAX_ROUNDS } = options;
  const startMs = performance.now();
  const spentSeconds = () => (performance.now() - startMs) / 1e3;
  const loaded: LoadedCase<T>[] = [];
  const skipped: SkippedCase[] = [];
  const forecast = new Forecast();
  const reference = computeCase(convShape('conv-3x3', 28, 64));
  const sentinel = await engine.load(reference.network, {
    batch: 1,
    weights: seededWeights(reference.network, seed),
  });
  try {
    await sentinel.run();
    let roundSeconds = 0;
    const tooLong = `takes longer than the budget of ${budgetSeconds} s allows`;
    let failure: unknown;
    for (const measured of spreadCases(cases, budgetSeconds)) {
      const expectedUs = forecast.us(measured);
      const expected = (LEAST_RUNS * (expectedUs ?? 0)) / 1e6;
      const needed = MIN_ROUNDS * (roundSeconds + expected) + expected;
      const isFirst = loaded.length === 0 && skipped.length === 0;
      if (!isFirst && spentSeconds() + needed > budgetSeconds) {
        skipped.push({ id: measured.id, reason: tooLong });
        continue;
      }
      let made: LoadedCase<T> | undefined;
      try {
        made = await loadCase(engine, measured, seed);
        const us = await trialUs(made.timed, budgetSeconds);
        forecast.learn(measured, us);
        if (spentSeconds() + (MIN_ROUNDS * LEAST_RUNS * us) / 1e6 > budgetSeconds) {
          skipped.push({ id: measured.id, reason: tooLong });
          await made.finish();
          continue;
        }
        const typicalUs = Math.min(us, SURPRISE * (expectedUs ?? us));
        roundSeconds += Math.max(ROUND_SHARE_US, LEAST_RUNS * typicalUs) / 1e6;
        loaded.push(made);
      } catch (error) {
        // Too large for the device: said by the engine, or by its runtime when it runs.
        failure ??= error;
        const text = error instanceof UserError ? error.got : String(error);
        skipped.push({ id: measured.id, reason: text.split('\n')[0] ?? text });
        await made?.finish().catch(() => undefined);
      }
    }
    if (loaded.length === 0) {
      if (failure !== undefined && skipped.every(({ reason }) => reason !== tooLong)) throw failure;
      return { cases: [], skipped, rounds: 0, disturbed: 0, drift: 0, repeatability: null };
    }
    const roundsStartSeconds = spentSeconds();
    let rounds = 0;
    const { samples, disturbed } = await sampleRounds(
      loaded.map(({ timed }) => timed),
      {
        seed,
        sentinel: { id: 'sentinel', run: () => sentinel.run() },
        watch: options.watch ?? watchDisturbance(engine.description.threads),
        another: (done) => {
          rounds = done;
          const spent = spentSeconds();
          const each = done === 0 ? roundSeconds : (spent - roundsStartSeconds) / done;
          options.onRound?.(Math.min(1, spent / budgetSeconds));
          return done < MIN_ROUNDS || (done < maxRounds && spent + each < budgetSeconds);
        },
        onSample: (sample) => loaded.find(({ measured }) => measured.id === sample.id)?.keep(sample),
      },
    );
    const timesUs: number[][] = [];
    for (const each of loaded) timesUs.push(await each.finish());
    const statistics = summarizeRounds(timesUs);
    return {
      cases: loaded.map(({ measured }, index) => {
        const { latencyUs, spread, minUs, rounds: count } = statistics.cases[index] as CaseStatistics;
        const stillDisturbed = (samples[index] ?? []).filter((sample) => sample.disturbed).length;
        return { measured, latencyUs, spread, minUs, rounds: count, disturbed: stillDisturbed };
      }),
      skipped,
      rounds,
      disturbed,
      drift: statistics.drift,
      repeatability: statistics.repeatability,
    };
  } catch (error) {
    for (const each of loaded) await each.finish().catch(() => undefined);
    throw error;
  } finally {
    await sentinel.dispose();
  }
}

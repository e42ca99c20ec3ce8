// One stage of the ceilings: its cases timed in shuffled rounds until the budget is spent.
import { seededWeights } from '../../network/weights.ts';
import type { Engine, LoadedNetwork } from '../../profiler/engines/engine.ts';
import { type DisturbanceWatch, watchDisturbance } from '../../profiler/timing/disturbance.ts';
import { type CaseStatistics, summarizeRounds } from '../../profiler/timing/round-statistics.ts';
import { type RoundResult, sampleRounds } from '../../profiler/timing/rounds.ts';
import { MIN_ROUNDS } from './case-budget.ts';
import { type CeilingCase, computeCase, convShape } from './cases.ts';
import type { LoadedCase } from './load-case.ts';
import { discardCases, type LoadedCases, loadCases, type SkippedCase } from './load-cases.ts';

export interface CaseMeasurement<T extends CeilingCase = CeilingCase>
  extends Pick<CaseStatistics, 'latencyUs' | 'spread' | 'minUs' | 'rounds'> {
  readonly measured: T;
  /** Samples that stayed disturbed after all attempts. */
  readonly disturbed: number;
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

const MAX_ROUNDS = 40;

/** A convolution that is re-timed all along. */
function loadSentinel(engine: Engine, seed: number): Promise<LoadedNetwork> {
  const { network } = computeCase(convShape('conv-3x3', 28, 64));
  return engine.load(network, { batch: 1, weights: seededWeights(network, seed) });
}

/** Rounds of the loaded cases: three, then as many as the budget has time for. */
async function sampleCases<T extends CeilingCase>(
  { loaded, roundSeconds }: LoadedCases<T>,
  sentinel: LoadedNetwork,
  engine: Engine,
  options: MeasureCasesOptions,
  spentSeconds: () => number,
): Promise<RoundResult & { readonly rounds: number }> {
  const { seed, budgetSeconds, maxRounds = MAX_ROUNDS } = options;
  const startSeconds = spentSeconds();
  const caseOf = new Map(loaded.map((each) => [each.measured.id, each]));
  let rounds = 0;
  const result = await sampleRounds(
    loaded.map(({ timed }) => timed),
    {
      seed,
      sentinels: [{ id: 'sentinel', run: () => sentinel.run() }],
      watch: options.watch ?? watchDisturbance(engine.description.threads),
      another: (done) => {
        rounds = done;
        const spent = spentSeconds();
        const each = done === 0 ? roundSeconds : (spent - startSeconds) / done;
        options.onRound?.(Math.min(1, spent / budgetSeconds));
        return done < MIN_ROUNDS || (done < maxRounds && spent + each < budgetSeconds);
      },
      onSample: (sample) => caseOf.get(sample.id)?.keep(sample),
    },
  );
  return { ...result, rounds };
}

/** Frees the cases and reads their kernels' times. */
async function readTimes(loaded: readonly LoadedCase<CeilingCase>[]): Promise<number[][]> {
  const timesUs: number[][] = [];
  for (const each of loaded) timesUs.push(await each.finish());
  return timesUs;
}

function stageMeasurement<T extends CeilingCase>(
  { loaded, skipped }: LoadedCases<T>,
  { samples, rounds, disturbed }: RoundResult & { readonly rounds: number },
  timesUs: readonly (readonly number[])[],
): StageMeasurement<T> {
  const { cases, drift, repeatability } = summarizeRounds(timesUs);
  return {
    cases: loaded.map(({ measured }, index) => {
      const { latencyUs, spread, minUs, rounds: count } = cases[index] as CaseStatistics;
      const stillDisturbed = (samples[index] ?? []).filter((sample) => sample.disturbed).length;
      return { measured, latencyUs, spread, minUs, rounds: count, disturbed: stillDisturbed };
    }),
    skipped,
    rounds,
    disturbed,
    drift,
    repeatability,
  };
}

/**
 * Times a kernel of each case, in shuffled rounds with a sentinel, until the budget is spent. Cases that would not fit
 * into the budget three times, or not into the device, are left out and named; a small budget takes fewer to begin with.
 *
 *     spreadCases ─▶ loadCases (trial, forecast) ─▶ sampleCases (rounds) ─▶ readTimes ─▶ stageMeasurement
 */
export async function measureCases<T extends CeilingCase>(
  engine: Engine,
  cases: readonly T[],
  options: MeasureCasesOptions,
): Promise<StageMeasurement<T>> {
  const startMs = performance.now();
  const spentSeconds = () => (performance.now() - startMs) / 1e3;
  const sentinel = await loadSentinel(engine, options.seed);
  try {
    await sentinel.run();
    const affordable = await loadCases(engine, cases, options, spentSeconds);
    const { loaded, skipped } = affordable;
    if (loaded.length === 0)
      return { cases: [], skipped, rounds: 0, disturbed: 0, drift: 0, repeatability: null };
    try {
      const sampled = await sampleCases(affordable, sentinel, engine, options, spentSeconds);
      return stageMeasurement(affordable, sampled, await readTimes(loaded));
    } catch (error) {
      await discardCases(loaded);
      throw error;
    }
  } finally {
    await sentinel.dispose();
  }
}

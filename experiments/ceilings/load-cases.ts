// The cases of a stage, tried and loaded from small to large as long as the budget has time for their rounds.
import type { Engine } from '../../profiler/engines/engine.ts';
import type { TimedCase } from '../../profiler/timing/bursts.ts';
import { UserError } from '../../records/user-error.ts';
import { Forecast, leastRoundSeconds, MIN_ROUNDS, roundSeconds, spreadCases } from './case-budget.ts';
import type { CeilingCase } from './cases.ts';
import { type LoadedCase, loadCase } from './load-case.ts';

export interface SkippedCase {
  readonly id: string;
  readonly reason: string;
}

export interface LoadedCases<T extends CeilingCase> {
  readonly loaded: readonly LoadedCase<T>[];
  readonly skipped: readonly SkippedCase[];
  /** What a round of them is reckoned to take. */
  readonly roundSeconds: number;
}

/** Runs for a trial: the first ones touch new memory. */
const TRIALS = 3;
/** Of the budget: a trial that has taken longer is over. */
const TRIAL_SHARE = 0.05;

/** What one run takes, network and all: the fastest of a few. */
async function tryCase({ run }: TimedCase, budgetSeconds: number): Promise<number> {
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

/** Frees cases whose times nobody wants; what else goes wrong with them is of no interest. */
export async function discardCases(loaded: readonly LoadedCase<CeilingCase>[]): Promise<void> {
  for (const each of loaded) await each.finish().catch(() => undefined);
}

/**
 * Loads the cases that fit into the budget three times, and into the device; the others are named. The first case is
 * tried whatever the budget.
 * @param spentSeconds of the budget so far
 * @throws what the engine threw for the first case, if it refused them all
 */
export async function loadCases<T extends CeilingCase>(
  engine: Engine,
  cases: readonly T[],
  { seed, budgetSeconds }: { readonly seed: number; readonly budgetSeconds: number },
  spentSeconds: () => number,
): Promise<LoadedCases<T>> {
  const loaded: LoadedCase<T>[] = [];
  const skipped: SkippedCase[] = [];
  const forecast = new Forecast();
  const tooLong = `takes longer than the budget of ${budgetSeconds} s allows`;
  let round = 0;
  let failure: unknown;
  for (const measured of spreadCases(cases, budgetSeconds)) {
    const { id } = measured;
    const expectedUs = forecast.us(measured);
    const expected = leastRoundSeconds(expectedUs ?? 0);
    const isFirst = loaded.length === 0 && skipped.length === 0;
    if (!isFirst && spentSeconds() + MIN_ROUNDS * (round + expected) + expected > budgetSeconds) {
      skipped.push({ id, reason: tooLong });
      continue;
    }
    let made: LoadedCase<T> | undefined;
    try {
      made = await loadCase(engine, measured, seed);
      const us = await tryCase(made.timed, budgetSeconds);
      forecast.learn(measured, us);
      if (spentSeconds() + MIN_ROUNDS * leastRoundSeconds(us) > budgetSeconds) {
        skipped.push({ id, reason: tooLong });
        await made.finish();
        continue;
      }
      round += roundSeconds(Math.min(us, SURPRISE * (expectedUs ?? us)));
      loaded.push(made);
    } catch (error) {
      // Too large for the device: said by the engine, or by its runtime when it runs.
      failure ??= error;
      const text = error instanceof UserError ? error.got : String(error);
      skipped.push({ id, reason: text.split('\n')[0] ?? text });
      if (made !== undefined) await discardCases([made]);
    }
  }
  const isRefused = loaded.length === 0 && skipped.every(({ reason }) => reason !== tooLong);
  if (isRefused && failure !== undefined) throw failure;
  return { loaded, skipped, roundSeconds: round };
}

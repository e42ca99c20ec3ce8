// What a calibration measures in the time that it has: pure, from what networks cost on trial.
import { mean } from 'simple-statistics';
import { z } from 'zod';
import {
  COUNTS,
  profiledCount,
  proposeOthers,
  type SampleCounts,
  TABLE_COUNTS,
} from '../../calibration/propose/propose-samples.ts';
import { MIN_RUNS, ROUND_TARGET_MS } from '../../profiler/timing/bursts.ts';
import { PROFILED_RUNS_PER_ROUND } from '../../profiler/timing/measure-load.ts';
import type { NetworkTrial } from '../../profiler/timing/measurer.ts';

/** Starting a process and opening an engine in it. */
const START_SECONDS = 1.5;
/** What the pacer adds to rounds. */
const PACED = 1.08;
/** Before the rounds of a load. */
const WARM_UPS = 2;
/**
 * Loads and rounds, in all of them together, that a plan leaves time for: fewer networks are fitted before these are
 * fewer. On a shared machine 18 networks with 15 rounds each predicted better than 45 with eight. How many there are is decided
 * as they are measured.
 */
const PLANNED = { loads: 3, rounds: 12 } as const;
/** Networks of other families. */
const OTHERS = { loads: 2, rounds: 4 } as const;
/** The targeted networks come last, in loads of their own. */
const TARGETED = { loads: 2, rounds: 6 } as const;

/** Seconds that `count` networks take, `profiled` of them with their kernels, in so many loads and rounds. */
function secondsOf(
  trials: readonly NetworkTrial[],
  networks: { readonly count: number; readonly profiled: number },
  { loads, rounds }: { readonly loads: number; readonly rounds: number },
): number {
  const { count, profiled } = networks;
  const load = mean(trials.map(({ loadSeconds, runSeconds }) => loadSeconds + WARM_UPS * runSeconds));
  const profiledLoad = mean(
    trials.map(({ profiledLoadSeconds, runSeconds }) => profiledLoadSeconds + WARM_UPS * runSeconds),
  );
  const run = mean(trials.map(({ runSeconds }) => runSeconds));
  const timed = mean(
    trials.map(
      ({ runSeconds }) =>
        runSeconds + Math.max(MIN_RUNS * runSeconds, ROUND_TARGET_MS / 1e3 + runSeconds / 2),
    ),
  );
  return (
    loads * (START_SECONDS + count * load + profiled * profiledLoad) +
    PACED * rounds * (count * timed + profiled * PROFILED_RUNS_PER_ROUND * run)
  );
}

/** Seconds that the targeted networks take. */
export function targetedSeconds(trials: readonly NetworkTrial[], { targeted }: SampleCounts): number {
  if (targeted === 0) return 0;
  return secondsOf(trials, { count: targeted, profiled: targeted }, TARGETED);
}

/** Seconds that the networks of other families take which a profile is validated on. */
export function othersSeconds(trials: readonly NetworkTrial[], families: number): number {
  const count = proposeOthers(Array.from({ length: families }, (_, k) => String(k))).length;
  return secondsOf(trials, { count, profiled: 0 }, OTHERS) - OTHERS.loads * START_SECONDS;
}

function planSeconds(trials: readonly NetworkTrial[], counts: SampleCounts): number {
  const profiled = profiledCount(counts);
  const count = profiled + counts.choose + counts.report;
  return secondsOf(trials, { count, profiled }, PLANNED) + targetedSeconds(trials, counts);
}

/**
 * The richest plan that the time allows.
 * @param trials what typical networks of the families cost here
 * @param seconds to measure in
 * @param ladder plans to choose from, the richest first
 */
export function affordablePlan(
  trials: readonly NetworkTrial[],
  seconds: number,
  ladder: readonly SampleCounts[] = COUNTS,
): SampleCounts {
  const [fewest] = ladder.slice(-1) as [SampleCounts];
  return ladder.find((each) => planSeconds(trials, each) <= seconds) ?? fewest;
}

/** The largest plan asks for fewer networks of each role. */
const MOST_NETWORKS = 1000;
const count = z.int().nonnegative().max(MOST_NETWORKS);

/** A plan, and the time that its targeted networks get, as plan.json keeps them. */
export const decidedPlan = z.object({
  fit: count.positive(),
  choose: count.positive(),
  report: count.positive(),
  targeted: count,
  targetedSeconds: z.number().nonnegative(),
});
export type DecidedPlan = Readonly<z.infer<typeof decidedPlan>>;

/**
 * The plan of a session.
 * @param trials what typical networks of the families cost here
 * @param seconds to measure in, all in all
 * @param others families that it is validated on beside its own
 */
export function decidePlan(
  trials: readonly NetworkTrial[],
  seconds: number,
  { others, table }: { readonly others: number; readonly table: boolean },
): DecidedPlan {
  const left = seconds - othersSeconds(trials, others);
  const plan = affordablePlan(trials, left, table ? TABLE_COUNTS : COUNTS);
  return { ...plan, targetedSeconds: targetedSeconds(trials, plan) };
}

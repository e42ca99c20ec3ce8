// What a block of networks does next: another load, or nothing more. Pure, so that every case has an exact test.
import type { RoundPolicy } from './round-policy.ts';
import type { VarianceComponents } from './variance-components.ts';

/** When a latency is known well enough. */
export interface PrecisionTarget {
  /** Relative standard error that is good enough. */
  readonly standardError: number;
  /** Loads beyond which a noisy network is left as it is. */
  readonly mostLoads: number;
}

/** The loads of a block, and the rounds that they share. */
export interface BlockPlan {
  readonly loads: number;
  /**
   * Where given, `loads` is the most: after so many the block ends at its deadline, and until then its time is shared out
   * among as many loads as make the latencies surest.
   */
  readonly leastLoads?: number;
  readonly policy: RoundPolicy;
  /** Networks that are less sure go on alone; with it and least loads, the block ends before its deadline if all are sure. */
  readonly precision?: PrecisionTarget;
}

/** What measuring a case costs, in ms. */
export interface CaseCosts {
  /** Loading it, with its share of starting the process. */
  readonly loadMs: number;
  readonly roundMs: number;
}

/** Where a block stands between two loads. */
export interface BlockState {
  readonly cases: number;
  /** Rounds that every network has. */
  readonly whole: number;
  /** Loads that count: those that ended by themselves, and those of killed processes that have their share. */
  readonly loaded: number;
  /** Whether the last load ended because its policy said so. */
  readonly lastEnded: boolean;
  /** Of the loads that this process has seen the end of; null before the first. */
  readonly costs: CaseCosts | null;
  /** Null while nothing tells them. */
  readonly variances: VarianceComponents | null;
  /** Whether kernels are recorded, which only a load that ends by itself gives. */
  readonly profiled: boolean;
  /** Networks that are less sure than the target says, the least sure first; none without a target. */
  readonly noisy: readonly string[];
  /** Number of the round in which a load of all of them begins, or of the noisy ones alone. */
  readonly begin: { readonly all: number; readonly noisy: number };
}

/** Networks of a load, at the least: fewer tell the round's common factor from their own noise badly. */
export const LEAST_TOGETHER = 12;

/** Rounds of the first load, before anything tells how many are best. */
const FIRST_ROUNDS = 3;
/** Before anything tells: on shared machines rounds differ twice as much as loads, and more. */
const UNKNOWN: VarianceComponents = { within: 4, between: 1 };

/** What another load has: whom, and rounds until when. */
interface Load {
  /** Which networks; null: all. */
  readonly only: readonly string[] | null;
  readonly policy: RoundPolicy;
}

/** What a block does next. */
export type BlockStep = { readonly kind: 'stop' } | ({ readonly kind: 'load' } & Load);

/**
 * Into how many loads to share out the time that is left: those by which the variance of a latency, between / loads +
 * within / rounds, becomes least (two-stage sampling; Cochran, Sampling Techniques, 3rd ed., 1977, § 10.6).
 * @param timeMs left
 * @param range fewest and most loads
 */
export function bestLoads(
  timeMs: number,
  { loadMs, roundMs }: CaseCosts,
  { within, between }: VarianceComponents,
  { loaded, whole }: Pick<BlockState, 'loaded' | 'whole'>,
  range: readonly [number, number],
): number {
  const [fewest, most] = range;
  let best = { loads: fewest, variance: Number.POSITIVE_INFINITY };
  for (let loads = fewest; loads <= most; loads++) {
    const rounds = Math.floor((timeMs / loads - loadMs) / roundMs);
    if (rounds < 1) break;
    const variance = between / (loaded + loads) + within / (whole + loads * rounds);
    if (variance < best.variance) best = { loads, variance };
  }
  return best.loads;
}

/** A load's share of the rounds that are left: the same in all loads. */
function sharedRounds({ loads, policy }: BlockPlan, whole: number, loaded: number): RoundPolicy {
  const { minRounds, maxRounds } = policy;
  const left = Math.max(1, loads - loaded);
  const least = whole + Math.max(0, Math.ceil((minRounds - whole) / left));
  return {
    minRounds: least,
    maxRounds: Math.max(least, whole + Math.floor((maxRounds - whole) / left)),
    deadlineMs: policy.deadlineMs,
  };
}

/** A load's share of the rounds and of the time that are left. */
export function sharedPolicy(
  plan: BlockPlan,
  { whole, loaded }: Pick<BlockState, 'whole' | 'loaded'>,
  nowMs: number,
): RoundPolicy {
  const { loads, policy } = plan;
  const left = Math.max(1, loads - loaded);
  return {
    ...sharedRounds(plan, whole, loaded),
    deadlineMs: nowMs + Math.max(0, policy.deadlineMs - nowMs) / left,
    // Alone, its even and its odd rounds are the two passes.
    even: loads === 1,
  };
}

/** A load of a block whose time decides: its share of that time, in as many loads as are best. */
function timedPolicy(
  { loads, leastLoads = loads, policy }: BlockPlan,
  state: BlockState,
  cases: number,
  nowMs: number,
): RoundPolicy {
  const { loaded, costs, variances, whole } = state;
  const begin = cases < state.cases ? state.begin.noisy : state.begin.all;
  if (costs === null) {
    const minRounds = begin + FIRST_ROUNDS;
    return { minRounds, maxRounds: minRounds, deadlineMs: nowMs };
  }
  const left = Math.max(1, leastLoads - loaded);
  const timeMs = Math.max(0, policy.deadlineMs - nowMs);
  const ofAll = { loadMs: cases * costs.loadMs, roundMs: cases * costs.roundMs };
  const range = [left, Math.max(left, loads - loaded)] as const;
  const best = bestLoads(timeMs, ofAll, variances ?? UNKNOWN, { loaded, whole }, range);
  const least = loaded < leastLoads ? Math.ceil((policy.minRounds - whole) / left) : 1;
  const minRounds = begin + Math.max(1, least);
  return {
    minRounds,
    maxRounds: Math.max(minRounds, policy.maxRounds),
    deadlineMs: nowMs + timeMs / best,
  };
}

/** Whether another load of these would end further behind the deadline than this moment is before it. */
function isLate({ costs }: BlockState, cases: number, { deadlineMs }: RoundPolicy, nowMs: number): boolean {
  return nowMs + (cases * ((costs?.loadMs ?? 0) + (costs?.roundMs ?? 0))) / 2 >= deadlineMs;
}

/** Rounds of a load more, at the most: in times of those it would have otherwise. */
const MOST_TIMES = 4;

/**
 * Rounds of a load more whose time is not given: √(within / between · cost of a load / cost of a round), by which a given
 * time takes the most variance away (two-stage sampling; Cochran, § 10.6).
 * @param least rounds that the loads before had
 */
export function bestRounds(
  { costs, variances }: Pick<BlockState, 'costs' | 'variances'>,
  least: number,
): number {
  if (costs === null || variances === null || costs.roundMs <= 0) return least;
  const { within, between } = variances;
  const best = Math.round(Math.sqrt((within / between) * (costs.loadMs / costs.roundMs)));
  // No variance between loads: one more load would be as good as any number.
  return Math.min(MOST_TIMES * least, Math.max(least, Number.isNaN(best) ? least : best));
}

/** What goes on after all networks had their loads: the noisy ones, if there are any, or nothing. */
function noisyStep(
  state: BlockState,
  plan: BlockPlan & { readonly precision: PrecisionTarget },
  nowMs: number,
): BlockStep {
  const { noisy, loaded, cases, begin } = state;
  const { leastLoads, policy, precision } = plan;
  if (noisy.length === 0 || loaded >= precision.mostLoads) return { kind: 'stop' };
  // Half of them or more: then the rest costs little beside the noise that all of them together take away.
  const only = 2 * noisy.length >= cases ? null : noisy;
  const count = only?.length ?? cases;
  if (leastLoads !== undefined) {
    if (isLate(state, count, policy, nowMs)) return { kind: 'stop' };
    return { kind: 'load', only, policy: timedPolicy(plan, state, count, nowMs) };
  }
  const perLoad = bestRounds(state, Math.ceil(policy.minRounds / plan.loads));
  const rounds = (only === null ? begin.all : begin.noisy) + perLoad;
  return { kind: 'load', only, policy: { minRounds: rounds, maxRounds: rounds, deadlineMs: nowMs } };
}

/** The next step of a block that was measured so far. */
export function nextStep(state: BlockState, plan: BlockPlan, nowMs: number): BlockStep {
  const { whole, loaded, lastEnded, profiled, cases } = state;
  const { loads, leastLoads, policy, precision } = plan;
  const isPlain = precision === undefined;
  // Perhaps by a process that was killed before it could say so: a load more would take a round too many.
  if (!profiled && whole >= policy.maxRounds && (isPlain || state.noisy.length === 0))
    return { kind: 'stop' };
  const enough = loaded >= (leastLoads ?? loads) && whole >= policy.minRounds;
  if (enough && lastEnded) {
    if (!isPlain) return noisyStep(state, { ...plan, precision }, nowMs);
    if (loaded >= loads || isLate(state, cases, policy, nowMs)) return { kind: 'stop' };
  }
  const own =
    leastLoads === undefined ? sharedPolicy(plan, state, nowMs) : timedPolicy(plan, state, cases, nowMs);
  return { kind: 'load', only: null, policy: own };
}

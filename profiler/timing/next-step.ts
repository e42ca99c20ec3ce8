// What a block of networks does next: another load, or nothing more. Pure, so that every case has an exact test.
import type { RoundPolicy } from './round-policy.ts';

/** Networks that repeat too badly are measured for as many loads and rounds again. */
export interface SteadyTarget {
  /** Mean of |pass 2 / pass 1 − 1| that is good enough. */
  readonly repeatability: number;
  /** Rounds beyond which it is left as it is. */
  readonly maxRounds: number;
}

/** Loads that a block should have, and the rounds that they share. */
export interface BlockPlan {
  readonly loads: number;
  /** With so many, the block ends at its deadline, though more were planned; all of them by default. */
  readonly leastLoads?: number;
  readonly policy: RoundPolicy;
}

/** Where a block stands between two loads. */
export interface BlockState {
  /** Rounds that every network has. */
  readonly whole: number;
  /** Loads that count: those that ended by themselves, and those of killed processes that have their share. */
  readonly loaded: number;
  /** Whether the last load ended because its policy said so. */
  readonly lastEnded: boolean;
  /** Mean time of the loads that this process has seen the end of, in ms; 0 before the first. */
  readonly loadMs: number;
  /** Whether kernels are recorded, which only a load that ends by itself gives. */
  readonly profiled: boolean;
  /** Mean of |pass 2 / pass 1 − 1| so far; null where there are fewer than two rounds. */
  readonly repeatability: number | null;
}

/** Whether the networks repeat too badly, and more rounds may be taken. */
export function isUnsteady(
  { repeatability, whole }: Pick<BlockState, 'repeatability' | 'whole'>,
  steady: SteadyTarget | undefined,
): boolean {
  if (steady === undefined || whole >= steady.maxRounds) return false;
  return repeatability !== null && repeatability > steady.repeatability;
}

/** As many loads and rounds again as were asked for. */
export function extendedPlan(plan: BlockPlan, asked: BlockPlan, whole: number): BlockPlan {
  const minRounds = whole + asked.policy.minRounds;
  const maxRounds = Math.max(minRounds, plan.policy.maxRounds);
  return { loads: plan.loads + asked.loads, policy: { ...plan.policy, minRounds, maxRounds } };
}

/** A load's share of the rounds and of the time that are left. */
export function sharedPolicy(
  { loads, policy }: BlockPlan,
  { whole, loaded }: Pick<BlockState, 'whole' | 'loaded'>,
  nowMs: number,
): RoundPolicy {
  const { minRounds, maxRounds, deadlineMs, targetError } = policy;
  const left = Math.max(1, loads - loaded);
  const least = whole + Math.max(0, Math.ceil((minRounds - whole) / left));
  return {
    minRounds: least,
    maxRounds: Math.max(least, whole + Math.floor((maxRounds - whole) / left)),
    deadlineMs: nowMs + Math.max(0, deadlineMs - nowMs) / left,
    // Errors of loads that are independent average out.
    ...(targetError === undefined ? {} : { targetError: targetError * Math.sqrt(loads) }),
    // Alone, its even and its odd rounds are the two passes.
    even: loads === 1,
  };
}

/** Whether another load would end further behind the deadline than this moment is before it. */
function isLate({ loaded, loadMs }: BlockState, { policy, leastLoads }: BlockPlan, nowMs: number): boolean {
  return leastLoads !== undefined && loaded >= leastLoads && nowMs + loadMs / 2 >= policy.deadlineMs;
}

/** What a block does next. */
export type BlockStep =
  | { readonly kind: 'stop' }
  /** Another load; `plan` has grown where the networks repeat too badly. */
  | { readonly kind: 'load'; readonly plan: BlockPlan; readonly policy: RoundPolicy };

/**
 * @param plan what was asked for, or what it has grown to
 * @param asked what was asked for
 */
export function nextStep(
  state: BlockState,
  plan: BlockPlan,
  asked: BlockPlan,
  steady: SteadyTarget | undefined,
  nowMs: number,
): BlockStep {
  const { whole, loaded, lastEnded, profiled } = state;
  const unsteady = isUnsteady(state, steady);
  // Perhaps by a process that was killed before it could say so: a load more would take a round too many.
  if (!profiled && whole >= plan.policy.maxRounds && !unsteady) return { kind: 'stop' };
  if (lastEnded && !unsteady && isLate(state, plan, nowMs)) return { kind: 'stop' };
  const enough = loaded >= plan.loads && whole >= plan.policy.minRounds;
  if (enough && !unsteady && lastEnded) return { kind: 'stop' };
  const grown = enough && unsteady ? extendedPlan(plan, asked, whole) : plan;
  return { kind: 'load', plan: grown, policy: sharedPolicy(grown, state, nowMs) };
}

import { describe, expect, test } from 'vitest';
import {
  type BlockPlan,
  type BlockState,
  extendedPlan,
  isUnsteady,
  nextStep,
  sharedPolicy,
} from '../../../profiler/timing/next-step.ts';

const NOW = 1_000_000;
/** Eight rounds in two loads, and up to sixteen until ten seconds from now. */
const ASKED: BlockPlan = { loads: 2, policy: { minRounds: 8, maxRounds: 16, deadlineMs: NOW + 10_000 } };
const STATE: BlockState = {
  whole: 0,
  loaded: 0,
  lastEnded: false,
  loadMs: 0,
  profiled: false,
  repeatability: null,
};

const next = (state: Partial<BlockState>, steady?: { repeatability: number; maxRounds: number }) =>
  nextStep({ ...STATE, ...state }, ASKED, ASKED, steady, NOW);

describe('a block', () => {
  test('starts with a load that has its share of rounds and time', () => {
    // 8 rounds by 2 loads are 4, 16 by 2 are 8; half of the ten seconds.
    expect(next({})).toEqual({
      kind: 'load',
      plan: ASKED,
      policy: { minRounds: 4, maxRounds: 8, deadlineMs: NOW + 5_000, even: false },
    });
  });

  test('stops once its loads ended by themselves with rounds enough', () => {
    expect(next({ whole: 8, loaded: 2, lastEnded: true })).toEqual({ kind: 'stop' });
  });

  test('loads again where the last process died, however many rounds there are', () => {
    expect(next({ whole: 8, loaded: 2, lastEnded: false }).kind).toBe('load');
  });

  test('ends at its deadline with the least loads, if the next would end further behind it than now is before it', () => {
    const plan = { ...ASKED, loads: 8, leastLoads: 2 };
    const at = (beforeMs: number, state: Partial<BlockState>) =>
      nextStep(
        { ...STATE, whole: 4, lastEnded: true, loadMs: 6000, ...state },
        plan,
        plan,
        undefined,
        plan.policy.deadlineMs - beforeMs,
      ).kind;
    expect(at(3500, { loaded: 4 })).toBe('load');
    expect(at(2500, { loaded: 4 })).toBe('stop');
    // One load tells nothing of another.
    expect(at(-9000, { loaded: 1 })).toBe('load');
    // Kernels and sentinels of a process that died are lost.
    expect(at(-9000, { loaded: 4, lastEnded: false })).toBe('load');
  });

  test('stops at the most rounds, though the last process died before it could say so', () => {
    expect(next({ whole: 16, loaded: 2, lastEnded: false })).toEqual({ kind: 'stop' });
    // Kernels come with the end of a load alone.
    expect(next({ whole: 16, loaded: 2, lastEnded: false, profiled: true }).kind).toBe('load');
  });

  test('takes as many loads and rounds again where networks repeat too badly', () => {
    const steady = { repeatability: 0.04, maxRounds: 24 };
    const step = next({ whole: 8, loaded: 2, lastEnded: true, repeatability: 0.05 }, steady);
    expect(step).toEqual({
      kind: 'load',
      plan: { loads: 4, policy: { minRounds: 16, maxRounds: 16, deadlineMs: NOW + 10_000 } },
      // Eight rounds are left for two loads.
      policy: { minRounds: 12, maxRounds: 12, deadlineMs: NOW + 5_000, even: false },
    });
    expect(next({ whole: 8, loaded: 2, lastEnded: true, repeatability: 0.03 }, steady).kind).toBe('stop');
    expect(next({ whole: 24, loaded: 2, lastEnded: true, repeatability: 0.05 }, steady).kind).toBe('stop');
  });
});

test('a block is unsteady only where it may grow and its networks were repeated', () => {
  const steady = { repeatability: 0.04, maxRounds: 10 };
  expect(isUnsteady({ repeatability: 0.041, whole: 9 }, steady)).toBe(true);
  expect(isUnsteady({ repeatability: 0.04, whole: 9 }, steady)).toBe(false);
  expect(isUnsteady({ repeatability: 0.041, whole: 10 }, steady)).toBe(false);
  expect(isUnsteady({ repeatability: null, whole: 1 }, steady)).toBe(false);
  expect(isUnsteady({ repeatability: 0.041, whole: 9 }, undefined)).toBe(false);
});

test('a plan that grows asks for as much again beyond what was measured', () => {
  const { loads, policy } = extendedPlan(ASKED, ASKED, 20);
  expect(loads).toBe(4);
  expect(policy).toEqual({ minRounds: 28, maxRounds: 28, deadlineMs: NOW + 10_000 });
});

test('the last load gets all that is left; the only one takes even numbers of rounds', () => {
  expect(sharedPolicy(ASKED, { whole: 5, loaded: 1 }, NOW)).toMatchObject({
    minRounds: 8,
    maxRounds: 16,
    deadlineMs: NOW + 10_000,
  });
  // More loads than planned, after deaths, share nothing more.
  expect(sharedPolicy(ASKED, { whole: 5, loaded: 3 }, NOW)).toMatchObject({ minRounds: 8, maxRounds: 16 });
  // A deadline that is over stays so.
  expect(sharedPolicy(ASKED, { whole: 0, loaded: 0 }, NOW + 20_000).deadlineMs).toBe(NOW + 20_000);
  expect(sharedPolicy({ ...ASKED, loads: 1 }, { whole: 0, loaded: 0 }, NOW).even).toBe(true);
  // Errors of 4 independent loads average to half.
  const policy = { ...ASKED.policy, targetError: 0.01 };
  expect(sharedPolicy({ loads: 4, policy }, { whole: 0, loaded: 0 }, NOW).targetError).toBe(0.02);
});

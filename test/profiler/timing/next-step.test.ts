import { describe, expect, test } from 'vitest';
import {
  type BlockPlan,
  type BlockState,
  bestLoads,
  bestRounds,
  nextStep,
  sharedPolicy,
} from '../../../profiler/timing/next-step.ts';

const NOW = 1_000_000;
/** Eight rounds in two loads, and up to sixteen until ten seconds from now. */
const ASKED: BlockPlan = { loads: 2, policy: { minRounds: 8, maxRounds: 16, deadlineMs: NOW + 10_000 } };
const STATE: BlockState = {
  cases: 10,
  whole: 0,
  loaded: 0,
  lastEnded: false,
  costs: null,
  variances: null,
  profiled: false,
  noisy: [],
  begin: { all: 0, noisy: 0 },
};

const next = (state: Partial<BlockState>, plan = ASKED) =>
  nextStep({ ...STATE, begin: { all: state.whole ?? 0, noisy: state.whole ?? 0 }, ...state }, plan, NOW);

describe('a block', () => {
  test('starts with a load that has its share of rounds and time', () => {
    // 8 rounds by 2 loads are 4, 16 by 2 are 8; half of the ten seconds.
    expect(next({})).toEqual({
      kind: 'load',
      only: null,
      policy: { minRounds: 4, maxRounds: 8, deadlineMs: NOW + 5_000, even: false },
    });
  });

  test('stops once its loads ended by themselves with rounds enough', () => {
    expect(next({ whole: 8, loaded: 2, lastEnded: true })).toEqual({ kind: 'stop' });
  });

  test('loads again where the last process died, however many rounds there are', () => {
    expect(next({ whole: 8, loaded: 2, lastEnded: false }).kind).toBe('load');
  });

  test('stops at the most rounds, though the last process died before it could say so', () => {
    expect(next({ whole: 16, loaded: 2, lastEnded: false })).toEqual({ kind: 'stop' });
    // Kernels come with the end of a load alone.
    expect(next({ whole: 16, loaded: 2, lastEnded: false, profiled: true }).kind).toBe('load');
  });
});

describe('a block whose time decides', () => {
  const timed: BlockPlan = { ...ASKED, loads: 8, leastLoads: 2, policy: { ...ASKED.policy, minRounds: 4 } };
  // Ten cases: 1 s to load them, half a second a round.
  const costs = { loadMs: 100, roundMs: 50 };

  test('first takes three rounds of a load, to see what they cost', () => {
    expect(next({}, timed)).toEqual({
      kind: 'load',
      only: null,
      policy: { minRounds: 3, maxRounds: 3, deadlineMs: NOW },
    });
  });

  test('shares out what is left among as many loads as are best', () => {
    const variances = { within: 4, between: 1 };
    const step = next({ whole: 2, loaded: 1, lastEnded: true, costs, variances }, timed);
    // In 10 s, k loads have ⌊20/k − 2⌋ rounds each: 1/(1+k) + 4/(2+k·r) is 0.700, 0.556, 0.500, 0.486, 0.5 for k = 1 … 5.
    expect(step).toMatchObject({
      only: null,
      policy: { minRounds: 4, maxRounds: 16, deadlineMs: NOW + 2_500 },
    });
  });

  test('ends at its deadline, if the next load would end further behind it than now is before it', () => {
    // A load of one round takes 1.5 s.
    const at = (beforeMs: number, state: Partial<BlockState>) =>
      nextStep(
        { ...STATE, whole: 4, begin: { all: 4, noisy: 4 }, lastEnded: true, costs, ...state },
        timed,
        timed.policy.deadlineMs - beforeMs,
      ).kind;
    expect(at(800, { loaded: 4 })).toBe('load');
    expect(at(700, { loaded: 4 })).toBe('stop');
    // One load tells nothing of another.
    expect(at(-9000, { loaded: 1 })).toBe('load');
    // Kernels and sentinels of a process that died are lost.
    expect(at(-9000, { loaded: 4, lastEnded: false })).toBe('load');
  });

  test('ends before it where all are sure', () => {
    const precise = { ...timed, precision: { standardError: 0.01, mostLoads: 8 } };
    const done = { whole: 4, loaded: 2, lastEnded: true, costs };
    expect(next(done, precise).kind).toBe('stop');
    expect(next({ ...done, noisy: ['a'] }, precise)).toMatchObject({ kind: 'load', only: ['a'] });
    // The least come first.
    expect(next({ ...done, loaded: 1 }, precise)).toMatchObject({ kind: 'load', only: null });
  });
});

describe('a block of so many rounds that must be sure', () => {
  const precise = { ...ASKED, precision: { standardError: 0.01, mostLoads: 6 } };
  const done = { whole: 8, loaded: 2, lastEnded: true, begin: { all: 8, noisy: 11 } };

  test('loads the noisy ones again, for a share of the rounds more', () => {
    expect(next({ ...done, noisy: ['a', 'b'] }, precise)).toEqual({
      kind: 'load',
      only: ['a', 'b'],
      policy: { minRounds: 15, maxRounds: 15, deadlineMs: NOW },
    });
  });

  test('has the more rounds in a load of those, the dearer the load and the noisier the rounds', () => {
    // √(4 / 1 · 250 / 62.5) = 4·√… = 4, as before; √(9 · 4) = 6; √(100 · 4) = 20, but four times as many at the most.
    const costs = { loadMs: 250, roundMs: 62.5 };
    expect(bestRounds({ costs, variances: { within: 4, between: 1 } }, 4)).toBe(4);
    expect(bestRounds({ costs, variances: { within: 9, between: 1 } }, 4)).toBe(6);
    expect(bestRounds({ costs, variances: { within: 100, between: 1 } }, 4)).toBe(16);
    expect(bestRounds({ costs, variances: { within: 1, between: 0 } }, 4)).toBe(16);
    expect(bestRounds({ costs, variances: { within: 0, between: 0 } }, 4)).toBe(4);
    expect(bestRounds({ costs: null, variances: null }, 4)).toBe(4);
    const variances = { within: 9, between: 1 };
    expect(next({ ...done, noisy: ['a', 'b'], costs, variances }, precise)).toMatchObject({
      only: ['a', 'b'],
      // The noisy ones' next round is number 11.
      policy: { minRounds: 17, maxRounds: 17 },
    });
  });

  test('loads all where half of them are noisy', () => {
    expect(next({ ...done, noisy: ['a', 'b', 'c', 'd', 'e'] }, precise)).toMatchObject({
      only: null,
      policy: { minRounds: 12 },
    });
  });

  test('stops where none is, or at the most loads', () => {
    expect(next(done, precise).kind).toBe('stop');
    expect(next({ ...done, loaded: 6, noisy: ['a'] }, precise).kind).toBe('stop');
  });

  test('goes on past the most rounds of the plain loads', () => {
    expect(next({ ...done, whole: 16, noisy: ['a'] }, precise).kind).toBe('load');
  });
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
});

test('where loads do not differ one is best; where only they do, as many as the time allows', () => {
  const costs = { loadMs: 1000, roundMs: 500 };
  const of = (within: number, between: number) =>
    bestLoads(10_000, costs, { within, between }, { loaded: 1, whole: 2 }, [1, 8]);
  expect(of(1, 0)).toBe(1);
  // Six loads of a round each take nine seconds.
  expect(of(0, 1)).toBe(6);
  // Time for none: the fewest.
  expect(bestLoads(100, costs, { within: 1, between: 1 }, { loaded: 1, whole: 2 }, [2, 8])).toBe(2);
});

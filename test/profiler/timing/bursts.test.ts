import { expect, test } from 'vitest';
import {
  burstRatios,
  runsPerBurst,
  runsPerRound,
  type TimedCase,
  timeBursts,
} from '../../../profiler/timing/bursts.ts';

test('a round has three bursts or more, of some 4 ms or one run', () => {
  expect([50_000, 12_000, 2000, 100].map(runsPerRound)).toEqual([3, 3, 6, 40]);
  expect([3, 6, 40].map(runsPerBurst)).toEqual([1, 2, 13]);
});

test('each burst is over the mean of the paces beside it; the last has the runs left over', () => {
  // Bursts [10, 14], [20, 20], [30, 30, 90] between paces 1, 3, 1 and 2: medians 12, 20, 30 over 2, 2 and 1.5.
  expect(burstRatios([10, 14, 20, 20, 30, 30, 90], [1, 3, 1, 2], 2)).toEqual([6, 10, 20]);
});

/** A machine whose speed halves after so many runs of anything. */
function machine(slowAfter: number) {
  let runs = 0;
  const log: string[] = [];
  const slowness = () => (runs++ >= slowAfter ? 2 : 1);
  const timedCase: TimedCase = {
    id: 'case',
    async run() {
      log.push('case');
      return 20_000 * slowness();
    },
  };
  const pace = async () => {
    log.push('pace');
    return 200 * slowness();
  };
  return { timedCase, pace, log };
}

test('the pacer is timed before the first burst and behind each, after the cold run', async () => {
  const { timedCase, pace, log } = machine(Number.POSITIVE_INFINITY);
  const times = await timeBursts(timedCase, 3, pace);
  expect(log).toEqual(['case', 'pace', 'case', 'pace', 'case', 'pace', 'case', 'pace']);
  const runsUs = [20_000, 20_000, 20_000];
  expect(times).toEqual({ latencyUs: 20_000, coldUs: 20_000, perPacer: 100, pacerUs: 200, runsUs });
});

test('what slows the whole machine does not show in units of the pacer', async () => {
  // The second of three bursts and all behind it are slow: raw medians show it, ratios hardly.
  const { timedCase, pace } = machine(4);
  const times = await timeBursts(timedCase, 3, pace);
  expect(times.latencyUs).toBe(40_000);
  // Bursts: 20 ms between 200 and 200; 40 ms between 400 and 400, twice.
  expect(times.perPacer).toBe(100);
});

test('without a pacer there are raw times alone', async () => {
  const { timedCase } = machine(Number.POSITIVE_INFINITY);
  expect(await timeBursts(timedCase, 4)).toEqual({
    latencyUs: 20_000,
    coldUs: 20_000,
    perPacer: null,
    pacerUs: null,
    runsUs: [20_000, 20_000, 20_000, 20_000],
  });
});

import { expect, test } from 'vitest';
import type { TimedCase } from '../../../profiler/timing/bursts.ts';
import type { Disturbance, DisturbanceWatch } from '../../../profiler/timing/disturbance.ts';
import { sampleRounds } from '../../../profiler/timing/rounds.ts';

const QUIET: DisturbanceWatch = { start: () => () => null };

/** Cases that log each run; the first two runs of each are warm-ups. */
function loggedCases(log: string[], times: Record<string, number>): TimedCase[] {
  return Object.entries(times).map(([id, us]) => ({
    id,
    async run() {
      log.push(id);
      return us;
    },
  }));
}

const sentinel: TimedCase = { id: 'sentinel', run: async () => 100 };

test('every case is timed once per round, in another order each round', async () => {
  const log: string[] = [];
  const cases = loggedCases(log, { a: 20_000, b: 20_000, c: 20_000, d: 20_000, e: 20_000, f: 20_000 });
  const order: string[][] = [];
  await sampleRounds(cases, {
    seed: 3,
    sentinels: [sentinel],
    watch: QUIET,
    another: (rounds) => rounds < 4,
    onSample: ({ id, round }) => {
      order[round] ??= [];
      order[round]?.push(id);
    },
  });
  for (const round of order) expect([...round].sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  expect(new Set(order.map(String)).size).toBe(4);
});

test('a short case runs more often in a round than a long one, between 3 and 40 times', async () => {
  const runs = new Map<string, number>();
  await sampleRounds(loggedCases([], { slow: 50_000, middle: 3000, fast: 10 }), {
    seed: 1,
    sentinels: [sentinel],
    watch: QUIET,
    another: (rounds) => rounds < 1,
    onSample: ({ id, runs: count }) => runs.set(id, count),
  });
  expect(Object.fromEntries(runs)).toEqual({ slow: 3, middle: 4, fast: 40 });
});

test('a disturbed sample is marked, taken again, and the quiet one is kept', async () => {
  // The first attempt of the first sample waits 20 % of its time for a processor.
  const found: (Disturbance | null)[] = [{ runDelay: 0.2, steal: 0 }];
  const watch: DisturbanceWatch = { start: () => () => found.shift() ?? { runDelay: 0, steal: 0 } };
  const times = [1, 1, 900, 900, 500, 500];
  const scripted: TimedCase = { id: 'case', run: async () => (times.shift() ?? 0) * 100 };
  const { samples, disturbed } = await sampleRounds([scripted], {
    seed: 1,
    sentinels: [sentinel],
    watch,
    another: (rounds) => rounds < 1,
  });
  expect(disturbed).toBe(1);
  expect(samples[0]?.[0]).toMatchObject({ attempts: 2, disturbed: false });
});

test('a sample that stays disturbed is kept after three attempts, still marked', async () => {
  const watch: DisturbanceWatch = { start: () => () => ({ runDelay: 0.5, steal: 0 }) };
  const { samples, disturbed } = await sampleRounds(loggedCases([], { case: 20_000 }), {
    seed: 1,
    sentinels: [sentinel],
    watch,
    another: (rounds) => rounds < 1,
  });
  expect(disturbed).toBe(3);
  expect(samples[0]?.[0]).toMatchObject({ attempts: 3, disturbed: true, latencyUs: 20_000 });
});

test('the sentinel is timed at the start of each round and every eight cases', async () => {
  let times = 0;
  const counted: TimedCase = { id: 'sentinel', run: async () => ++times };
  const cases = loggedCases(
    [],
    Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`case ${i}`, 20_000])),
  );
  const { sentinels } = await sampleRounds(cases, {
    seed: 1,
    sentinels: [counted],
    watch: QUIET,
    another: (rounds) => rounds < 3,
  });
  expect(sentinels.map(({ round }) => round)).toEqual([0, 0, 1, 1, 2, 2]);
});

test('rounds of an earlier process count as done', async () => {
  const rounds: number[] = [];
  await sampleRounds(loggedCases([], { case: 20_000 }), {
    seed: 1,
    sentinels: [sentinel],
    watch: QUIET,
    done: new Map([['case', 3]]),
    another: (done) => done < 5,
    onSample: ({ round }) => rounds.push(round),
  });
  expect(rounds).toEqual([3, 4]);
});

test('a round that an earlier process left in the middle is ended first, in the same order', async () => {
  const ids = ['a', 'b', 'c', 'd', 'e'];
  const times = Object.fromEntries(ids.map((id) => [id, 20_000]));
  const taken = async (done: ReadonlyMap<string, number>) => {
    const order: string[] = [];
    await sampleRounds(loggedCases([], times), {
      seed: 1,
      sentinels: [sentinel],
      watch: QUIET,
      done,
      another: (rounds) => rounds < 2,
      onSample: ({ id, round }) => order.push(`${id} ${round}`),
    });
    return order;
  };
  const whole = await taken(new Map());
  for (const killedAfter of [1, 4, 5, 7]) {
    const before = whole.slice(0, killedAfter);
    const done = new Map(ids.map((id) => [id, before.filter((sample) => sample.startsWith(id)).length]));
    expect(await taken(done)).toEqual(whole.slice(killedAfter));
  }
});

test('what replaces a disturbed sample is the time of the quiet attempt alone', async () => {
  let attempts = 0;
  // While others take a third of the processor, everything is half as slow again.
  const watch: DisturbanceWatch = {
    start() {
      const disturbed = ++attempts <= 2;
      return () => ({ runDelay: disturbed ? 0.33 : 0, steal: 0 });
    },
  };
  const scripted: TimedCase = {
    id: 'case',
    run: async () => (attempts === 1 || attempts === 2 ? 30_000 : 20_000),
  };
  const { samples, disturbed } = await sampleRounds([scripted], {
    seed: 1,
    sentinels: [sentinel],
    watch,
    another: (rounds) => rounds < 2,
  });
  expect(disturbed).toBe(2);
  expect(samples[0]).toMatchObject([
    { latencyUs: 20_000, attempts: 3, disturbed: false },
    { latencyUs: 20_000, attempts: 1, disturbed: false },
  ]);
});

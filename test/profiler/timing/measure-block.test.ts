import { describe, expect, test } from 'vitest';
import type { Network } from '../../../network/network.ts';
import { zooNetwork } from '../../../network/zoo/index.ts';
import type { DisturbanceWatch } from '../../../profiler/timing/disturbance.ts';
import {
  type BlockOptions,
  type CaseFailure,
  type EarlierLoads,
  measureBlock,
} from '../../../profiler/timing/measure-block.ts';
import type { NetworkCase, Stage } from '../../../profiler/timing/measure-load.ts';
import { type LoadSample, measureNetworks } from '../../../profiler/timing/measure-networks.ts';
import { inProcess, LoadDeath, type Measurer } from '../../../profiler/timing/measurer.ts';
import { anotherRound } from '../../../profiler/timing/round-policy.ts';
import { scriptedEngine } from '../../support/scripted-engine.ts';

const BASE = zooNetwork('inception-32');
const named = (name: string): Network => ({ ...BASE, name });
const caseOf = (id: string, profiled = false): NetworkCase => ({ id, network: named(id), profiled });
const QUIET: DisturbanceWatch = { start: () => () => null };

/** Times in ms by name of the network, here and now; the names of what runs next are `running`. */
function timedEngine(ms: (name: string) => number) {
  let running = '';
  return scriptedEngine({
    kernelUs: () => 10,
    onRun: (name) => {
      running = name;
    },
    networkUs: () => 1e3 * ms(running),
  });
}

const options: BlockOptions = {
  batch: 1,
  seed: 1,
  sentinel: named('sentinel'),
  loads: 1,
  policy: { minRounds: 4, maxRounds: 4, deadlineMs: 0 },
};

/** Dies after the samples and at the stages that it is told. */
function mortal(
  measurer: Measurer,
  dies: { after?: number[]; at?: (stage: Stage) => boolean },
  onLoad?: () => void,
): Measurer {
  let taken = 0;
  return {
    ...measurer,
    measureLoad(job, listener) {
      onLoad?.();
      let stage: Stage | null = null;
      return measurer.measureLoad(job, {
        onStage(next) {
          stage = next;
          listener.onStage?.(next);
          if (dies.at?.(next) === true) throw new LoadDeath('killed', stage);
        },
        onSample(sample) {
          listener.onSample?.(sample);
          if (dies.after?.includes(++taken) === true) throw new LoadDeath('killed', stage);
        },
      });
    },
  };
}

describe('a block over several loads', () => {
  test("gives the median of the loads' medians, kernels too", async () => {
    // The third load of a is 25 % slow.
    let load = -1;
    const engine = scriptedEngine({
      kernelUs: () => [10, 30, 14][load] as number,
      networkUs: (_, sum) => sum,
    });
    const measurer = mortal(inProcess(engine), {}, () => load++);
    const block = await measureBlock(measurer, [caseOf('a', true)], {
      ...options,
      loads: 3,
      policy: { minRounds: 7, maxRounds: 7, deadlineMs: 0 },
    });
    const [a] = block.networks;
    expect(a).toMatchObject({ rounds: 7, loads: 3 });
    const kernels = a?.kernels ?? [];
    expect(kernels.length).toBeGreaterThan(10);
    for (const kernel of kernels) expect(kernel).toMatchObject({ latencyUs: 14, minUs: 10, rounds: 7 });
    expect(a?.latencyUs).toBe(14 * kernels.length);
    // Loads 1 and 3 against load 2.
    expect(block.repeatability).toBeCloseTo(30 / 12 - 1, 12);
  });

  test('takes each sample once, however often its processes die', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const samples: LoadSample[] = [];
    const measurer = mortal(inProcess(timedEngine(() => 20)), {
      after: [1, 2, 4, 9, 10, 13, 21, 22, 29, 31],
    });
    const { networks } = await measureBlock(
      measurer,
      ids.map((id) => caseOf(id)),
      {
        ...options,
        loads: 3,
        policy: { minRounds: 9, maxRounds: 9, deadlineMs: 0 },
        onSample: (sample) => samples.push(sample),
      },
    );
    const rounds = networks[0]?.rounds as number;
    expect(rounds).toBeGreaterThanOrEqual(9);
    expect(networks.map((network) => network.rounds)).toEqual(ids.map(() => rounds));
    expect(samples).toHaveLength(5 * rounds);
    expect(new Set(samples.map(({ id, round }) => `${id} ${round}`)).size).toBe(samples.length);
    // Rounds follow each other.
    expect(samples.map(({ round }) => round)).toEqual(samples.map((_, index) => Math.floor(index / 5)));
  });

  test('goes on with what an earlier session left', async () => {
    const ids = ['a', 'b', 'c'];
    const before: LoadSample[] = [];
    const dying = mortal(inProcess(timedEngine(() => 20)), { after: [7] });
    const plan = { ...options, policy: { minRounds: 6, maxRounds: 6, deadlineMs: 0 } };
    const cases = ids.map((id) => caseOf(id));
    await expect(
      measureBlock(
        {
          ...dying,
          measureLoad: (job, listener) =>
            dying.measureLoad(job, listener).catch(() => {
              throw new Error('session killed');
            }),
        },
        cases,
        { ...plan, onSample: (sample) => before.push(sample) },
      ),
    ).rejects.toThrow('session killed');
    expect(before).toHaveLength(7);
    const earlier: EarlierLoads = { samples: before, kernels: new Map() };
    const after: LoadSample[] = [];
    const { networks } = await measureBlock(inProcess(timedEngine(() => 20)), cases, {
      ...plan,
      earlier,
      onSample: (sample) => after.push(sample),
    });
    expect(after).toHaveLength(18 - 7);
    expect(networks).toMatchObject(ids.map((id) => ({ id, rounds: 6, loads: 2 })));
  });

  test('leaves out a case after three deaths in a row, and only then', async () => {
    const failures: CaseFailure[] = [];
    let bad = 0;
    let unlucky = 0;
    const measurer = mortal(inProcess(timedEngine(() => 20)), {
      at({ step, id }) {
        if (id === 'bad') return step === 'run' && ++bad > 0;
        // Two deaths, then two more once it has come through.
        return id === 'unlucky' && step === 'run' && [1, 2, 4, 5].includes(++unlucky);
      },
    });
    const { networks } = await measureBlock(
      measurer,
      ['a', 'unlucky', 'bad'].map((id) => caseOf(id)),
      {
        ...options,
        onFailure: (failure) => failures.push(failure),
      },
    );
    expect(networks.map(({ id, rounds }) => [id, rounds])).toEqual([
      ['a', 4],
      ['unlucky', 4],
    ]);
    expect(failures).toEqual([{ id: 'bad', reason: 'killed' }]);
    expect(bad).toBe(3);
  });

  test('ends when even the sentinel kills its process three times', async () => {
    const measurer = mortal(inProcess(timedEngine(() => 20)), { at: ({ id }) => id === null });
    await expect(measureBlock(measurer, [caseOf('a')], options)).rejects.toThrow('killed');
  });
});

describe('stopping', () => {
  test('asks no more than the least number of rounds once the time is up', () => {
    const policy = { minRounds: 3, maxRounds: 9, deadlineMs: 10_000 };
    const state = { done: 3, own: 3, seconds: 6 };
    expect(anotherRound(policy, { ...state, done: 2 }, 20_000)).toBe(true);
    expect(anotherRound(policy, state, 7999)).toBe(true);
    expect(anotherRound(policy, state, 8000)).toBe(false);
    expect(anotherRound(policy, { ...state, done: 9 }, 0)).toBe(false);
    expect(anotherRound({ ...policy, even: true }, state, 20_000)).toBe(true);
    // What was loaded runs once at least.
    expect(anotherRound(policy, { ...state, done: 9, own: 0, seconds: 0 }, 20_000)).toBe(true);
  });
});

test('drift that all networks share is divided out exactly', async () => {
  const DRIFT = [1, 1.1, 1.3, 0.8, 1];
  const ms: Record<string, number> = { a: 20, b: 30, c: 70 };
  let samples = 0;
  const engine = timedEngine(
    (name) => (ms[name] ?? 10) * (DRIFT[Math.min(4, Math.floor(samples / 3))] as number),
  );
  const { networks, drift } = await measureNetworks(
    engine,
    Object.keys(ms).map((id) => caseOf(id)),
    {
      batch: 1,
      seed: 1,
      sentinel: named('sentinel'),
      another: (rounds) => rounds < DRIFT.length,
      onSample: () => samples++,
      watch: QUIET,
    },
  );
  expect(drift).toBeCloseTo(1.3 / 0.8 - 1, 12);
  for (const { id, latencyUs, spread, minUs } of networks) {
    const us = 1e3 * (ms[id] as number);
    expect(latencyUs).toBeCloseTo(us, 6);
    expect(spread).toBeCloseTo(0, 9);
    expect(minUs).toBeCloseTo(0.8 * us, 6);
  }
});

describe('a block that must be sure', () => {
  const IDS = Array.from({ length: 30 }, (_, k) => `n${k}`);
  const measured = async (ms: (name: string, load: number) => number, ids = IDS, earlier?: EarlierLoads) => {
    let load = earlier?.samples.at(-1)?.load ?? -1;
    const samples: LoadSample[] = [];
    const measurer = mortal(inProcess(timedEngine((name) => ms(name, load))), {}, () => load++);
    const block = await measureBlock(
      measurer,
      ids.map((id) => caseOf(id)),
      {
        ...options,
        loads: 2,
        precision: { standardError: 0.08, mostLoads: 8 },
        ...(earlier === undefined ? {} : { earlier }),
        onSample: (sample) => samples.push(sample),
      },
    );
    return { block, samples };
  };
  const outlier = (name: string, load: number) => (name === 'n0' && load === 0 ? 30 : 20);

  test('stops after its rounds where its networks are sure', async () => {
    const { block } = await measured(() => 20);
    for (const network of block.networks) expect(network).toMatchObject({ rounds: 4, loads: 2 });
  });

  test('goes on with the noisy ones and some others while they are not, at whatever speed', async () => {
    // Everything is twice as slow from the third load on. n0's first load is an outlier: 30 against 20.
    const { block } = await measured((name, load) => outlier(name, load) * (load < 2 ? 1 : 2));
    const [n0] = block.networks;
    expect(n0?.loads).toBeGreaterThan(2);
    // Twelve are loaded together, so that their common factor can be told: in each load the least sure.
    const longer = block.networks.filter(({ rounds }) => rounds > 4);
    expect(longer.length).toBeGreaterThanOrEqual(12);
    expect(longer.length).toBeLessThan(30);
    for (const { id, latencyUs } of block.networks) if (id !== 'n0') expect(latencyUs).toBeCloseTo(20e3, 6);
    // As in its second load, and in those beyond.
    expect(n0?.latencyUs).toBeCloseTo(20e3, 6);
  });

  test('gives up at the most', async () => {
    const { block } = await measured(
      (name, load) => (name === 'a' && load % 2 === 0 ? 40 : 20),
      ['a', 'b', 'c'],
    );
    expect(block.networks[0]).toMatchObject({ rounds: 16, loads: 8 });
  });

  test('goes on from the rounds of an earlier process and repeats none', async () => {
    const first = await measured(outlier);
    const earlier = { samples: first.samples.filter(({ round }) => round < 4), kernels: new Map() };
    const { samples } = await measured(outlier, IDS, earlier);
    expect(earlier.samples).toHaveLength(4 * 30);
    for (const { round } of samples) expect(round).toBeGreaterThanOrEqual(4);
    expect(new Set(samples.map(({ id, round }) => `${id} ${round}`)).size).toBe(samples.length);
    // All are loaded once more, for the sentinels of the process that was killed are gone with it.
    expect(samples.filter(({ round }) => round === 4)).toHaveLength(30);
  });
});

test('the sentinel is brought to the typical round, as the networks are', async () => {
  // Everything is twice as slow in the last load.
  let load = -1;
  const measurer = mortal(
    inProcess(timedEngine((name) => (name === 'sentinel' ? 5 : 20) * (load === 2 ? 2 : 1))),
    {},
    () => load++,
  );
  const block = await measureBlock(measurer, [caseOf('a'), caseOf('b')], {
    ...options,
    loads: 3,
    policy: { minRounds: 6, maxRounds: 6, deadlineMs: 0 },
  });
  expect(block.sentinelUs).toBeCloseTo(5e3, 6);
  expect(block.networks[0]?.latencyUs).toBeCloseTo(20e3, 6);
});

import { expect, test } from 'vitest';
import { driftOf, withoutLoadDrift } from '../../calibration/drift.ts';
import type { NetworkRecord } from '../../records/measurements.ts';

const BLOCKS = 6;
const SLOWNESS = [1, 1.1, 0.95, 1.02, 1.25, 1];

/** Networks whose latency is FLOPs^0.9, a hundred to a block, at random; the machine is as slow as its block says. */
function records(perBlock: number, noise: number, sentinelError = 0): NetworkRecord[] {
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state / 2 ** 32;
  };
  return Array.from({ length: BLOCKS * perBlock }, (_, sample) => {
    const block = sample % BLOCKS;
    const slow = SLOWNESS[block] as number;
    const flops = 1e9 * (0.5 + random());
    const latency = (flops / 1e6) ** 0.9 * slow * Math.exp(noise * (random() - 0.5));
    return {
      network: 'n',
      sample,
      role: 'report',
      law: 'uniform',
      block,
      flops,
      parameters: 1e6 * (1 + random()),
      kernels: 70,
      latency_us: latency,
      spread: 0,
      min_us: latency,
      pass_1_us: latency,
      pass_2_us: latency,
      rounds: 4,
      disturbed: 0,
      drift: 0,
      standard_error: null,
      pacer_us: null,
      pacer_exponent: null,
      unforeseen: null,
      unforeseen_share: null,
      sentinel_us: 500 * slow * (block === 0 ? 1 + sentinelError : 1),
    };
  });
}

test('how slow each block was is told by its networks, whatever they cost', () => {
  const { slowness, sentinelUs } = driftOf(records(100, 0.05));
  const relative = SLOWNESS.map((_, block) => (slowness.get(block) as number) / (slowness.get(0) as number));
  for (const [block, slow] of SLOWNESS.entries())
    expect((relative[block] as number) / slow).toBeCloseTo(1, 1.9);
  // The typical block lies between 1 and 1.02.
  expect(sentinelUs).toBeGreaterThan(500 * 0.995);
  expect(sentinelUs).toBeLessThan(500 * 1.025);
});

test('a sentinel that is off does not move its block', () => {
  const [steady, off] = [driftOf(records(100, 0)), driftOf(records(100, 0, 0.05))];
  for (const [block, slow] of steady.slowness) expect(off.slowness.get(block)).toBeCloseTo(slow, 12);
});

test('few networks leave it to the sentinel', () => {
  const { slowness, sentinelUs } = driftOf(records(5, 0.3));
  for (const [block, slow] of slowness)
    expect((slow * sentinelUs) / (500 * (SLOWNESS[block] as number))).toBeCloseTo(1, 9);
});

test('one block has no drift', () => {
  const only = records(40, 0.1).filter(({ block }) => block === 4);
  expect([...driftOf(only).slowness]).toEqual([[4, 1]]);
});

test('a last block of few networks leaves the others as they are, and is told by its sentinel', () => {
  const whole = records(100, 0);
  const few = whole.filter(({ block, sample }) => block !== 5 || sample < 30);
  const [all, short] = [driftOf(whole), driftOf(few)];
  // The typical block is another one without it; what blocks differ by is not.
  const factor = (short.slowness.get(0) as number) / (all.slowness.get(0) as number);
  for (const block of [1, 2, 3, 4])
    expect((short.slowness.get(block) as number) / (all.slowness.get(block) as number) / factor).toBeCloseTo(
      1,
      2,
    );
  expect((short.slowness.get(5) as number) * short.sentinelUs).toBeCloseTo(500, 6);
});

test('what all networks of a load share is divided out of its rounds and kernels', () => {
  const row = {
    round: 0,
    cold_us: 1,
    runs: 3,
    per_pacer: null,
    pacer_us: null,
    disturbed: false,
    attempts: 1,
  };
  const ran = { kernel: 'k', op: 'conv', unforeseen: false, of: 1 };
  const kernel = { ...ran, spread: 0, min_us: 1, rounds: 2, per_pacer: null };
  // Load 1 of block 0 is a fifth slower, and network 2 is 10 % slower in it by itself; block 1 has a load 1 of its own.
  const times: [number, number, number][] = [
    [1, 0, 10],
    [1, 1, 12],
    [2, 0, 20],
    [2, 1, 26.4],
    [3, 0, 30],
    [3, 1, 36],
    [4, 0, 40],
    [4, 1, 40],
    [5, 0, 50],
    [5, 1, 50],
  ];
  const rounds = times.map(([sample, load, latency_us]) => ({
    network: 'n',
    sample,
    load,
    latency_us,
    ...row,
  }));
  const kernels = rounds.map((each) => ({ ...each, ...kernel, latency_us: each.latency_us / 10 }));
  const steady = withoutLoadDrift({ rounds, kernels }, ({ sample }) => (sample < 4 ? 0 : 1));
  const us = steady.rounds.map(({ latency_us }) => latency_us);
  // The median of 10 and 12 is 11, that of 30 and 36 is 33: both are 12/11 slow in load 1, 10/11 in load 0.
  expect(us[0]).toBeCloseTo(11, 9);
  expect(us[1]).toBeCloseTo(11, 9);
  expect((us[3] as number) / (us[2] as number)).toBeCloseTo(1.1, 9);
  expect(us.slice(6)).toEqual([40, 40, 50, 50]);
  expect(steady.kernels.map(({ latency_us }) => latency_us * 10)).toEqual(
    us.map((each) => expect.closeTo(each, 9)),
  );
});

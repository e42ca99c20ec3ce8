import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ceilingsSummary } from '../../../cli/actions/ceilings-text.ts';
import { leastRoundSeconds, roundSeconds, spreadCases } from '../../../experiments/ceilings/case-budget.ts';
import { computeCase, convShape, trafficCase } from '../../../experiments/ceilings/cases.ts';
import { measureCeilings } from '../../../experiments/ceilings/ceilings.ts';
import { midMean } from '../../../experiments/ceilings/load-case.ts';
import { measureCases } from '../../../experiments/ceilings/measure-cases.ts';
import { choosePeaks, fastest, roofGflops } from '../../../experiments/ceilings/peaks.ts';
import type { Kernel } from '../../../network/lowering/kernel.ts';
import { kernelBytes } from '../../../network/lowering/kernel.ts';
import type { DisturbanceWatch } from '../../../profiler/timing/disturbance.ts';
import { ceilings } from '../../../records/ceilings.ts';
import type { MachineDescription } from '../../../records/machine-description.ts';
import { UserError } from '../../../records/user-error.ts';
import { scriptedEngine } from '../../support/scripted-engine.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const KIB = 2 ** 10;
const MIB = 2 ** 20;
const QUIET: DisturbanceWatch = { start: () => () => null };
const MACHINE: MachineDescription = {
  processor: 'scripted',
  physicalCores: 1,
  logicalCores: 1,
  cacheBytes: { l1d: 48 * KIB, l2: MIB, l3: 2 * MIB },
  memoryBytes: 4 * 2 ** 30,
  operatingSystem: 'none',
  virtual: false,
  gpus: [],
  nodeVersion: process.version,
};
const OVERHEAD_US = 2;

/** 200 GFLOP/s, 220 in 3×3 convolutions; by working set 100, 50, 25, 10 GB/s; each kernel 2 µs before its first byte. */
function plantedUs(kernel: Kernel): number {
  const bytes = kernelBytes(kernel);
  if (kernel.op === 'conv' || kernel.op === 'dense')
    return Math.max(kernel.flops / (kernel.filter.height === 3 ? 220e3 : 200e3), bytes / 10e3);
  const [l1, l2, l3] = [48 * KIB, MIB, 2 * MIB];
  const gbps = bytes <= l1 ? 100 : bytes <= l2 ? 50 : bytes <= l3 ? 25 : 10;
  return OVERHEAD_US + bytes / (gbps * 1e3);
}

test('the middle half counts: whole microseconds average out, outliers do not', () => {
  expect(midMean([900, 3, 4, 3, 4, 3, 4, 1])).toBe(3.5);
  expect(midMean([5])).toBe(5);
});

test('planted rates come back: peaks, cache levels, overhead, roofline', async () => {
  const out = temporaryFolder();
  const engine = scriptedEngine({ kernelUs: plantedUs });
  const result = await measureCeilings({
    engine,
    seed: 1,
    budgetSeconds: 60,
    out,
    watch: QUIET,
    machine: MACHINE,
  });
  const { peaks, kernelOverheadUs } = result;
  // The overhead's own 16 values take a little, too.
  expect(kernelOverheadUs.triad).toBeCloseTo(OVERHEAD_US, 2);
  expect(peaks?.computeRateGflops).toBeCloseTo(220, 6);
  expect(peaks?.conv3x3Gflops).toBeCloseTo(220, 6);
  expect(peaks?.gemmGflops).toBeCloseTo(200, 6);
  expect(peaks?.bandwidthGBps).toBeCloseTo(10, 1);
  expect(peaks?.beyondCaches).toBe(true);
  expect(peaks?.valid).toBe(true);
  expect(peaks?.ridgeFlopsPerByte).toBeCloseTo(22, 0);
  const rates = Object.fromEntries((peaks?.levels ?? []).map(({ level, triadGBps }) => [level, triadGBps]));
  expect(rates.L2).toBeCloseTo(50, 1);
  expect(rates.L3).toBeCloseTo(25, 1);
  expect(rates.memory).toBeCloseTo(10, 2);
  for (const { gflops, flopsPerByte } of result.intensity) {
    expect(gflops).toBeCloseTo(Math.min(200, 10 * flopsPerByte), 6);
  }
  const text = ceilingsSummary(result);
  expect(text).toContain('220.0');
  expect(text).toContain('memory');
  expect(ceilings.parse(JSON.parse(readFileSync(join(out, 'ceilings.json'), 'utf8')))).toEqual(result);
});

test('a killed run goes on after its last stage, and a finished one is not measured again', async () => {
  const out = temporaryFolder();
  const ran = new Set<string>();
  const measure = () =>
    measureCeilings({
      engine: scriptedEngine({ kernelUs: plantedUs, onRun: (name) => ran.add(name) }),
      seed: 1,
      budgetSeconds: 1,
      out,
      watch: QUIET,
      machine: MACHINE,
    });
  const whole = await measure();
  const path = join(out, 'ceilings.json');
  const killed = {
    ...whole,
    stages: whole.stages.slice(0, 3),
    intensity: [],
    peaks: null,
  };
  writeFileSync(path, JSON.stringify(killed));
  const resumed = await measure();
  expect(resumed.bandwidth).toEqual(whole.bandwidth);
  expect(resumed.compute).toEqual(whole.compute);
  expect(resumed.stages.map(({ stage }) => stage)).toEqual(['bandwidth', 'compute', 'refine', 'intensity']);
  expect(resumed.peaks).toEqual(whole.peaks);
  ran.clear();
  expect(await measure()).toEqual(resumed);
  expect(ran.size).toBe(0);
  writeFileSync(path, '{"schema":"morphline/ceilings@0"}');
  await expect(measure()).rejects.toThrow(/ceilings\.json with schema: .*; expected the ceilings/);
});

test('a case that the device refuses, or the budget does not allow, is named and left out', async () => {
  const engine = scriptedEngine({ kernelUs: plantedUs });
  const small = trafficCase('copy', 64 * KIB);
  const large = trafficCase('copy', MIB);
  const refusing = {
    ...engine,
    loadProfiled: (...[network, options]: Parameters<typeof engine.loadProfiled>) => {
      if (network.name === large.network.name)
        throw new UserError({ got: 'layer input of 1 MiB', expected: 'less', fix: 'use less' });
      return engine.loadProfiled(network, options);
    },
  };
  const options = { seed: 1, budgetSeconds: 1, watch: QUIET, maxRounds: 3 };
  const { cases, skipped, rounds } = await measureCases(refusing, [large, small], options);
  expect(cases.map(({ measured }) => measured.id)).toEqual([small.id]);
  expect(skipped).toEqual([{ id: large.id, reason: 'layer input of 1 MiB' }]);
  expect(rounds).toBe(3);
  const nothing = measureCases(refusing, [large], options);
  await expect(nothing).rejects.toThrow(UserError);
  const slow = { ...engine };
  slow.loadProfiled = async (network, given) => {
    const profiled = await engine.loadProfiled(network, given);
    const run = async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      await profiled.run();
    };
    return { ...profiled, run };
  };
  const hopeless = await measureCases(slow, [large], { ...options, budgetSeconds: 0.1 });
  expect([hopeless.cases.length, hopeless.skipped.length]).toEqual([0, 1]);
  const tight = await measureCases(slow, [large, small], { ...options, budgetSeconds: 1 });
  expect(tight.skipped).toEqual([{ id: large.id, reason: 'takes longer than the budget of 1 s allows' }]);
});

test('a round of a case is one cold and three hot runs, and 12 ms at least', () => {
  expect(leastRoundSeconds(1000)).toBe(0.004);
  expect([roundSeconds(1000), roundSeconds(5000)]).toEqual([0.012, 0.02]);
});

test('a small budget spreads its cases from the smallest to the largest', () => {
  const cases = [8, 4, 2, 1, 16, 32, 64].map((kib) => trafficCase('copy', kib * KIB));
  const taken = (seconds: number) => spreadCases(cases, seconds).map(({ arrayBytes }) => arrayBytes / KIB);
  expect(taken(60)).toEqual([1, 2, 4, 8, 16, 32, 64]);
  // 72 ms a case.
  expect(taken(0.3)).toEqual([1, 4, 16, 64]);
  expect(taken(0.01)).toEqual([1, 64]);
});

test('kernels are timed by the mean of the middle of each round, chains by what each kernel adds', async () => {
  const engine = scriptedEngine({
    kernelUs: (kernel) => (kernel.name.startsWith('measured') ? 3 : 1000),
    // A run costs 500 µs beside its kernels.
    networkUs: (_, sumUs) => 500 + sumUs,
  });
  const cases = [trafficCase('triad', 64 * KIB, 100), computeCase(convShape('conv-1x1', 7, 32))];
  const measured = await measureCases(engine, cases, {
    seed: 1,
    budgetSeconds: 1,
    watch: QUIET,
    maxRounds: 3,
  });
  for (const { latencyUs, minUs } of measured.cases) {
    expect(latencyUs).toBeCloseTo(3, 9);
    expect(minUs).toBeCloseTo(3, 9);
  }
});

test('short kernels do not set a peak where long ones were timed; the roof is the lower of two', () => {
  const point = (id: string, gflops: number, latencyUs: number) =>
    ({ id, gflops, latencyUs, kernel: 'gemm' }) as Parameters<typeof fastest>[0][number];
  const points = [point('short', 300, 20), point('long', 240, 500), point('longer', 250, 900)];
  expect(fastest(points, 2).map(({ id }) => id)).toEqual(['longer', 'long']);
  expect(fastest(points.slice(0, 1), 2).map(({ id }) => id)).toEqual(['short']);
  const peaks = { computeRateGflops: 200, bandwidthGBps: 10 };
  expect([roofGflops(peaks, 5), roofGflops(peaks, 50)]).toEqual([50, 200]);
  expect(() => choosePeaks([], points, { L1: null, L2: null, L3: null }, [])).toThrow('no kernel was timed');
});

import { describe, expect, test } from 'vitest';
import { openDevice } from '../../../calibration/open-device.ts';
import {
  checkMeasuredHere,
  decidedBy,
  measureLimit,
  verdictOf,
} from '../../../experiments/check/measured-limit.ts';
import { inProcess } from '../../../profiler/timing/measurer.ts';
import { conv, globalPool, image, network } from '../../network/layers.ts';
import { scriptedEngine } from '../../support/scripted-engine.ts';

const sized = (filters: number) =>
  network([image(16, 3), conv('conv', 'input', filters, { kernel: 3 }), globalPool('pool', 'conv')]);

/** Against 16 filters, on an engine whose time is FLOPs. */
const measured = (filters: number, atMost: number, budgetSeconds = 600) =>
  measureLimit({
    measurer: inProcess(scriptedEngine({ kernelUs: (kernel) => 50 + kernel.flops / 1e3 })),
    baseline: { name: 'old', network: sized(16) },
    network: { name: 'new', network: sized(filters) },
    batch: 1,
    seed: 1,
    atMost,
    budgetSeconds,
  });

describe('a measured limit', () => {
  test('is kept by a network that is faster, and by an equal one where it has room', async () => {
    expect(await measured(8, 0.9)).toMatchObject({ verdict: 'kept', decided_by: null });
    expect(await measured(16, 1.02)).toMatchObject({ verdict: 'kept', got: 1 });
  });

  test('is broken by a slower one', async () => {
    const outcome = await measured(20, 1.02);
    expect(outcome.verdict).toBe('broken');
    expect(outcome.got).toBeGreaterThan(1.1);
    expect(outcome.low).toBeGreaterThan(1.02);
  });

  test('is open where the budget ends first, whatever the ratio looks like', async () => {
    const outcome = await measured(8, 1.02, 1e-9);
    expect(outcome).toMatchObject({ verdict: 'inconclusive', low: null });
    expect(outcome.decided_by).toMatch(/^--budget \d+m: 2 loads in 0 s are too few$/);
  });
});

test('the whole interval must lie on one side of a limit', () => {
  expect(verdictOf({ low: 0.98, high: 1.02 }, 1.02)).toBe('kept');
  expect(verdictOf({ low: 0.98, high: 1.03 }, 1.02)).toBe('inconclusive');
  expect(verdictOf({ low: 1.02, high: 1.05 }, 1.02)).toBe('inconclusive');
  expect(verdictOf({ low: 1.021, high: 1.05 }, 1.02)).toBe('broken');
  expect(verdictOf({ low: null, high: null }, 1.02)).toBe('inconclusive');
});

test('what would decide it follows from how far off the limit is', () => {
  const known = { ratio: 1, low: Math.exp(-0.04), high: Math.exp(0.04), loads: 20, seconds: 60 };
  // Twice as narrow takes four times as long, and half as much again to be sure.
  expect(decidedBy(known, Math.exp(0.0201))).toBe('--budget 6m, if the ratio stays 1.000');
  expect(decidedBy(known, 1.0001)).toMatch(/^another limit: the ratio is as good as this one \(1\.0000\)/);
});

describe('a device profile of measured limits', () => {
  const device = openDevice('profiles/amd-epyc-onnxruntime-1-thread-inception-32.json');
  if (device.kind !== 'measured') throw new Error('a calibrated device is wanted');
  const { engine, machine } = device.profile;
  const refusal = (text: string) =>
    new RegExp(
      `^got measured_latency_ratio of net on ${text}; expected a device profile of the machine that measures; calibrate here`,
    );

  test('is of this machine, whatever the version of its engine', () => {
    expect(() =>
      checkMeasuredHere(device, { description: { ...engine, version: '9' } }, machine, 'net'),
    ).not.toThrow();
  });

  test.each([
    ['of another processor', { adapter: 'Another CPU' }, 'AMD EPYC .*: adapter AMD EPYC when it was .*'],
    ['of other threads', { threads: 2 }, 'AMD EPYC .*: threads 1 when it was calibrated, 2 now'],
  ])('%s is refused', (_, other, text) => {
    const here = { description: { ...engine, ...other } };
    expect(() => checkMeasuredHere(device, here, machine, 'net')).toThrow(refusal(text));
  });

  test('that is a datasheet is refused', () => {
    expect(() => checkMeasuredHere(openDevice('p100'), { description: engine }, machine, 'net')).toThrow(
      refusal('p100, a datasheet'),
    );
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { planChannels } from '../../network/channel-plan.ts';
import { MorphNetView, type OpCost } from '../../network/morph-net-view.ts';
import type { Roof } from '../../network/roofline.ts';
import { groupWidths, type Widths } from '../../network/widths.ts';
import { inceptionV2 } from '../../network/zoo/inception-v2.ts';

// Figures printed by Google's morph-net; the fixtures are cut from them by fixtures/goldens/make.mjs.
const fixture = <T>(name: string, schema: z.ZodType<T>): T =>
  schema.parse(JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/goldens', name), 'utf8')));
const perDevice = z.record(z.string(), z.number());
const totals = z.object({
  flops: z.number(),
  modelSize: z.number().optional(),
  bytes: z.number(),
  latencyF32: perDevice,
  latencyF64: perDevice,
});
const inception = fixture(
  'inception-v2.json',
  z.object({
    roofsGflopsGBps: z.record(z.string(), z.tuple([z.number(), z.number()])),
    totals: z.object({ b1: totals, b8: totals }),
    ops: z.array(z.tuple([z.string(), z.number(), z.number(), z.number(), z.number()])),
  }),
);
const figures = z.tuple([z.number(), z.number(), z.number()]);
const subNetworks = fixture(
  'sub-inception-samples.json',
  z.object({
    fullWidths: z.record(z.string(), z.number()),
    full: z.object({ plain: figures, separable: figures }),
    samples: z.array(z.object({ widths: z.array(z.number()), plain: figures, separable: figures })),
  }),
);

const roofs: Record<string, Roof> = Object.fromEntries(
  Object.entries(inception.roofsGflopsGBps).map(([device, [computeRateGflops, bandwidthGBps]]) => [
    device,
    { computeRateGflops, bandwidthGBps },
  ]),
);
const devices = Object.keys(roofs);
const latencyNs = ({ flops, bytes }: OpCost, { computeRateGflops, bandwidthGBps }: Roof) =>
  Math.max(flops / computeRateGflops, bytes / bandwidthGBps);

/** Fails unless |got / wanted − 1| ≤ tolerance. */
function expectWithin(got: number | undefined, wanted: number | undefined, tolerance: number, what: string) {
  if (got === undefined || wanted === undefined) throw new Error(`${what}: ${got} against ${wanted}`);
  const difference = got === wanted ? 0 : Math.abs(got / wanted - 1);
  expect(difference, `${what}: ${got} against ${wanted}`).toBeLessThanOrEqual(tolerance);
}

const plain = planChannels(inceptionV2('plain'));
const separable = planChannels(inceptionV2('separable'));
const ops = new MorphNetView(plain).ops(plain.fullWidths);

describe('Inception V2 op by op, as Google’s library costs it', () => {
  test('has the same ops in the same order', () => {
    const names = inception.ops.map(([name]) => name.replace('/FusedBatchNormV3', ''));
    expect(ops.map(({ name }) => name)).toEqual(names);
  });

  test('costs every op the same FLOPs, weights and bytes, at batch 1 and 8', () => {
    const atEight = new MorphNetView(plain, 8).ops(plain.fullWidths);
    inception.ops.forEach(([name, flops, modelSize, bytes1, bytes8], index) => {
      expectWithin(ops[index]?.flops, flops, 1e-6, `${name} FLOPs`);
      expectWithin(ops[index]?.parameters, modelSize, 1e-6, `${name} weights`);
      expectWithin(ops[index]?.bytes, bytes1, 1e-6, `${name} bytes`);
      expectWithin(atEight[index]?.flops, 8 * flops, 1e-6, `${name} FLOPs at batch 8`);
      expectWithin(atEight[index]?.bytes, bytes8, 1e-6, `${name} bytes at batch 8`);
    });
  });
});

describe.each([
  { batch: 1, wanted: inception.totals.b1 },
  { batch: 8, wanted: inception.totals.b8 },
])('Inception V2 in all at batch $batch', ({ batch, wanted }) => {
  const view = new MorphNetView(plain, batch);
  const ns = new Float64Array(devices.length);
  const { flops, parameters } = view.totals(plain.fullWidths, Object.values(roofs), ns);
  const atBatch = view.ops(plain.fullWidths);

  test('has the same FLOPs, weights and bytes', () => {
    expect(flops).toBe(wanted.flops);
    expect(parameters).toBe(wanted.modelSize ?? parameters);
    expect(atBatch.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(wanted.bytes);
  });

  test.each(devices)('has the same latency on a %s', (device) => {
    const ours = ns[devices.indexOf(device)];
    expectWithin(ours, wanted.latencyF32[device], 5e-6, 'float32 total');
    // The library rounds each op to float32 (half a unit is 6e-8 of it); rounded alike, the sums are the same.
    expectWithin(ours, wanted.latencyF64[device], 1e-7, 'float64 sum of rounded ops');
    const roof = roofs[device] as Roof;
    const rounded = atBatch.reduce((sum, op) => sum + Math.fround(latencyNs(op, roof)), 0);
    expectWithin(rounded, wanted.latencyF64[device], 1e-9, 'float64 sum, our ops rounded too');
  });
});

test.each([
  ['Conv2d_2c_3x3', 74584, 5549],
  ['Mixed_3c/Branch_2/Conv2d_0a_1x1', 2762, 1187],
  ['Mixed_5c/Branch_3/Conv2d_0b_1x1', 1381, 833],
])('%s takes the %i ns on a P100 and %i ns on a V100 that the talk printed', (name, p100, v100) => {
  const op = ops.find((candidate) => candidate.name === name) as OpCost;
  expect(Math.floor(latencyNs(op, roofs.P100 as Roof))).toBe(p100);
  expect(Math.floor(latencyNs(op, roofs.V100 as Roof))).toBe(v100);
});

describe.each([
  { variant: 'plain', plan: plain },
  { variant: 'separable', plan: separable },
] as const)('sub-networks of Inception V2 with a $variant first convolution', ({ variant, plan }) => {
  const view = new MorphNetView(plan);
  const names = Object.keys(subNetworks.fullWidths);
  const check = (widths: Widths, [flops, p100, v100]: readonly number[]) => {
    const ns = new Float64Array(2);
    const got = view.totals(groupWidths(plan, widths), [roofs.P100 as Roof, roofs.V100 as Roof], ns);
    expectWithin(got.flops, flops, 1e-6, 'FLOPs');
    expectWithin(ns[0], p100, 1e-6, 'P100');
    expectWithin(ns[1], v100, 1e-6, 'V100');
  };

  test('cost the same at full widths, named or left out', () => {
    check({}, subNetworks.full[variant]);
    check(subNetworks.fullWidths, subNetworks.full[variant]);
  });

  test.each(subNetworks.samples.map((sample, number) => ({ number, sample })))(
    'cost the same in sample $number',
    ({ sample }) => {
      expect(sample.widths).toHaveLength(69);
      const widths = Object.fromEntries(names.map((name, index) => [name, sample.widths[index] as number]));
      check(widths, sample[variant]);
    },
  );
});

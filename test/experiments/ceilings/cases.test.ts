import { expect, test } from 'vitest';
import {
  type Caches,
  cachesOf,
  computeCase,
  computeCases,
  convShape,
  gemmShape,
  intensityCases,
  MEASURED,
  memoryArrayBytes,
  memoryLevel,
  neighbouringShapes,
  refinedCases,
  trafficCase,
  trafficCases,
} from '../../../experiments/ceilings/cases.ts';
import { kernelBytes } from '../../../network/lowering/kernel.ts';
import { Lowering } from '../../../network/lowering/lower.ts';
import { onnxruntimeRules, TFJS_RULES } from '../../../network/lowering/rules.ts';
import { scriptedEngine } from '../../support/scripted-engine.ts';

const KIB = 2 ** 10;
const MIB = 2 ** 20;
const CACHES: Caches = { L1: 48 * KIB, L2: MIB, L3: 32 * MIB };
const CPU = scriptedEngine({ kernelUs: () => 1 }).description;

test.each([TFJS_RULES, onnxruntimeRules(16)])(
  'cases say what lowering says of their kernel: $name',
  (rules) => {
    const cases = [
      trafficCase('triad', 4 * MIB),
      trafficCase('copy', 64),
      computeCase(gemmShape(96, 160, 224)),
      computeCase(convShape('conv-1x1', 13, 32, 48)),
      computeCase({ ...convShape('conv-3x3', 14, 64), batch: 2 }),
    ];
    for (const { network, batch, bytes, flops, kernel } of cases) {
      const measured = new Lowering(network, rules, batch).kernels().filter(({ name }) => name === MEASURED);
      expect(measured.map(kernelBytes)).toEqual([bytes]);
      // Lowering counts no FLOPs of an addition.
      if (kernel !== 'triad') expect(measured[0]?.flops).toBe(flops);
    }
  },
);

test('a chain has its kernels in a row, beside the network with one', () => {
  const { network, single } = trafficCase('triad', 64 * KIB, 10);
  const adds = (of: typeof single) => of?.layers.filter(({ kind }) => kind === 'add').length;
  expect([adds(network), adds(single)]).toEqual([10, 1]);
  expect(trafficCase('triad', 64 * KIB).single).toBeNull();
});

test("caches of one thread are its core's, of a GPU unknown", () => {
  const machine = { physicalCores: 2, cacheBytes: { l1d: 96 * KIB, l2: 2 * MIB, l3: 32 * MIB } };
  expect(cachesOf(machine, { threads: 1, hardware: 'cpu' })).toEqual(CACHES);
  expect(cachesOf(machine, { threads: 8, hardware: 'cpu' })).toEqual({
    L1: 96 * KIB,
    L2: 2 * MIB,
    L3: 32 * MIB,
  });
  expect(cachesOf(machine, { threads: 1, hardware: 'gpu' })).toEqual({ L1: null, L2: null, L3: null });
});

test('a level holds all arrays; memory begins at four last caches each', () => {
  expect(memoryArrayBytes(CACHES)).toBe(128 * MIB);
  expect(memoryLevel('triad', 16 * KIB, CACHES)).toBe('L1');
  expect(memoryLevel('copy', 32 * KIB, CACHES)).toBe('L2');
  expect(memoryLevel('triad', 8 * MIB, CACHES)).toBe('L3');
  expect(memoryLevel('triad', 16 * MIB, CACHES)).toBeNull();
  expect(memoryLevel('triad', 128 * MIB, CACHES)).toBe('memory');
});

test('traffic goes from 4 KiB to beyond the caches, as far as memory allows; small sizes of ONNX Runtime in chains', () => {
  const cases = trafficCases(CPU, CACHES, { memoryBytes: 24 * 2 ** 30 });
  const triads = cases.filter(({ kernel }) => kernel === 'triad');
  expect(cases).toHaveLength(2 * triads.length);
  expect(triads.map(({ arrayBytes }) => arrayBytes)).toEqual([
    64,
    ...Array.from({ length: 16 }, (_, i) => 4 * KIB * 2 ** i),
    192 * MIB,
  ]);
  expect(triads.every(({ arrayBytes, chain }) => chain > 1 === arrayBytes < 512 * KIB)).toBe(true);
  const small = trafficCases({ ...CPU, engine: 'wasm' }, CACHES, { memoryBytes: 2 ** 30 });
  expect(small.every(({ chain }) => chain === 1)).toBe(true);
  expect(Math.max(...small.map(({ arrayBytes }) => arrayBytes))).toBe(32 * MIB);
});

test('every case has a name of its own', () => {
  for (const cases of [computeCases(), intensityCases(CACHES)])
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
});

test('the sweep goes from below to above any ridge, over maps beyond the last cache', () => {
  const cases = intensityCases(CACHES);
  const intensities = cases.map(({ flops, bytes }) => flops / bytes);
  expect(Math.min(...intensities)).toBeCloseTo(1, 2);
  expect(Math.max(...intensities)).toBeGreaterThan(120);
  for (const { bytes } of cases) expect(bytes).toBeGreaterThan(3.8 * 32 * MIB);
});

test('neighbours change one dimension, or both channel counts', () => {
  const shapes = neighbouringShapes(gemmShape(256, 256, 512)).map(
    ({ batch, inputChannels, outputChannels }) => `${batch}x${inputChannels}x${outputChannels}`,
  );
  expect(shapes).toHaveLength(16);
  expect(shapes).toEqual(
    expect.arrayContaining(['128x256x512', '256x384x512', '256x256x1024', '256x512x1024']),
  );
});

test('refined cases are new, distinct and neither too short nor too long', () => {
  const first = convShape('conv-3x3', 14, 128);
  const tried = new Set([computeCase(convShape('conv-3x3', 28, 128)).id]);
  const refined = refinedCases([first, first], tried);
  expect(new Set(refined.map(({ id }) => id)).size).toBe(refined.length);
  for (const { id, flops } of refined) {
    expect(tried.has(id)).toBe(false);
    expect(flops).toBeGreaterThanOrEqual(2e7);
    expect(flops).toBeLessThanOrEqual(5e9);
  }
  // 7×7 of 128 channels: 14 MFLOP.
  expect(refined.map(({ id }) => id)).not.toContain('conv-3x3 7x7 128-128');
});

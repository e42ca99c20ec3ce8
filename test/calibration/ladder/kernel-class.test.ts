import { expect, test } from 'vitest';
import { amounts, predictByCost } from '../../../calibration/ladder/class-cost.ts';
import { scaledRoofCost } from '../../../calibration/ladder/class-cost-fit.ts';
import { kernelClassRung } from '../../../calibration/ladder/kernel-class.ts';
import { testKernel } from '../test-kernel.ts';

const fallback = {
  rung: 'overhead',
  computeRateGflops: 100,
  bandwidthGBps: 10,
  overheadUs: 2,
  kernelError: 0,
} as const;

const cost = {
  overheadUs: 5,
  usPerMflop: 10,
  inputUsPerMB: 100,
  outputUsPerMB: 200,
  weightUsPerMB: 300,
  unfoldedUsPerMB: 1000,
  samples: 9,
  kernelError: 0,
};

/** 3×3 over 5×5 pixels and 8 channels in plain layout: unfolded it is 4 · 25 · 9 · 8 = 7200 bytes. */
const unfolding = testKernel({
  filter: { height: 3, width: 3 },
  output: { height: 5, width: 5 },
  inputChannels: 8,
  flops: 1e6,
  paddedFlops: 2e6,
  inputBytes: 1e5,
  outputBytes: 2e4,
  weightBytes: 1e4,
});

test('amounts are one kernel, the MFLOPs really computed, and MB of each traffic', () => {
  [1, 2, 0.1, 0.02, 0.01, 0.0072].forEach((amount, i) => {
    expect(amounts(unfolding)[i]).toBeCloseTo(amount, 12);
  });
});

test.each([
  ['of one tap', { filter: { height: 1, width: 1 } }],
  ['of a blocked layout', { layout: 'nchwc' }],
  ['of another op', { op: 'max-pool' }],
] as const)('a kernel %s unfolds nothing', (_, given) => {
  expect(amounts({ ...unfolding, ...given })[5]).toBe(0);
});

test('a kernel costs the sum of what its class costs per amount', () => {
  // 5 + 10 · 2 + (100 · 0.1 + 200 · 0.02 + 300 · 0.01 + 1000 · 0.0072) = 5 + 20 + 24.2.
  const { latencyUs, bound } = predictByCost(cost, unfolding);
  expect(latencyUs).toBeCloseTo(49.2, 9);
  expect(bound).toBe('memory');
  expect(predictByCost({ ...cost, overheadUs: 30 }, unfolding).bound).toBe('overhead');
});

test('a class of too few samples has the terms of the fallback, scaled to what was seen', () => {
  // 2 + 10 µs by the fallback; 18, 24 and 30 µs were measured: twice as long, by the median.
  const kernel = testKernel({ flops: 1e6 });
  const scaled = scaledRoofCost(
    [18, 24, 30].map((latencyUs) => ({ kernel, latencyUs })),
    fallback,
  );
  // 100 GFLOP/s are 10 µs per MFLOP.
  expect(scaled).toMatchObject({
    overheadUs: 4,
    usPerMflop: 20,
    inputUsPerMB: 0,
    outputUsPerMB: 0,
    samples: 3,
  });
  // What moves only is scaled by its traffic: 10 GB/s are 100 µs per MB; 2 + 10 µs by the fallback.
  const copy = testKernel({ inputBytes: 5e4, outputBytes: 5e4 });
  expect(scaledRoofCost([{ kernel: copy, latencyUs: 36 }], fallback)).toMatchObject({
    overheadUs: 6,
    inputUsPerMB: 300,
    outputUsPerMB: 300,
  });
});

/** Two classes, of which the second costs three times as much; 16 kernels each, in 8 networks. */
const samples = ['a', 'b'].flatMap((kernelClass, c) =>
  Array.from({ length: 16 }, (_, i) => {
    const kernel = testKernel({ kernelClass, flops: 1e6 * (1 + i), paddedFlops: 1e6 * (1 + i) });
    return { kernel, latencyUs: (1 + 2 * c) * (5 + 10 * (1 + i)), network: `${i >> 1}` };
  }),
);

test('each class has costs of its own; one never seen is predicted by the fallback', () => {
  const model = kernelClassRung.fit(samples, fallback);
  expect(Object.keys(model.classes)).toEqual(['a', 'b']);
  for (const { kernel, latencyUs } of samples)
    expect(kernelClassRung.predict(model, kernel).latencyUs).toBeCloseTo(latencyUs, 3);
  const unseen = testKernel({ kernelClass: 'c', flops: 1e6 });
  expect(kernelClassRung.predict(model, unseen).latencyUs).toBe(12);
});

test('a network left out moves the classes that it has kernels of, and no other', () => {
  const noisy = samples.map((sample, i) => (i === 0 ? { ...sample, latencyUs: 16 } : sample));
  const onlyFirst = { ...noisy[15], network: 'alone' } as (typeof noisy)[number];
  const all = [...noisy.slice(0, 15), onlyFirst, ...noisy.slice(16)];
  const fitted = kernelClassRung.fit(all, fallback);
  const { model, without } = kernelClassRung.jackknife(all, fitted, {
    model: fallback,
    without: new Map(),
    byLoad: [],
  });
  expect(without.size).toBe(9);
  expect(without.get('0')?.classes.a).not.toEqual(fitted.classes.a);
  expect(without.get('alone')?.classes.b).toEqual(fitted.classes.b);
  expect(model.classes.a?.intervals?.usPerMflop?.standardError).toBeGreaterThan(0);
  // The samples cannot tell what traffic costs: none of them has any.
  expect(model.classes.a?.intervals).not.toHaveProperty('inputUsPerMB');
});

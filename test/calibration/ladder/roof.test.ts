import { expect, test } from 'vitest';
import { overheadRung } from '../../../calibration/ladder/overhead.ts';
import { fitRoof, predictRoof } from '../../../calibration/ladder/roof.ts';
import { rooflineRung } from '../../../calibration/ladder/roofline.ts';
import { testKernel } from '../test-kernel.ts';

const roof = { computeRateGflops: 100, bandwidthGBps: 10, overheadUs: 0, kernelError: 0 };

test('a kernel takes the longer of computing and moving its bytes', () => {
  // 1 MFLOP at 100 GFLOP/s: 10 µs. 50 kB at 10 GB/s: 5 µs.
  const kernel = testKernel({ flops: 1e6, inputBytes: 2e4, outputBytes: 2e4, weightBytes: 1e4 });
  expect(predictRoof(roof, kernel)).toEqual({ latencyUs: 10, bound: 'compute' });
  // 300 kB: 30 µs.
  expect(predictRoof(roof, { ...kernel, weightBytes: 2.6e5 })).toEqual({ latencyUs: 30, bound: 'memory' });
});

test('an overhead is added, and bounds what is shorter than it', () => {
  const kernel = testKernel({ flops: 1e6 });
  expect(predictRoof({ ...roof, overheadUs: 4 }, kernel)).toEqual({ latencyUs: 14, bound: 'compute' });
  expect(predictRoof({ ...roof, overheadUs: 40 }, kernel)).toEqual({ latencyUs: 50, bound: 'overhead' });
});

/** Compute-bound and memory-bound kernels, each a network of its own. */
const samples = [1, 2, 4, 8, 16, 32].flatMap((size) => [
  { kernel: testKernel({ flops: 1e6 * size, inputBytes: 1e3 }), latencyUs: 10 * size },
  { kernel: testKernel({ flops: 1e3, inputBytes: 1e4 * size }), latencyUs: size },
]);

test('both rates are recovered from kernels that one of them bounds', () => {
  const fitted = fitRoof(samples, false);
  expect(fitted.computeRateGflops).toBeCloseTo(100, 6);
  expect(fitted.bandwidthGBps).toBeCloseTo(10, 6);
  expect(fitted.overheadUs).toBe(0);
});

test('only the rung with an overhead fits one, and has an interval of it', () => {
  const later = samples.map(({ kernel, latencyUs }) => ({ kernel, latencyUs: latencyUs + 3 }));
  const overhead = overheadRung.fit(later);
  expect(overhead.overheadUs).toBeCloseTo(3, 4);
  expect(overheadRung.jackknife(later, overhead).model.intervals).toHaveProperty('overheadUs');
  const roofline = rooflineRung.jackknife(later, rooflineRung.fit(later)).model;
  expect(roofline.overheadUs).toBe(0);
  expect(roofline.intervals).not.toHaveProperty('overheadUs');
});

test('without a kernel nothing of the fit changes but by that kernel', () => {
  // One memory-bound kernel takes twice as long: without it the bandwidth is higher, the compute rate as it was.
  const slow = samples.map((sample, i) => (i === 1 ? { ...sample, latencyUs: 2 } : sample));
  const { model, without } = rooflineRung.jackknife(slow, rooflineRung.fit(slow));
  const left = without.get('kernel 1');
  expect(without.size).toBe(12);
  expect(left?.bandwidthGBps).toBeGreaterThan(model.bandwidthGBps);
  expect(left?.computeRateGflops).toBeCloseTo(model.computeRateGflops, 9);
});

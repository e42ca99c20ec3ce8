import { expect, test } from 'vitest';
import { predictions, recordedSums, sumOf } from '../../../calibration/fit/network-sample.ts';
import { kernelRow, networkRow } from '../test-records.ts';
import { networkOf, setOf, UNIT_MODEL } from './planted-network.ts';

test('a network is predicted from the sum of its kernels', () => {
  const sample = networkOf([3, 5, 12]);
  expect(sumOf(UNIT_MODEL, sample)).toEqual({ kernelsUs: 20, kernels: 3 });
  // 4 + 2 · 20 − 1 · 3.
  expect(predictions(UNIT_MODEL, { scale: 2, perKernelUs: -1, fixedUs: 4 }, setOf([sample]))).toEqual([41]);
});

test('recorded kernels are summed network by network; a network without any is left out', () => {
  const kernels = [
    kernelRow({ sample: 1, latency_us: 20 }),
    kernelRow({ sample: 2, latency_us: 7 }),
    kernelRow({ sample: 1, latency_us: 30 }),
  ];
  const networks = [1, 3, 2].map((sample) => networkRow({ sample, latency_us: 50 + 10 * sample }));
  expect(recordedSums(kernels, networks)).toEqual([
    { kernelsUs: 50, kernels: 2, latencyUs: 60 },
    { kernelsUs: 7, kernels: 1, latencyUs: 70 },
  ]);
});

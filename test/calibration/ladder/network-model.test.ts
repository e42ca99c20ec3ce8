import { expect, test } from 'vitest';
import {
  fitNetworkModel,
  fixedCostUs,
  type NetworkSum,
  networkLatencyUs,
} from '../../../calibration/ladder/network-model.ts';

const sums = [
  { kernelsUs: 1000, kernels: 50 },
  { kernelsUs: 2000, kernels: 90 },
  { kernelsUs: 5000, kernels: 90 },
  { kernelsUs: 9000, kernels: 100 },
  { kernelsUs: 20_000, kernels: 95 },
  { kernelsUs: 700, kernels: 80 },
];

test('scale and cost per kernel are recovered exactly, negative ones too', () => {
  const measured = sums.map(({ kernelsUs, kernels }) => 1.05 * kernelsUs - 2 * kernels);
  const model = fitNetworkModel(sums, measured);
  expect(model.scale).toBeCloseTo(1.05, 9);
  expect(model.perKernelUs).toBeCloseTo(-2, 7);
});

test('one network that others disturbed does not move the fit', () => {
  const measured = sums.map(({ kernelsUs, kernels }, i) => (1.05 * kernelsUs + kernels) * (i === 3 ? 2 : 1));
  const model = fitNetworkModel(sums, measured);
  expect(model.scale).toBeCloseTo(1.05, 2);
});

test('with too few networks for two parameters only the scale is fitted', () => {
  expect(fitNetworkModel(sums.slice(0, 2), [1100, 2200])).toEqual({ scale: 1.1, perKernelUs: 0 });
});

test('networks that are all alike leave the cost per kernel at zero', () => {
  const alike = Array.from({ length: 6 }, () => ({ kernelsUs: 100, kernels: 10 }));
  expect(
    fitNetworkModel(
      alike,
      alike.map(() => 120),
    ),
  ).toEqual({ scale: 1.2, perKernelUs: 0 });
});

test('a prediction stays above a tenth of its kernels', () => {
  expect(networkLatencyUs({ scale: 1, perKernelUs: -3 }, { kernelsUs: 100, kernels: 50 })).toBe(10);
});

test('what an inference costs beside its kernels is what the smallest probes take more', () => {
  const wholeUs = ({ kernelsUs, kernels }: NetworkSum) => 1.1 * kernelsUs - 0.5 * kernels + 9;
  const networks = sums.map((sum) => ({ ...sum, latencyUs: wholeUs(sum) }));
  const probes = [3, 8, 20, 40, 4000].map((kernelsUs) => {
    const sum = { kernelsUs, kernels: 2 };
    // A large one tells nothing of a few microseconds.
    return { ...sum, latencyUs: wholeUs(sum) * (kernelsUs > 1000 ? 1.3 : 1) };
  });
  expect(fixedCostUs(networks, probes)).toBeCloseTo(9, 3);
  expect(fixedCostUs(networks, probes.slice(0, 3))).toBe(0);
  const free = probes.map((probe) => ({ ...probe, latencyUs: 0.9 * probe.kernelsUs }));
  expect(fixedCostUs(networks, free)).toBe(0);
  const model = fitNetworkModel(sums, sums.map(wholeUs), 9);
  expect(model).toMatchObject({ fixedUs: 9 });
  expect(model.scale).toBeCloseTo(1.1, 6);
  expect(networkLatencyUs(model, { kernelsUs: 0, kernels: 0 })).toBe(9);
});

import { expect, test } from 'vitest';
import { fitNetworkModel, networkLatencyUs } from '../../calibration/network-model.ts';

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

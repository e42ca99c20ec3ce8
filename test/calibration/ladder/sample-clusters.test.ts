import { expect, test } from 'vitest';
import { jackknifeInput, loadCount } from '../../../calibration/ladder/sample-clusters.ts';
import { testKernel } from '../test-kernel.ts';

const kernel = testKernel();
const samples = [
  { kernel, latencyUs: 10, network: 'a', loadsUs: [9, 10, 11] },
  { kernel, latencyUs: 20, network: 'a', loadsUs: [21, 0, 19] },
  { kernel, latencyUs: 30, loadsUs: [31] },
  { kernel, latencyUs: 40 },
];

test('kernels of one network are one cluster, and each without a network its own', () => {
  expect(jackknifeInput(samples, 3).clusters).toEqual(['a', 'a', 'kernel 2', 'kernel 3']);
});

test('a load has its own times, and the typical one where it was too short for the clock or not taken', () => {
  expect(loadCount(samples)).toBe(3);
  expect(jackknifeInput(samples, 3).loads).toEqual([
    [9, 21, 30, 40],
    [10, 20, 30, 40],
    [11, 19, 30, 40],
  ]);
});

test('without loads there are none', () => {
  expect(loadCount([])).toBe(0);
  expect(jackknifeInput(samples.slice(3), loadCount(samples.slice(3))).loads).toEqual([]);
});

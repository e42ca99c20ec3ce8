import { expect, test } from 'vitest';
import { fitRung } from '../../../calibration/fit/fit-rung.ts';
import { networkOf, setOf, UNIT_MODEL } from './planted-network.ts';

/** Whole network = 2 · Σ kernels + 3 µs per kernel; `slower` times that was measured. */
const planted = (kernelsUs: readonly number[], sample: number, slower = 1) => {
  const sum = kernelsUs.reduce((total, us) => total + us, 0);
  return networkOf(kernelsUs, { sample, latency_us: slower * (2 * sum + 3 * kernelsUs.length) });
};
const fit = setOf([
  planted([10], 1),
  planted([10, 20], 2),
  planted([5, 5, 5], 3),
  planted([40], 4),
  planted([1, 1, 1, 1], 5),
]);
const sets = { fit, choose: setOf([planted([7, 9], 6, 1.25)]), report: setOf([planted([8], 7)]) };

test('the network model is recovered, and the errors are those of its predictions', () => {
  const jackknifed = { model: UNIT_MODEL, without: new Map(), byLoad: [] };
  const { model, network, choose, report } = fitRung(jackknifed, sets, undefined, 0);
  expect(model).toBe(UNIT_MODEL);
  expect(network.scale).toBeCloseTo(2, 9);
  expect(network.perKernelUs).toBeCloseTo(3, 7);
  // 1 / 1.25 − 1.
  expect(choose.bias).toBeCloseTo(-0.2, 9);
  expect(report.mape).toBeCloseTo(0, 9);
});

test('a kernel model that would be another without a network makes the scale as uncertain', () => {
  // Without network 1 all kernels would be twice as long, and the scale half of what it is.
  const doubled = { ...UNIT_MODEL, computeRateGflops: 0.5 };
  const jackknifed = { model: UNIT_MODEL, without: new Map([['net 1', doubled]]), byLoad: [] };
  const { intervals } = fitRung(jackknifed, sets, undefined, 0).network;
  // Shifts −1, 0, 0, 0, 0: centre −0.2, Σ squares 0.64 + 4 · 0.04 = 0.8, times 4 / 5.
  expect(intervals?.scale?.standardError).toBeCloseTo(0.8, 6);
});

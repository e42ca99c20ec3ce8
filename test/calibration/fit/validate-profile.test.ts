import { expect, test } from 'vitest';
import type { NetworkSample } from '../../../calibration/fit/network-sample.ts';
import { validate } from '../../../calibration/fit/validate-profile.ts';
import { networkOf, setOf, UNIT_MODEL } from './planted-network.ts';

const report = { networks: 2, mape: 0.1, within5: 0, within10: 1, bias: 0, spearman: null };
const rung = { model: UNIT_MODEL, network: { scale: 1, perKernelUs: 0 }, choose: report, report };
const withDatasheet = (sample: NetworkSample, p100: number, v100: number) => ({
  ...sample,
  datasheetUs: { p100, v100 },
});

const fit = setOf([
  withDatasheet(networkOf([1], { flops: 10, latency_us: 100 }), 50, 10),
  withDatasheet(networkOf([1], { flops: 20, latency_us: 200 }), 100, 10),
  withDatasheet(networkOf([1], { flops: 30, latency_us: 600 }), 150, 10),
]);
const reported = setOf([
  // By its kernels 110 µs: 10 % more than measured. By FLOPs, at 10 µs each, 120 µs.
  withDatasheet(
    networkOf([110], { flops: 12, latency_us: 100, law: 'full', pass_1_us: 100, pass_2_us: 102 }),
    50,
    10,
  ),
  // By its kernels 190 µs: 5 % less. By FLOPs 160 µs.
  withDatasheet(
    networkOf([190], { flops: 16, latency_us: 200, law: 'uniform', pass_1_us: 100, pass_2_us: 96 }),
    80,
    10,
  ),
]);
const validation = validate(rung, { fit, choose: fit, report: reported });

test('each sampling law has its own errors', () => {
  expect(validation.laws.full?.bias).toBeCloseTo(0.1, 12);
  expect(validation.laws.uniform?.bias).toBeCloseTo(-0.05, 12);
  expect(Object.keys(validation.laws)).toEqual(['full', 'uniform']);
});

test('repeatability is the mean difference of the passes, and decides what is valid', () => {
  // 2 % and 4 %.
  expect(validation.repeatability).toBeCloseTo(0.03, 12);
  expect(validation.valid).toBe(true);
  const restless = setOf([networkOf([1], { pass_1_us: 100, pass_2_us: 105, latency_us: 1 })]);
  expect(validate(rung, { fit, choose: fit, report: restless }).valid).toBe(false);
});

test('a baseline is scaled by the median ratio of the networks of the fit', () => {
  // 10, 10 and 20 µs a FLOP: 10. Then 120 for 100 and 160 for 200: 20 % both.
  expect(validation.baselines.flops).toBeCloseTo(0.2, 12);
  // 2, 2 and 4: 2. Then 100 for 100 and 160 for 200.
  expect(validation.baselines.p100).toBeCloseTo(0.1, 12);
  // 10, 20 and 60: 20. Then 200 for 100 and 200 for 200.
  expect(validation.baselines.v100).toBeCloseTo(0.5, 12);
});

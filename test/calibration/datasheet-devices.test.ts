import { expect, test } from 'vitest';
import { DATASHEET_DEVICES, datasheetDevice } from '../../calibration/datasheet-devices.ts';

// morph-net's cost_calculator.py at d9286a1: peak GFLOP/s and GB/s.
test.each([
  ['p100', 9300, 732],
  ['v100', 125_000, 900],
  ['k80', 8740, 480],
  ['p4', 5500, 192],
  ['t4', 8100, 300],
  ['tpu-v2', 22_500, 300],
])('%s has the rates that morph-net gives it, and says where they are from', (name, compute, bandwidth) => {
  expect(datasheetDevice(name)).toMatchObject({ computeRateGflops: compute, bandwidthGBps: bandwidth });
  expect(datasheetDevice(name)?.source).toMatch(/\d/);
});

test('there are no others', () => {
  expect(DATASHEET_DEVICES).toHaveLength(6);
  expect(datasheetDevice('h100')).toBeUndefined();
});

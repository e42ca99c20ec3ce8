import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDevice } from '../../../calibration/open-device.ts';
import { compareDevices } from '../../../experiments/compare/compare-devices.ts';
import { zooNetwork } from '../../../network/zoo/index.ts';
import { deviceComparison } from '../../../records/device-comparison.ts';

const profile = (name: string) =>
  openDevice(join(import.meta.dirname, '../../../profiles', `amd-epyc-onnxruntime-1-thread-${name}.json`));
const network = { name: 'inception-v2', network: zooNetwork('inception-v2') };

test('two profiles are told apart as far as their own errors let them', () => {
  const device = profile('inception-v2');
  const same = compareDevices(network, device, device, 1);
  expect(deviceComparison.parse(same)).toEqual(same);
  expect(same).toMatchObject({ ratio: 1, verdict: 'inconclusive', conclusive: false });
  expect(same.p_b_faster).toBeCloseTo(0.5, 6);
  expect(same.low).toBeLessThan(1);
  expect(same.high).toBeGreaterThan(1);
});

test('a datasheet does not say how surely', () => {
  const compared = compareDevices(network, openDevice('p100'), openDevice('v100'), 1);
  expect(compared.ratio).toBeLessThan(0.5);
  expect(compared).toMatchObject({ low: null, high: null, p_b_faster: null, conclusive: false });
});

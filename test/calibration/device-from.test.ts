import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { deviceFrom } from '../../calibration/device-from.ts';
import { openDevice } from '../../calibration/open-device.ts';
import { predictNetwork } from '../../calibration/predict-network.ts';
import { zooNetwork } from '../../network/zoo/index.ts';
import { UserError } from '../../records/user-error.ts';

const path = join(import.meta.dirname, '../../profiles/amd-epyc-onnxruntime-1-thread-inception-32.json');
const value = (): object => JSON.parse(readFileSync(path, 'utf8'));

test('by name and by value it is the device that opening gives', () => {
  expect(deviceFrom('v100')).toEqual(openDevice('v100'));
  expect(deviceFrom(value())).toEqual(openDevice(path));
});

test.each<[string, string | object, string]>([
  ['a name that is none', 'p1000', "got device 'p1000'; expected p100, v100"],
  ['a path, which is for openDevice', path, 'open a file with openDevice'],
  [
    'a value of another form',
    { schema: 'morphline/device@9' },
    'a device profile with schema "morphline/device@9"',
  ],
  [
    'a profile with a rate below 0',
    { ...value(), roofline: { computeRateGflops: -1 } },
    'roofline.computeRateGflops',
  ],
  ['a list', [], 'with schema missing'],
])('%s is refused', (_, given, message) => {
  expect(() => deviceFrom(given)).toThrow(UserError);
  expect(() => deviceFrom(given)).toThrow(message);
});

test('a network is predicted at the widths that are named, the others full', () => {
  const network = zooNetwork('inception-32');
  const device = deviceFrom(value());
  const full = predictNetwork(network, device);
  const narrow = predictNetwork(network, device, { widths: { Conv2d_1a_3x3: 8 } });
  expect(narrow.flops).toBeLessThan(full.flops);
  expect(narrow.parameters).toBeLessThan(full.parameters);
  expect(full.layers.reduce((sum, { latencyUs }) => sum + latencyUs, 0)).toBeCloseTo(full.latencyUs, 6);
  // A measured device predicts what runs, a datasheet what Google's library counts.
  expect(predictNetwork(network, deviceFrom('p100')).layers.length).not.toBe(full.layers.length);
  expect(() => predictNetwork(network, device, { widths: { nothing: 1 } })).toThrow(
    "a width for layer 'nothing'",
  );
});

import { expect, test } from 'vitest';
import { openDevice } from '../../calibration/open-device.ts';
import { driftSince, staleness } from '../../calibration/profile-match.ts';

const device = openDevice('profiles/amd-epyc-onnxruntime-1-thread-inception-32.json');
if (device.kind !== 'measured') throw new Error('a calibrated device is wanted');
const { engine } = device.profile;

test('a profile of this engine is not stale, one of another version or number of threads is', () => {
  expect(staleness(device, engine)).toEqual([]);
  expect(staleness(openDevice('p100'), engine)).toEqual([]);
  expect(staleness(device, { ...engine, version: '9.9', threads: 2 })).toEqual([
    `version ${engine.version} when it was calibrated, 9.9 now`,
    'threads 1 when it was calibrated, 2 now',
  ]);
});

test('processors of one name are told apart by family and instruction sets', () => {
  const machine = (family: string, instructionSets: string[]) => ({
    ...device.profile.machine,
    processorId: { family, model: '1', stepping: '0' },
    instructionSets,
  });
  const [older, newer] = [machine('25', ['avx2']), machine('26', ['avx2', 'avx512f'])];
  const profiled = { ...device, profile: { ...device.profile, machine: older } };
  expect(staleness(profiled, engine, older)).toEqual([]);
  expect(staleness(profiled, engine, newer)).toEqual([
    `processor ${older.processor} (family 25, model 1, stepping 0; avx2) when it was calibrated, ${older.processor} (family 26, model 1, stepping 0; avx2 avx512f) now`,
  ]);
  // Profiles of earlier versions do not say.
  expect(staleness(device, engine, newer)).toEqual([]);
});

test('a profile of another engine is refused', () => {
  expect(() => staleness(device, { ...engine, engine: 'wasm', rules: 'tfjs' })).toThrow(
    /^got profile .* of engine onnxruntime .* for engine wasm \(tfjs\); expected a profile of the same engine and kernels; calibrate with --engine wasm$/,
  );
});

test('drift is that of the sentinel and the pacer, where the sessions have them in common', () => {
  const { sentinelUs } = device.profile;
  const session = {
    network: 'inception-32',
    batch: 1,
    engine,
    sentinelUs: 1.2 * (sentinelUs as number),
    pacerUs: null,
  };
  expect(driftSince(device, session)).toBeCloseTo(0.2, 12);
  const paced = { ...device, profile: { ...device.profile, pacer: { referenceUs: 300, exponent: 0.5 } } };
  // √(1.2 · 360 / 300).
  expect(driftSince(paced, { ...session, pacerUs: 360 })).toBeCloseTo(0.2, 12);
  expect(driftSince(paced, { ...session, pacerUs: 300 })).toBeCloseTo(Math.sqrt(1.2) - 1, 12);
  expect(driftSince(paced, session)).toBeCloseTo(0.2, 12);
  expect(driftSince(device, { ...session, network: 'inception-v2' })).toBeNull();
  expect(driftSince(device, { ...session, batch: 8 })).toBeNull();
  expect(driftSince(device, { ...session, engine: { ...engine, threads: 2 } })).toBeNull();
  expect(driftSince(openDevice('v100'), session)).toBeNull();
});

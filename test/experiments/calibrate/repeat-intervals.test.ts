import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseDeviceProfile } from '../../../calibration/device-profile.ts';
import { repeatedIntervals } from '../../../experiments/calibrate/repeat-intervals.ts';

const path = join(
  import.meta.dirname,
  '..',
  '..',
  '..',
  'profiles',
  'amd-epyc-onnxruntime-1-thread-inception-32.json',
);
const shipped = parseDeviceProfile(readFileSync(path, 'utf8'), path);

/** A repeat on a machine slower by a factor, its rate off by so many standard errors of 1 GFLOP/s. */
function repeat(slower: number, off: number) {
  const rate = (100 + off) / slower;
  const interval = { low: rate - 2 / slower, high: rate + 2 / slower, standardError: 1 / slower };
  return {
    ...shipped,
    sentinelUs: 1000 * slower,
    roofline: {
      ...shipped.roofline,
      computeRateGflops: rate,
      intervals: { computeRateGflops: interval, bandwidthGBps: null, overheadUs: null },
    },
  };
}

test('differences in units of the standard errors, with and without the drift of the machine', () => {
  const of = (profiles: ReturnType<typeof repeat>[]) =>
    repeatedIntervals(profiles).find(({ parameter }) => parameter === 'computeRateGflops');
  const steady = of([repeat(1, -1), repeat(1, 0), repeat(1, 1)]);
  expect(steady?.deviation).toBeCloseTo(1, 9);
  const drifting = of([repeat(1, -1), repeat(1.1, 0), repeat(1, 1)]);
  expect(drifting?.deviation).toBeGreaterThan(3);
  expect(drifting?.driftCorrected).toBeCloseTo(1, 1);
});

test('two calibrations are too few', () => {
  expect(() => repeatedIntervals([shipped, shipped])).toThrow('got 2 calibrations; expected at least 3');
});

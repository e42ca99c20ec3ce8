// From the files of a calibration run to its device profile, without a device.
import { join } from 'node:path';
import { type DeviceProfile, deviceProfile } from '../../calibration/device-profile.ts';
import { fitProfile } from '../../calibration/fit/fit-profile.ts';
import type { Network } from '../../network/network.ts';
import { parsedJson } from '../../records/json-text.ts';
import { writeJson } from '../../records/run-file.ts';
import { type ReadRunOptions, readMeasuredRun } from './measured-run.ts';
import { validateOthers } from './validate-others.ts';

/**
 * Fits and validates a device profile from the files of a calibration run, and writes `device.json` there, so that a
 * better fit can be had of old measurements:
 *
 *     run.json ─▶ families ─▶ networks, kernels without drift ─▶ fit ─▶ validate on other families ─▶ device.json
 *
 * @param networks of the family, where they are not in the zoo
 * @throws UserError for a folder without a calibration, or with too few networks measured
 */
export function fitRun(
  out: string,
  networks: readonly Network[] = [],
  options: ReadRunOptions = {},
): DeviceProfile {
  const { measured, samples, context, drawn } = readMeasuredRun(out, networks, options);
  const profile = fitProfile(measured.kernels, samples, context, {
    loadRecords: measured.loads,
    probes: measured.probes,
  });
  const otherSamples = measured.others.map((record) => ({ record, drawn: drawn(record) }));
  if (otherSamples.length > 0) profile.validation.others = validateOthers(profile, otherSamples);
  const advice = { expected: 'measurements that a profile can be fitted to', fix: 'calibrate again' };
  writeJson(join(out, 'device.json'), parsedJson(profile, deviceProfile, advice, `a fit of ${out}`));
  return profile;
}

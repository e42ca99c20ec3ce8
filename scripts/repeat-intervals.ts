// How far repeated calibrations differ, in the standard errors they state: node scripts/run.mjs repeat-intervals FOLDER…

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDeviceProfile } from '../calibration/device-profile.ts';
import { repeatedIntervals } from '../experiments/calibrate/repeat-intervals.ts';
import { UserError } from '../records/user-error.ts';

function readProfile(folder: string) {
  const file = join(folder, 'device.json');
  try {
    return parseDeviceProfile(readFileSync(file, 'utf8'), file);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError({
      got: `${file}: ${error instanceof Error ? error.message : error}`,
      expected: 'the profile of a finished calibration',
      fix: 'name folders of finished calibrations',
    });
  }
}

/** @throws UserError for fewer profiles than can be compared, or folders without one */
export function main(_root: string, folders: readonly string[]): number {
  const rows = repeatedIntervals(folders.map(readProfile));
  process.stdout.write('parameter\trepeats\tdeviation\tdrift_corrected\n');
  for (const { parameter, repeats, deviation, driftCorrected } of rows) {
    process.stdout.write(`${parameter}\t${repeats}\t${deviation.toFixed(2)}\t${driftCorrected.toFixed(2)}\n`);
  }
  return 0;
}

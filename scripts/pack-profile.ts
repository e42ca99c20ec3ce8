// Packs a finished calibration into profiles/NAME.json and profiles/measurements/NAME: node scripts/run.mjs pack-profile RUN NAME
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { measurementFiles } from '../records/measurement-files.ts';
import { writeFileAtomic } from '../records/run-file.ts';
import { UserError } from '../records/user-error.ts';

/** What the run decided and with which settings, as it is. */
const DECISIONS = ['run.json', 'plan.json', 'targeted.json'];

/**
 * Copies a calibration's profile and, packed, what it was fitted to.
 * @param root of the repository
 * @throws UserError for a folder without a profile
 */
export function packProfile(root: string, run: string, name: string): void {
  const device = join(run, 'device.json');
  if (!existsSync(device)) {
    throw new UserError({
      got: `${run} without device.json`,
      expected: 'the folder of a finished calibration',
      fix: 'node scripts/run.mjs pack-profile RUN NAME',
    });
  }
  const measurements = join(root, 'profiles', 'measurements', name);
  rmSync(measurements, { recursive: true, force: true });
  mkdirSync(measurements, { recursive: true });
  copyFileSync(device, join(root, 'profiles', `${name}.json`));
  for (const file of DECISIONS)
    if (existsSync(join(run, file))) copyFileSync(join(run, file), join(measurements, file));
  for (const { path } of Object.values(measurementFiles(run))) {
    if (!existsSync(path)) continue;
    // Without a time stamp: the same data give the same bytes.
    writeFileAtomic(join(measurements, `${basename(path)}.gz`), gzipSync(readFileSync(path), { level: 9 }));
  }
}

/** @throws UserError for anything but a folder and a name */
export function main(root: string, [run, name, ...more]: readonly string[]): number {
  if (run === undefined || name === undefined || more.length > 0) {
    throw new UserError({
      got: run === undefined ? 'no folder' : name === undefined ? 'no name' : 'more than a folder and a name',
      expected: 'the folder of a finished calibration and the name of its profile',
      fix: 'node scripts/run.mjs pack-profile RUN NAME',
    });
  }
  packProfile(root, run, name);
  return 0;
}

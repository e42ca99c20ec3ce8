// Packs a finished study into results/: node scripts/run.mjs pack-study DIR [device.json]
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { deviceProfile } from '../calibration/device-profile.ts';
import { openDevice } from '../calibration/open-device.ts';
import { analyzeStudy } from '../experiments/study-analysis/analyze-study.ts';
import { readStudyFiles } from '../experiments/study-analysis/read-study.ts';
import { writeFileAtomic, writeJson } from '../records/run-file.ts';
import { UserError } from '../records/user-error.ts';

/** Gzipped without a time stamp: the same data give the same bytes. */
const packed = (text: string) => gzipSync(text, { level: 9 });

/**
 * Copies what the page needs of a finished study into results/study-<network>-<engine>/: study.csv.gz, study.json,
 * run.json and the profile of its calibrated device, device.json.gz.
 * @param profile path of that profile; null where the folder holds it or no calibrated device took part
 * @returns the folder
 * @throws UserError for files that are missing or do not belong together
 */
export function packStudy(root: string, directory: string, profile: string | null): string {
  const files = readStudyFiles(directory, profile === null ? [] : [openDevice(profile)]);
  for (const [i, { kind, name }] of files.summary.devices.entries()) {
    if (kind === 'datasheet' || files.devices[i]) continue;
    throw new UserError({
      got: `a study on ${name} without its profile`,
      expected: 'the device.json that it used',
      fix: 'name it behind the folder',
    });
  }
  analyzeStudy(files, { resamples: 0 });
  const { network, measured } = files.summary;
  const out = join(root, 'results', `study-${network}-${measured?.engine ?? 'predicted'}`);
  const csv = join(directory, 'study.csv');
  writeFileAtomic(
    join(out, 'study.csv.gz'),
    existsSync(csv) ? packed(readFileSync(csv, 'utf8')) : readFileSync(`${csv}.gz`),
  );
  writeJson(join(out, 'study.json'), files.summary);
  writeJson(join(out, 'run.json'), files.run);
  const device = files.devices.find((each) => each?.kind === 'measured');
  if (device?.kind === 'measured') {
    const text = JSON.stringify(deviceProfile.parse(device.profile));
    writeFileAtomic(join(out, 'device.json.gz'), packed(`${text}\n`));
  }
  return out;
}

/** @throws UserError for anything but a folder and, where a calibrated device took part, its profile */
export function main(root: string, [directory, profile, ...more]: readonly string[]): number {
  if (directory === undefined || more.length > 0) {
    throw new UserError({
      got: directory === undefined ? 'no folder' : 'more than a folder and a profile',
      expected: 'the folder of a finished study and, if it took one, the profile of its device',
      fix: 'node scripts/run.mjs pack-study DIR [device.json]',
    });
  }
  process.stdout.write(`${packStudy(root, directory, profile ?? null)}\n`);
  return 0;
}

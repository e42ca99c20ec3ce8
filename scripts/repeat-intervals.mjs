// How far repeated calibrations differ, in units of the standard errors they state: repeat-intervals.mjs FOLDER FOLDER FOLDER…
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildIfStale } from './build.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
buildIfStale(root);
const built = (...path) => import(pathToFileURL(join(root, 'dist', ...path)).href);
const { parseDeviceProfile } = await built('calibration', 'device-profile.js');
const { repeatedIntervals } = await built('experiments', 'calibrate', 'repeat-intervals.js');
try {
  const files = process.argv.slice(2).map((folder) => join(folder, 'device.json'));
  const rows = repeatedIntervals(files.map((file) => parseDeviceProfile(readFileSync(file, 'utf8'), file)));
  process.stdout.write('parameter\trepeats\tdeviation\tdrift_corrected\n');
  for (const { parameter, repeats, deviation, driftCorrected } of rows) {
    process.stdout.write(`${parameter}\t${repeats}\t${deviation.toFixed(2)}\t${driftCorrected.toFixed(2)}\n`);
  }
} catch (error) {
  process.stderr.write(`repeat-intervals: ${error.message}\n`);
  process.exitCode = 2;
}

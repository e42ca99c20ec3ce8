// Packs the records of a sweep, finished or not, into results/: node scripts/run.mjs pack-sweep DIR NAME
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { gammaHistograms } from '../experiments/sweep/gamma-histogram.ts';
import { CsvFile } from '../records/csv-file.ts';
import { readJsonFile } from '../records/json-file.ts';
import { readRun, writeFileAtomic, writeJson } from '../records/run-file.ts';
import { sweepRecord, sweepStructure } from '../records/sweep.ts';
import { UserError } from '../records/user-error.ts';

/**
 * Copies what docs/results.md needs of a sweep into results/sweep-<name>/: run.json, sweep.csv, the widths of all networks
 * as structures.json, and gammas.csv. Weights stay behind.
 * @returns the folder
 * @throws UserError for a folder without a trained network
 */
export function packSweep(root: string, directory: string, name: string): string {
  const run = readRun(directory);
  const rows = new CsvFile(join(directory, 'sweep.csv'), sweepRecord).read();
  if (run.command !== 'sweep' || rows.length === 0) {
    throw new UserError({
      got: `${directory}, a run of ${run.command} with ${rows.length} trained networks`,
      expected: 'the folder of a sweep that has trained at least one',
      fix: 'node scripts/run.mjs pack-sweep DIR NAME',
    });
  }
  const out = join(root, 'results', `sweep-${name}`);
  const csv = (records: readonly object[]) => stringify([...records], { header: true });
  writeJson(join(out, 'run.json'), run);
  writeFileAtomic(join(out, 'sweep.csv'), csv(rows));
  writeFileAtomic(join(out, 'gammas.csv'), csv(gammaHistograms(directory)));
  const folder = join(directory, 'structures');
  const files = existsSync(folder) ? readdirSync(folder).sort() : [];
  const advice = { expected: 'widths by layer name', fix: 'remove it and resume the sweep' };
  const structures = files.map((file) => [
    basename(file, '.json'),
    sweepStructure.parse(readJsonFile(join(folder, file), advice)),
  ]);
  writeFileAtomic(join(out, 'structures.json'), `${JSON.stringify(Object.fromEntries(structures))}\n`);
  return out;
}

/** @throws UserError for anything but a folder and a name */
export function main(root: string, [directory, name, ...more]: readonly string[]): number {
  if (directory === undefined || name === undefined || more.length > 0) {
    throw new UserError({
      got: directory === undefined ? 'no folder' : name === undefined ? 'no name' : 'more than two arguments',
      expected: 'the folder of a sweep and a name for its results',
      fix: 'node scripts/run.mjs pack-sweep DIR NAME',
    });
  }
  process.stdout.write(`${packSweep(root, directory, name)}\n`);
  return 0;
}

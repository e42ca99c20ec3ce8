// Writes docs/results.md and its charts from the committed sweeps: npm run -s results-page
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { comparisons } from '../experiments/sweep/sweep-comparison.ts';
import { sweepSummary } from '../experiments/sweep/sweep-summary.ts';
import { planChannels } from '../network/channel-plan.ts';
import { widthsByLayer } from '../network/widths.ts';
import { zooNetwork } from '../network/zoo/index.ts';
import { CsvFile } from '../records/csv-file.ts';
import { readRun, writeFileAtomic } from '../records/run-file.ts';
import { gammaBinRecord, sweepRecord, sweepStructure } from '../records/sweep.ts';
import { UserError } from '../records/user-error.ts';
import type { PageSweep } from '../reports/results-page/page-sweep.ts';
import { resultsPage } from '../reports/results-page/results-page.ts';
import type { PageFile } from '../reports/study-page/study-page.ts';

/** The committed sweeps, by name. */
export function committedSweeps(root: string): string[] {
  const results = join(root, 'results');
  if (!existsSync(results)) return [];
  return readdirSync(results)
    .filter((name) => name.startsWith('sweep-'))
    .sort()
    .map((name) => join(results, name));
}

/** A sweep of a zoo network, as `pack-sweep` left it. */
export function readSweep(directory: string): PageSweep {
  const run = readRun(directory);
  const rows = new CsvFile(join(directory, 'sweep.csv'), sweepRecord).read();
  const plan = planChannels(zooNetwork(String(run.settings.network)));
  const structures = JSON.parse(readFileSync(join(directory, 'structures.json'), 'utf8')) as unknown;
  return {
    name: basename(directory),
    run,
    rows,
    structures: z.record(z.string(), sweepStructure).parse(structures),
    full: widthsByLayer(plan, plan.fullWidths),
    gammas: new CsvFile(join(directory, 'gammas.csv'), gammaBinRecord).read(),
    summary: sweepSummary(rows),
    comparisons: comparisons(rows),
  };
}

export function resultsPageOf(directories: readonly string[]): Promise<PageFile[]> {
  return resultsPage(directories.map(readSweep));
}

/**
 * Writes docs/results.md and its charts.
 * @returns the exit code
 * @throws UserError where there is no sweep, or one whose files are broken
 */
export async function main(root: string, given: readonly string[]): Promise<number> {
  const directories = given.length > 0 ? given : committedSweeps(root);
  if (directories.length === 0) {
    throw new UserError({
      got: 'no results/sweep-* folder',
      expected: 'at least one sweep',
      fix: 'pack one: node scripts/run.mjs pack-sweep DIR NAME',
    });
  }
  for (const { path, text } of await resultsPageOf(directories)) {
    writeFileAtomic(join(root, 'docs', path), text);
    process.stdout.write(`docs/${path}  ${Math.ceil(text.length / 1024)} kB\n`);
  }
  return 0;
}

import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { median } from 'simple-statistics';
import type { z } from 'zod';
import { CsvFile } from '../../records/csv-file.ts';
import { parsedJson, readJsonFile } from '../../records/json-file.ts';
import type { NetworkRecord } from '../../records/measurements.ts';
import { writeFileAtomic, writeJson } from '../../records/run-file.ts';
import { type StudySummary, studyRecord, studySummary } from '../../records/study.ts';
import { UserError } from '../../records/user-error.ts';
import { measurementFiles } from '../samples/measure-samples.ts';
import { addMeasurements, writeRows } from './rows.ts';
import { parseShard, type Shard } from './shard.ts';
import { openStudyRun, readStudyRun, type StudyRun } from './study-run.ts';
import { sentinelOf, summaryOf } from './summary.ts';

export interface MergeOptions {
  /** Folders of shards. */
  readonly directories: readonly string[];
  readonly out: string;
  readonly parquet?: boolean;
}

export interface MergedStudy {
  readonly summary: StudySummary;
  /** Shards that are not there or not done; one line each. */
  readonly warnings: readonly string[];
}

interface Part {
  readonly directory: string;
  readonly shard: Shard;
  readonly run: StudyRun;
  readonly summary: StudySummary;
  readonly networks: readonly NetworkRecord[];
}

/** @throws UserError if a folder holds no shard; null if its shard has not ended yet */
function readPart(directory: string): Omit<Part, 'summary'> & { readonly summary: StudySummary | null } {
  const run = readStudyRun(directory);
  if (run.settings.shard === undefined) {
    throw new UserError({
      got: `${directory}, a whole study`,
      expected: 'folders of shards of one study',
      fix: 'name what `morphline study --shard i/n` wrote',
    });
  }
  const path = join(directory, 'study.json');
  const advice = { expected: 'the study.json of a study', fix: 'run the shard again' };
  return {
    directory,
    run,
    shard: parseShard(run.settings.shard, {}),
    summary: existsSync(path) ? parsedJson(readJsonFile(path, advice), studySummary, advice, path) : null,
    networks: measurementFiles(directory).networks.read(),
  };
}

/** What all shards of a study have in common. */
function common({ run, shard, summary }: Omit<Part, 'summary'> & { summary: StudySummary | null }) {
  const { shard: _, ...settings } = run.settings;
  const { engine } = run.context;
  return {
    ...settings,
    shards: shard.of,
    ...(engine === null
      ? {}
      : { version: engine.version, adapter: engine.adapter, provider: engine.provider }),
    ...(summary === null
      ? {}
      : {
          samples: summary.samples,
          devices: summary.devices.map(({ column, name }) => `${column} ${name}`),
        }),
  };
}

function checkAgreement(first: Part, part: Part): void {
  const [a, b] = [common(first), common(part)] as [Record<string, unknown>, Record<string, unknown>];
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const [one, other] = [JSON.stringify(a[key]), JSON.stringify(b[key])];
    if (one === other) continue;
    throw new UserError({
      got: `${key} ${other ?? 'unset'} in ${part.directory} and ${one ?? 'unset'} in ${first.directory}`,
      expected: 'shards of one study',
      fix: 'leave one of them out, or run it again with the same settings',
    });
  }
}

/** @throws UserError for two folders of one shard */
function checkDisjoint(parts: readonly Pick<Part, 'directory' | 'shard'>[]): void {
  const seen = new Map<number, string>();
  for (const { directory, shard } of parts) {
    const other = seen.get(shard.index);
    if (other !== undefined) {
      throw new UserError({
        got: `shard ${shard.index}/${shard.of} in ${directory} and in ${other}`,
        expected: 'each shard once',
        fix: 'leave one of them out',
      });
    }
    seen.set(shard.index, directory);
  }
}

/** What a shard's times are multiplied by: the median shard's sentinel over its own. */
function factorsOf(parts: readonly Part[]): { sentinelUs: number | null; factor: number }[] {
  const sentinels = parts.map(({ networks }) => (networks.length === 0 ? null : sentinelOf(networks)));
  const known = sentinels.filter((us) => us !== null);
  return sentinels.map((sentinelUs) => ({
    sentinelUs,
    factor: sentinelUs === null ? 1 : median(known) / sentinelUs,
  }));
}

function corrected(row: NetworkRecord, factor: number, blocks: number): NetworkRecord {
  const { cold_us } = row;
  return {
    ...row,
    block: row.block + blocks,
    latency_us: row.latency_us * factor,
    min_us: row.min_us * factor,
    pass_1_us: row.pass_1_us * factor,
    pass_2_us: row.pass_2_us * factor,
    sentinel_us: row.sentinel_us * factor,
    ...(cold_us === undefined ? {} : { cold_us: cold_us * factor }),
  };
}

function replace<T extends z.ZodObject>(file: CsvFile<T>, rows: readonly z.infer<T>[]): void {
  if (rows.length === 0) rmSync(file.path, { force: true });
  else writeFileAtomic(file.path, stringify([...rows], { header: true, cast: { boolean: String } }));
}

/** Measurements of all parts, their drift against each other divided out, written where an unsharded study has them. */
function mergeMeasurements(parts: readonly Part[], factors: readonly number[], out: string): NetworkRecord[] {
  let blocks = 0;
  const networks: NetworkRecord[] = [];
  const rounds = [];
  const failures = [];
  for (const [at, part] of parts.entries()) {
    const factor = factors[at] as number;
    const files = measurementFiles(part.directory);
    const own = part.networks.map((row) => corrected(row, factor, blocks));
    blocks = own.reduce((most, { block }) => Math.max(most, block + 1), blocks);
    networks.push(...own);
    for (const { cold_us, ...row } of files.rounds.read()) {
      rounds.push({
        ...row,
        latency_us: row.latency_us * factor,
        ...(cold_us === undefined ? {} : { cold_us: cold_us * factor }),
      });
    }
    failures.push(...files.failures.read());
  }
  const files = measurementFiles(out);
  replace(files.networks, networks);
  replace(files.rounds, rounds);
  replace(files.failures, failures);
  return networks;
}

/** The calibrated device's own sentinel follows from a shard's and its drift; the merged study's drift from both. */
function mergedDrift(
  parts: readonly Part[],
  sentinels: readonly (number | null)[],
  mergedUs: number,
): number | null {
  for (const [at, { summary }] of parts.entries()) {
    const drift = summary.measured?.drift_since_calibration ?? null;
    const sentinelUs = sentinels[at] ?? null;
    if (drift !== null && sentinelUs !== null) return (mergedUs * (1 + drift)) / sentinelUs - 1;
  }
  return null;
}

/**
 * Joins the shards of a study into the folder that the whole study would have left: its rows, its measurements, its
 * summary. A shard's times are divided by how much slower its machine was than the median shard's, by the sentinel.
 * @throws UserError for folders of other studies or machines (naming what differs, with both values), one shard twice,
 * or no finished shard at all
 */
export async function mergeStudies({
  directories,
  out,
  parquet = false,
}: MergeOptions): Promise<MergedStudy> {
  if (directories.some((directory) => resolve(directory) === resolve(out))) {
    throw new UserError({
      got: `--out ${out}, which is one of the shards`,
      expected: 'another folder',
      fix: 'change --out',
    });
  }
  const read = directories.map(readPart).sort((a, b) => a.shard.index - b.shard.index);
  const parts = read.filter((part): part is Part => part.summary !== null);
  const [first] = parts;
  if (first === undefined) {
    throw new UserError({
      got: `${directories.join(', ')} without a finished shard`,
      expected: 'at least one',
      fix: 'let the shards end first',
    });
  }
  for (const part of parts) checkAgreement(first, part);
  checkDisjoint(read);
  const { of } = first.shard;
  const warnings: string[] = [];
  for (let index = 0; index < of; index++) {
    const found = read.find(({ shard }) => shard.index === index);
    if (found === undefined) warnings.push(`shard ${index}/${of} is missing`);
    else if (found.summary === null) warnings.push(`shard ${index}/${of} in ${found.directory} is not done`);
  }
  const { shard: _, engine, threads, rounds, ...base } = first.run.settings;
  const measuring =
    engine === undefined || threads === undefined || rounds === undefined
      ? null
      : { engine, threads, rounds };
  openStudyRun(out, base, measuring, first.run.context);
  const scales = factorsOf(parts);
  const networks = mergeMeasurements(
    parts,
    scales.map(({ factor }) => factor),
    out,
  );
  const rows = parts
    .flatMap(({ directory }) => new CsvFile(join(directory, 'study.csv'), studyRecord).read())
    .sort((a, b) => a.sample - b.sample);
  addMeasurements(rows, networks);
  await writeRows(out, rows, parquet);
  const { network, samples, law, seed, batch, devices } = first.summary;
  const merged = parts.map(({ shard, networks: own }, at) => {
    const { sentinelUs, factor } = scales[at] as (typeof scales)[number];
    return { index: shard.index, networks: own.length, sentinel_us: sentinelUs, factor };
  });
  const description = first.run.context.engine;
  const summary = summaryOf(
    { network, samples, law, seed, batch, shards: { of, merged } },
    rows,
    devices,
    parts.reduce((sum, part) => sum + part.summary.predict_seconds, 0),
    description === null || networks.length === 0
      ? null
      : {
          networks,
          engine: description,
          driftSinceCalibration: mergedDrift(
            parts,
            scales.map(({ sentinelUs }) => sentinelUs),
            sentinelOf(networks),
          ),
        },
  );
  writeJson(join(out, 'study.json'), studySummary.parse(summary));
  return { summary, warnings };
}

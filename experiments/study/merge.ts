// Shards of a study joined into the folder that the whole study would have left.
import { join, resolve } from 'node:path';
import { CsvFile } from '../../records/csv-file.ts';
import { holdingFolder } from '../../records/folder-lock.ts';
import type { NetworkRecord } from '../../records/measurements.ts';
import { writeJson } from '../../records/run-file.ts';
import {
  type StudyRecord,
  type StudySummary,
  studyRecord,
  studySummary,
  wholeStudy,
} from '../../records/study.ts';
import { UserError } from '../../records/user-error.ts';
import {
  joinedMeasurements,
  readMeasurements,
  replaceMeasurements,
  shardFactors,
} from './merge-measurements.ts';
import { type FinishedShard, readShards } from './read-shards.ts';
import { addMeasurements, writeRows } from './rows.ts';
import { openStudyRun } from './study-run.ts';
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

/** A shard, the sentinel of its machine (null: nothing measured), and what its times are multiplied by. */
interface ScaledShard extends FinishedShard {
  readonly sentinelUs: number | null;
  readonly factor: number;
}

/** @throws UserError where the merged study would overwrite a shard */
function checkOut(out: string, directories: readonly string[]): void {
  if (directories.every((directory) => resolve(directory) !== resolve(out))) return;
  throw new UserError({
    got: `--out ${out}, which is one of the shards`,
    expected: 'another folder',
    fix: 'change --out',
  });
}

function scaledShards(shards: readonly FinishedShard[]): ScaledShard[] {
  const sentinelsUs = shards.map(({ networks }) => (networks.length === 0 ? null : sentinelOf(networks)));
  const factors = shardFactors(sentinelsUs);
  return shards.map((shard, at) => ({
    ...shard,
    sentinelUs: sentinelsUs[at] ?? null,
    factor: factors[at] as number,
  }));
}

/**
 * The calibrated device's own sentinel follows from a shard's and its drift; the merged study's drift from both.
 * @param mergedUs the sentinel of the merged study, in µs
 * @returns null where no shard knows its drift
 */
export function mergedDrift(
  shards: readonly { readonly sentinelUs: number | null; readonly summary: Pick<StudySummary, 'measured'> }[],
  mergedUs: number,
): number | null {
  for (const { summary, sentinelUs } of shards) {
    const drift = summary.measured?.drift_since_calibration ?? null;
    if (drift !== null && sentinelUs !== null) return (mergedUs * (1 + drift)) / sentinelUs - 1;
  }
  return null;
}

function mergedRows(shards: readonly FinishedShard[], networks: readonly NetworkRecord[]): StudyRecord[] {
  const rows = shards
    .flatMap(({ directory, summary }) => {
      const file = new CsvFile(join(directory, 'study.csv'), studyRecord);
      const own = file.read();
      wholeStudy(own, summary, file.path);
      return own;
    })
    .sort((a, b) => a.sample - b.sample);
  addMeasurements(rows, networks);
  return rows;
}

function mergedSummary(
  first: FinishedShard,
  shards: readonly ScaledShard[],
  rows: readonly StudyRecord[],
  networks: readonly NetworkRecord[],
): StudySummary {
  const { network, samples, law, seed, batch, devices } = first.summary;
  const { engine } = first.run.context;
  const merged = shards.map(({ shard, networks: own, sentinelUs, factor }) => {
    return { index: shard.index, networks: own.length, sentinel_us: sentinelUs, factor };
  });
  return summaryOf(
    { network, samples, law, seed, batch, shards: { of: first.shard.of, merged } },
    rows,
    devices,
    shards.reduce((sum, { summary }) => sum + summary.predict_seconds, 0),
    engine === null || networks.length === 0
      ? null
      : { networks, engine, driftSinceCalibration: mergedDrift(shards, sentinelOf(networks)) },
  );
}

/**
 * Joins the shards of a study into the folder that the whole study would have left: its rows, its measurements, its
 * summary. A shard's times are divided by how much slower its machine was than the median shard's, by the sentinel.
 *
 * ```
 *  shard-*  ─▶ readShards ─▶ scaledShards ─▶ joinedMeasurements ─▶ networks.csv, rounds.csv, failures.csv
 *              (one study?)  (sentinels)            │
 *              study.csv ──────────────────▶ mergedRows ─────────▶ study.csv ─▶ mergedSummary ─▶ study.json
 * ```
 * @throws UserError for folders of other studies or machines (naming what differs, with both values), one shard twice,
 * or no finished shard at all
 */
export async function mergeStudies(options: MergeOptions): Promise<MergedStudy> {
  const { directories, out } = options;
  checkOut(out, directories);
  return holdingFolder(out, 'study', () => mergeInto(options));
}

async function mergeInto({ directories, out, parquet = false }: MergeOptions): Promise<MergedStudy> {
  const { finished, warnings } = readShards(directories);
  const [first] = finished;
  const { settings, context } = first.run;
  openStudyRun(out, { settings: { ...settings, shard: undefined }, context });

  const shards = scaledShards(finished);
  const measurements = joinedMeasurements(
    shards.map(({ directory, networks }) => readMeasurements(directory, networks)),
    shards.map(({ factor }) => factor),
  );
  replaceMeasurements(out, measurements);

  const rows = mergedRows(shards, measurements.networks);
  await writeRows(out, rows, parquet);

  const summary = mergedSummary(first, shards, rows, measurements.networks);
  writeJson(join(out, 'study.json'), studySummary.parse(summary));
  return { summary, warnings };
}

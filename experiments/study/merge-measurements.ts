// Measurements of several machines as if one had taken them: their speeds divided out, their blocks numbered on.
import { rmSync } from 'node:fs';
import { stringify } from 'csv-stringify/sync';
import { median } from 'simple-statistics';
import type { z } from 'zod';
import type { CsvFile } from '../../records/csv-file.ts';
import { measurementFiles } from '../../records/measurement-files.ts';
import type { FailureRecord, NetworkRecord, RoundRecord } from '../../records/measurements.ts';
import { writeFileAtomic } from '../../records/run-file.ts';

/** What was measured of one shard, or of all of them together. */
export interface Measurements {
  readonly networks: readonly NetworkRecord[];
  readonly rounds: readonly RoundRecord[];
  readonly failures: readonly FailureRecord[];
}

/**
 * What each shard's times are multiplied by: the median shard's sentinel over its own; 1 where nothing was measured.
 * @param sentinelsUs of each shard, in µs; null where nothing was measured
 */
export function shardFactors(sentinelsUs: readonly (number | null)[]): number[] {
  const known = sentinelsUs.filter((us) => us !== null);
  return sentinelsUs.map((us) => (us === null ? 1 : median(known) / us));
}

/** A time that not every row has. */
const scaledUs = (us: number | null, factor: number) => (us === null ? null : us * factor);
const scaledCold = (coldUs: number | undefined, factor: number) =>
  coldUs === undefined ? {} : { cold_us: coldUs * factor };

function scaledNetwork(row: NetworkRecord, factor: number): NetworkRecord {
  return {
    ...row,
    latency_us: row.latency_us * factor,
    min_us: row.min_us * factor,
    pass_1_us: row.pass_1_us * factor,
    pass_2_us: row.pass_2_us * factor,
    sentinel_us: row.sentinel_us * factor,
    pacer_us: scaledUs(row.pacer_us, factor),
    ...scaledCold(row.cold_us, factor),
  };
}

function scaledRound({ cold_us, ...row }: RoundRecord, factor: number): RoundRecord {
  return {
    ...row,
    latency_us: row.latency_us * factor,
    pacer_us: scaledUs(row.pacer_us, factor),
    ...scaledCold(cold_us, factor),
  };
}

/** All measurements as the median machine would have taken them; each shard's blocks follow those of the one before. */
export function joinedMeasurements(
  shards: readonly Measurements[],
  factors: readonly number[],
): Measurements {
  let blocks = 0;
  const networks = shards.flatMap((shard, at) => {
    const first = blocks;
    blocks = shard.networks.reduce((most, { block }) => Math.max(most, first + block + 1), first);
    return shard.networks.map((row) => ({
      ...scaledNetwork(row, factors[at] as number),
      block: first + row.block,
    }));
  });
  return {
    networks,
    rounds: shards.flatMap(({ rounds }, at) => rounds.map((row) => scaledRound(row, factors[at] as number))),
    failures: shards.flatMap(({ failures }) => failures),
  };
}

/** @param networks of the folder, where they are read already */
export function readMeasurements(directory: string, networks: readonly NetworkRecord[]): Measurements {
  const { rounds, failures } = measurementFiles(directory);
  return { networks, rounds: rounds.read(), failures: failures.read() };
}

function replaceRows<T extends z.ZodObject>(file: CsvFile<T>, rows: readonly z.infer<T>[]): void {
  if (rows.length === 0) rmSync(file.path, { force: true });
  else writeFileAtomic(file.path, stringify([...rows], { header: true, cast: { boolean: String } }));
}

/** Writes measurements where an unsharded study has them, in place of what is there. */
export function replaceMeasurements(out: string, { networks, rounds, failures }: Measurements): void {
  const files = measurementFiles(out);
  replaceRows(files.networks, networks);
  replaceRows(files.rounds, rounds);
  replaceRows(files.failures, failures);
}

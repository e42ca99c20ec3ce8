// The folders of a study's shards, read back and checked to be parts of one study.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readJsonFile } from '../../records/json-file.ts';
import { parsedJson } from '../../records/json-text.ts';
import { measurementFiles } from '../../records/measurement-files.ts';
import type { NetworkRecord } from '../../records/measurements.ts';
import { type StudySummary, studySummary } from '../../records/study.ts';
import { UserError } from '../../records/user-error.ts';
import { parseShard, type Shard } from './shard.ts';
import { readStudyRun, type StudyRun } from './study-run.ts';

/** A shard, ended or not. */
export interface FoundShard {
  readonly directory: string;
  readonly shard: Shard;
  readonly run: StudyRun;
  /** Null until it ends. */
  readonly summary: StudySummary | null;
  readonly networks: readonly NetworkRecord[];
}

/** A shard that has ended. */
export interface FinishedShard extends FoundShard {
  readonly summary: StudySummary;
}

/** @throws UserError if a folder holds no shard */
function readShard(directory: string): FoundShard {
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
function commonFacts({ run, shard, summary }: FinishedShard): Record<string, unknown> {
  const { shard: _, ...settings } = run.settings;
  const { engine } = run.context;
  return {
    ...settings,
    shards: shard.of,
    ...(engine === null
      ? {}
      : { version: engine.version, adapter: engine.adapter, provider: engine.provider }),
    samples: summary.samples,
    devices: summary.devices.map(({ column, name }) => `${column} ${name}`),
  };
}

/** @throws UserError naming what differs, with both values */
function checkAgreement(first: FinishedShard, other: FinishedShard): void {
  const [a, b] = [commonFacts(first), commonFacts(other)];
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const [one, two] = [JSON.stringify(a[key]), JSON.stringify(b[key])];
    if (one === two) continue;
    throw new UserError({
      got: `${key} ${two ?? 'unset'} in ${other.directory} and ${one ?? 'unset'} in ${first.directory}`,
      expected: 'shards of one study',
      fix: 'leave one of them out, or run it again with the same settings',
    });
  }
}

/** @throws UserError for two folders of one shard */
function checkDisjoint(shards: readonly FoundShard[]): void {
  const seen = new Map<number, string>();
  for (const { directory, shard } of shards) {
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

/** Which of a study's shards are not there or not done; one line each. */
export function missingShards(
  found: readonly Pick<FoundShard, 'directory' | 'shard' | 'summary'>[],
  of: number,
): string[] {
  return Array.from({ length: of }, (_, index) => {
    const one = found.find(({ shard }) => shard.index === index);
    if (one === undefined) return [`shard ${index}/${of} is missing`];
    return one.summary === null ? [`shard ${index}/${of} in ${one.directory} is not done`] : [];
  }).flat();
}

/**
 * Reads the shards in these folders.
 * @returns those that have ended, by their numbers, and a warning for each of the others
 * @throws UserError for folders of other studies or machines, one shard twice, or none that has ended
 */
export function readShards(directories: readonly string[]): {
  finished: readonly [FinishedShard, ...FinishedShard[]];
  warnings: string[];
} {
  const found = directories.map(readShard).sort((a, b) => a.shard.index - b.shard.index);
  const [first, ...others] = found.filter((one): one is FinishedShard => one.summary !== null);
  if (first === undefined) {
    throw new UserError({
      got: `${directories.join(', ')} without a finished shard`,
      expected: 'at least one',
      fix: 'let the shards end first',
    });
  }
  for (const other of others) checkAgreement(first, other);
  checkDisjoint(found);
  return { finished: [first, ...others], warnings: missingShards(found, first.shard.of) };
}

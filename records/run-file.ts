// The run file of a folder: what a run was started with, and whether a later start may resume it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writeJson } from './atomic-file.ts';
import { readJsonFile } from './json-file.ts';
import { parsedJson } from './json-text.ts';
import { packageVersion } from './package-version.ts';
import { UserError } from './user-error.ts';

export { writeFileAtomic, writeJson } from './atomic-file.ts';

export const RUN_SCHEMA = 'morphline/run@1';

export const runFile = z.object({
  schema: z.literal(RUN_SCHEMA),
  command: z.string(),
  /** What a resumed run must share with the one that started. */
  settings: z.record(z.string(), z.unknown()),
  /** What was found when it started: engine, machine, versions. */
  context: z.record(z.string(), z.unknown()),
  versions: z.object({ morphline: z.string(), node: z.string() }),
  startedAt: z.string(),
});
export type RunFile = z.infer<typeof runFile>;

/**
 * What a run decides for itself (from a trial, from the time it has), kept in a file so that a resumed one agrees.
 * @throws UserError for a file that is broken, or decides what no run would
 */
export async function decidedOnce<T>(
  path: string,
  schema: z.ZodType<T>,
  decide: () => Promise<T>,
): Promise<T> {
  if (existsSync(path)) {
    const advice = {
      expected: 'what an earlier start of this run decided',
      fix: 'remove it to have it decided anew',
    };
    return parsedJson(readJsonFile(path, advice), schema, advice, path);
  }
  const decision = await decide();
  writeJson(path, decision);
  return decision;
}

/** Settings as they come back from a file. */
function plain(settings: Record<string, unknown>): Record<string, unknown> {
  return JSON.parse(JSON.stringify(settings)) as Record<string, unknown>;
}

/**
 * Starts a run in a folder, or resumes the one that is there: `run.json` is written once, and a later start must have
 * the same settings.
 * @param later settings that run files of earlier versions lack, and may
 * @returns the run file and whether it was there already
 * @throws UserError naming the first setting that differs, with both values
 */
export function openRun(
  directory: string,
  start: Pick<RunFile, 'command' | 'settings' | 'context'>,
  later: readonly string[] = [],
): { run: RunFile; resumed: boolean } {
  const path = join(directory, 'run.json');
  if (!existsSync(path)) {
    const versions = { morphline: packageVersion(), node: process.version };
    const run: RunFile = { schema: RUN_SCHEMA, ...start, versions, startedAt: new Date().toISOString() };
    writeJson(path, run);
    return { run, resumed: false };
  }
  const run = readRun(directory);
  const wanted = plain({ command: start.command, ...start.settings });
  const found: Record<string, unknown> = { command: run.command, ...run.settings };
  for (const key of new Set([...Object.keys(wanted), ...Object.keys(found)])) {
    const [was, now] = [JSON.stringify(found[key]), JSON.stringify(wanted[key])];
    if (was === now || (was === undefined && later.includes(key))) continue;
    throw new UserError({
      got: `${key} ${now ?? 'unset'} for ${directory}, which holds a run with ${key} ${was ?? 'unset'}`,
      expected: 'the settings it was started with',
      fix: 'give the same settings to resume it, or another --out',
    });
  }
  return { run, resumed: true };
}

/** @throws UserError if there is no run file, or one of another schema */
export function readRun(directory: string): RunFile {
  const path = join(directory, 'run.json');
  const value = readJsonFile(path, {
    expected: 'the run.json of a morphline run',
    fix: 'name a folder that a command wrote, or remove the broken file to start anew',
  });
  const advice = {
    expected: `schema ${RUN_SCHEMA}`,
    fix: 'use another folder, or the version of morphline that wrote it',
  };
  return parsedJson(value, runFile, advice, path);
}

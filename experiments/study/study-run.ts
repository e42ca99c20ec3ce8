import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { deviceProfile } from '../../calibration/device-profile.ts';
import { parsedJson } from '../../records/json-file.ts';
import { openRun, readRun, writeJson } from '../../records/run-file.ts';
import { UserError } from '../../records/user-error.ts';
import { STUDY_LAWS, widthsFile } from './draw.ts';

/** What a study's rows and measurements depend on; a resumed one must agree in all of it. */
export const studySettings = z.object({
  network: z.string(),
  law: z.enum(STUDY_LAWS),
  seed: z.number().int(),
  batch: z.number().int(),
  /** Of law `around`. */
  spread: z.number().optional(),
  /** Of the widths in the structure files of laws `around` and `file`. */
  widths_sha256: z.string().optional(),
  /** `i/n` */
  shard: z.string().optional(),
  /** Of studies that have measured. */
  engine: z.string().optional(),
  threads: z.number().int().optional(),
  rounds: z.number().int().optional(),
});
export type StudySettings = z.infer<typeof studySettings>;

/** What measuring adds to the settings. */
export type MeasuringSettings = Required<Pick<StudySettings, 'engine' | 'threads' | 'rounds'>>;

export const studyContext = z.object({
  engine: deviceProfile.shape.engine.nullable(),
  /** The structure files of laws `around` and `file`. */
  widths: z.array(widthsFile).optional(),
});
export type StudyContext = z.infer<typeof studyContext>;

export interface StudyRun {
  readonly settings: StudySettings;
  readonly context: StudyContext;
}

/**
 * The settings and context of the study in a folder.
 * @throws UserError if it holds none
 */
export function readStudyRun(directory: string): StudyRun {
  const { command, settings, context } = readRun(directory);
  const advice = { expected: 'the run.json of a study', fix: 'name a folder that `morphline study` wrote' };
  const path = join(directory, 'run.json');
  if (command !== 'study') throw new UserError({ got: `${path} of ${command}`, ...advice });
  return {
    settings: parsedJson(settings, studySettings, advice, path),
    context: parsedJson(context, studyContext, advice, path),
  };
}

/** Settings that a start wants of a folder's study, and those that its run.json must have. */
function wantedSettings(
  found: Readonly<Record<string, unknown>>,
  base: BaseSettings,
  measuring: MeasuringSettings | null,
): Record<string, unknown> {
  if (found.engine === undefined) return base;
  const { engine, threads, rounds } = found;
  return { ...base, ...(measuring ?? { engine, threads, rounds }) };
}

/** Settings of a study that only predicts. */
export type BaseSettings = Omit<StudySettings, keyof MeasuringSettings>;

/**
 * Checks that a start fits the study in a folder, if there is one; writes nothing.
 * @returns whether there is one
 * @throws UserError naming the first setting that differs, with both values
 */
export function checkStudyRun(out: string, base: BaseSettings, measuring: MeasuringSettings | null): boolean {
  if (!existsSync(join(out, 'run.json'))) return false;
  const { settings } = readRun(out);
  openRun(out, { command: 'study', settings: wantedSettings(settings, base, measuring), context: {} });
  return true;
}

/**
 * Starts a study in a folder or resumes the one there. One that has only predicted takes on the settings of the first
 * start that measures; one that has measured keeps them when a start only predicts.
 * @throws UserError naming the first setting that differs, with both values
 */
export function openStudyRun(
  out: string,
  base: BaseSettings,
  measuring: MeasuringSettings | null,
  context: StudyContext,
): StudyRun {
  const settings: StudySettings = { ...base, ...measuring };
  if (!checkStudyRun(out, base, measuring)) {
    openRun(out, { command: 'study', settings, context: { ...context } });
  } else if (measuring !== null) {
    const run = readRun(out);
    if (run.settings.engine === undefined) writeJson(join(out, 'run.json'), { ...run, settings, context });
  }
  return readStudyRun(out);
}

// The run.json of a study: what a start must agree in with the study that its folder holds.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { deviceProfile } from '../../calibration/device-profile.ts';
import { parsedJson } from '../../records/json-text.ts';
import { openRun, readRun, writeJson } from '../../records/run-file.ts';
import { UserError } from '../../records/user-error.ts';
import { widthsFile } from './draw.ts';
import { type StudySettings, studySettings } from './study-settings.ts';

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
    settings: parsedJson(settings, studySettings.recorded, advice, path),
    context: parsedJson(context, studyContext, advice, path),
  };
}

/**
 * The settings with which a start goes on with what a folder holds. Only a study that has measured is held to an
 * engine, threads and rounds, and a start that only predicts takes those that it finds.
 */
export function resumedSettings(
  found: Readonly<Record<string, unknown>>,
  start: StudySettings,
): Record<string, unknown> {
  const { engine, threads, rounds } =
    found.engine === undefined || start.engine === undefined ? found : start;
  return { ...start, engine, threads, rounds };
}

/**
 * Checks that a start fits the study in a folder, if there is one; writes nothing.
 * @returns whether there is one
 * @throws UserError naming the first setting that differs, with both values
 */
export function checkStudyRun(out: string, start: StudySettings): boolean {
  if (!existsSync(join(out, 'run.json'))) return false;
  const settings = resumedSettings(readRun(out).settings, start);
  openRun(out, { command: 'study', settings, context: {} });
  return true;
}

/**
 * Starts a study in a folder or resumes the one there. One that has only predicted takes on the settings of the first
 * start that measures; one that has measured keeps them when a start only predicts.
 * @throws UserError naming the first setting that differs, with both values
 */
export function openStudyRun(out: string, start: StudyRun): StudyRun {
  const settings = { ...start.settings };
  const context = { ...start.context };
  if (!checkStudyRun(out, start.settings)) {
    openRun(out, { command: 'study', settings, context });
  } else if (settings.engine !== undefined) {
    const run = readRun(out);
    if (run.settings.engine === undefined) writeJson(join(out, 'run.json'), { ...run, settings, context });
  }
  return readStudyRun(out);
}

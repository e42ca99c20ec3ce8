// A study folder read back, its files plain or gzipped.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Device, parseDeviceProfile } from '../../calibration/device-profile.ts';
import { openDevice } from '../../calibration/open-device.ts';
import { parsedCsv } from '../../records/csv-text.ts';
import { readJsonFile } from '../../records/json-file.ts';
import { parsedJson } from '../../records/json-text.ts';
import { readGzippedText, readText } from '../../records/read-bytes.ts';
import { type RunFile, readRun } from '../../records/run-file.ts';
import {
  type StudyRecord,
  type StudySummary,
  studyRecord,
  studySummary,
  wholeStudy,
} from '../../records/study.ts';
import { UserError } from '../../records/user-error.ts';

/** The files of a study. */
export interface StudyFiles {
  readonly directory: string;
  readonly run: RunFile;
  readonly summary: StudySummary;
  readonly rows: readonly StudyRecord[];
  /** In the order of the summary's devices; null for a measured one whose profile is not at hand. */
  readonly devices: readonly (Device | null)[];
}

/** The text of a file, or of its gzipped form beside it; null if there is neither. */
function textOf(path: string): string | null {
  if (existsSync(path)) return readText(path);
  return existsSync(`${path}.gz`) ? readGzippedText(`${path}.gz`) : null;
}

function readRows(path: string, summary: StudySummary): StudyRecord[] {
  const advice = {
    expected: 'the study.csv of a finished study',
    fix: 'run the study again, or restore the file',
  };
  const text = textOf(path);
  if (text === null) throw new UserError({ got: `no ${path} and no ${path}.gz`, ...advice });
  const rows = parsedJson(parsedCsv(text, advice, path), z.array(studyRecord), advice, path);
  wholeStudy(rows, summary, path);
  return rows;
}

/** The profile of a study's measured device: device.json in its folder, or the given one of that name. */
function profileOf(directory: string, name: string, given: readonly Device[]): Device | null {
  const text = textOf(join(directory, 'device.json'));
  const packed: Device[] = [];
  if (text !== null) {
    const profile = parseDeviceProfile(text, join(directory, 'device.json'));
    packed.push({ kind: 'measured', name: profile.name, profile });
  }
  return [...packed, ...given].find((device) => device.kind === 'measured' && device.name === name) ?? null;
}

/**
 * Reads a folder that `morphline study` wrote, or one that keeps its files packed: run.json, study.json, study.csv
 * (or .gz) and, where a calibrated device took part, its profile device.json (or .gz).
 * @param given devices that are at hand besides: profiles of calibrated ones that the folder does not hold
 * @throws UserError for files that are missing or broken
 */
export function readStudyFiles(directory: string, given: readonly Device[] = []): StudyFiles {
  const path = join(directory, 'study.json');
  const advice = {
    expected: 'the study.json of a finished study',
    fix: 'name the --out folder of a study that has ended, or resume it',
  };
  const summary = parsedJson(readJsonFile(path, advice), studySummary, advice, path);
  return {
    directory,
    run: readRun(directory),
    summary,
    rows: readRows(join(directory, 'study.csv'), summary),
    devices: summary.devices.map(({ name, kind }) =>
      kind === 'datasheet' ? openDevice(name) : profileOf(directory, name, given),
    ),
  };
}

// The folder of a finished study, for reports: its summary and its rows.
import { join } from 'node:path';
import {
  type StudyRecord,
  type StudySummary,
  studyRecord,
  studySummary,
  wholeStudy,
} from '../../records/study.ts';
import { readResultCsv, readResultJson } from './result-files.ts';
import type { ResultKind } from './result-kind.ts';
import { type StudyWidths, studyWidths } from './study-widths.ts';

/** What the folder of a study holds. */
export interface StudyData {
  readonly directory: string;
  readonly summary: StudySummary;
  readonly rows: readonly StudyRecord[];
  /** Null where the networks cannot be drawn again. */
  readonly widths: StudyWidths | null;
}

const MARKER = 'study.json';

export const studyResults: ResultKind<StudyData> = {
  command: 'study',
  marker: MARKER,
  read(directory) {
    const path = join(directory, 'study.csv');
    const summary = readResultJson(join(directory, MARKER), studySummary);
    const rows = readResultCsv(path, studyRecord);
    wholeStudy(rows, summary, path);
    return { directory, summary, rows, widths: studyWidths(directory, summary, rows) };
  },
};

// The folder of `check --out`, for reports.
import { join } from 'node:path';
import { CHECK_FILE, type CheckResult, checkResult } from '../../records/budget.ts';
import { readResultJson } from './result-files.ts';
import type { ResultKind } from './result-kind.ts';

export interface CheckData {
  readonly directory: string;
  readonly check: CheckResult;
}

export const checkResults: ResultKind<CheckData> = {
  command: 'check',
  marker: CHECK_FILE,
  read: (directory) => ({ directory, check: readResultJson(join(directory, CHECK_FILE), checkResult) }),
};

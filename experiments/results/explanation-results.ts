// The folder of `explain --out`, for reports.
import { join } from 'node:path';
import { EXPLANATION_FILE, type Explanation, explanation } from '../../records/explanation.ts';
import { readResultJson } from './result-files.ts';
import type { ResultKind } from './result-kind.ts';

export interface ExplanationData {
  readonly directory: string;
  readonly explanation: Explanation;
}

export const explanationResults: ResultKind<ExplanationData> = {
  command: 'explain',
  marker: EXPLANATION_FILE,
  read: (directory) => ({
    directory,
    explanation: readResultJson(join(directory, EXPLANATION_FILE), explanation),
  }),
};

// The folder of a sweep, finished or not, for reports: its rows and what they say.
import { join } from 'node:path';
import { z } from 'zod';
import { readRun } from '../../records/run-file.ts';
import { type SweepRecord, sweepRecord } from '../../records/sweep.ts';
import { UserError } from '../../records/user-error.ts';
import { type Comparison, comparisons } from '../sweep/sweep-comparison.ts';
import { type SweepSummary, sweepSummary } from '../sweep/sweep-summary.ts';
import { readResultCsv } from './result-files.ts';
import type { ResultKind } from './result-kind.ts';

/** What a report says of the settings. */
const facts = z.object({
  network: z.string(),
  data: z.string(),
  device: z.string(),
  trainImages: z.number(),
  testImages: z.number(),
  epochs: z.number(),
  budgetIn: z.enum(['latency', 'flops']),
});

export interface SweepData {
  readonly directory: string;
  readonly settings: z.infer<typeof facts>;
  readonly rows: readonly SweepRecord[];
  readonly summary: SweepSummary;
  readonly comparisons: readonly Comparison[];
}

const MARKER = 'sweep.csv';

export const sweepResults: ResultKind<SweepData> = {
  command: 'sweep',
  marker: MARKER,
  read(directory) {
    const rows = readResultCsv(join(directory, MARKER), sweepRecord);
    const settings = facts.safeParse(readRun(directory).settings);
    if (!settings.success) {
      throw new UserError({
        got: `the run.json of ${directory}, which is not of a sweep of this version`,
        expected: 'the settings that morphline sweep wrote',
        fix: 'restore it, or run the sweep again',
      });
    }
    return {
      directory,
      settings: settings.data,
      rows,
      summary: sweepSummary(rows),
      comparisons: comparisons(rows),
    };
  },
};

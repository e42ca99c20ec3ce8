// The folder of `compare --out`, for reports.
import { join } from 'node:path';
import { z } from 'zod';
import { COMPARISON_FILE, comparison } from '../../records/comparison.ts';
import { deviceComparison } from '../../records/device-comparison.ts';
import { readResultJson } from './result-files.ts';
import type { ResultKind } from './result-kind.ts';

/** One for each B: networks measured against each other, or devices as they are predicted. */
const comparisons = z.array(z.discriminatedUnion('schema', [comparison, deviceComparison])).nonempty();
export type Compared = z.infer<typeof comparisons>[number];

export interface ComparisonData {
  readonly directory: string;
  readonly comparisons: readonly Compared[];
}

export const comparisonResults: ResultKind<ComparisonData> = {
  command: 'compare',
  marker: COMPARISON_FILE,
  read: (directory) => ({
    directory,
    comparisons: readResultJson(join(directory, COMPARISON_FILE), comparisons),
  }),
};

// What a report is made of.
import type { Results } from '../experiments/results/read-results.ts';
import { distinctNames } from './distinct-names.ts';

/** Of the report itself. */
export interface ReportFacts {
  readonly title: string;
  /** ISO 8601. */
  readonly generatedAt: string;
  /** Of this package. */
  readonly version: string;
}

/** Everything that a report shows: what `readResults` read from the folders that other commands wrote. */
export interface ReportData extends Results, ReportFacts {}

/** Results as a report shows them: devices of one name are told apart. */
export function reportData(results: Results, facts: ReportFacts): ReportData {
  return { ...facts, ...results, calibrations: distinctNames(results.calibrations) };
}

// What a report is made of.
import type { Results } from '../experiments/results/read-results.ts';

/** Everything that a report shows, read from the folders that other commands wrote. */
export interface ReportData extends Results {
  readonly title: string;
  readonly generatedAt: string;
  readonly version: string;
}

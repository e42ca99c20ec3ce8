// The one list of kinds of results, and folders read by it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { groupBy } from '../../records/group-by.ts';
import { UserError } from '../../records/user-error.ts';
import { calibrationResults } from './calibration-results.ts';
import { checkResults } from './check-results.ts';
import { comparisonResults } from './comparison-results.ts';
import { explanationResults } from './explanation-results.ts';
import { studyResults } from './study-results.ts';
import { sweepResults } from './sweep-results.ts';
import { trainingResults } from './training-results.ts';

/** Every kind, in the order in which a folder is asked for them. Adding one is adding a file and a line here. */
const KINDS = {
  calibrations: calibrationResults,
  studies: studyResults,
  trainings: trainingResults,
  sweeps: sweepResults,
  comparisons: comparisonResults,
  explanations: explanationResults,
  checks: checkResults,
};
type KindName = keyof typeof KINDS;
const NAMES = Object.keys(KINDS) as KindName[];

/** What a set of results folders holds, by kind. */
export type Results = {
  readonly [K in KindName]: readonly ReturnType<(typeof KINDS)[K]['read']>[];
};

/** @throws UserError for a folder that holds results of no kind */
function kindOf(directory: string): KindName {
  const kind = NAMES.find((name) => existsSync(join(directory, KINDS[name].marker)));
  if (kind !== undefined) return kind;
  const kinds = Object.values(KINDS);
  const commands = kinds.map(({ command }) => command);
  throw new UserError({
    got: `folder ${directory}`,
    expected: `one that holds ${kinds.map(({ marker }) => marker).join(', ')}`,
    fix: `name the --out folders of finished ${commands.slice(0, -1).join(', ')} or ${commands.at(-1)} runs`,
  });
}

/**
 * Reads what commands left in these folders.
 * @throws UserError for a folder that holds results of no kind, or lacks a file of its kind
 */
export function readResults(directories: readonly string[]): Results {
  const folders = groupBy(directories, kindOf);
  return Object.fromEntries(
    NAMES.map((name) => [name, (folders.get(name) ?? []).map((directory) => KINDS[name].read(directory))]),
  ) as unknown as Results;
}

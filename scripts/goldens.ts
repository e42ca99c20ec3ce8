// Checks files of reference figures of Google's morph-net: npm run -s goldens -- FILE…
import { checkGoldens } from '../experiments/goldens/check-file.ts';
import type { CheckResult } from '../experiments/goldens/differences.ts';
import { UserError } from '../records/user-error.ts';

/** Differences that a line shows. */
const SHOWN = 3;

/** One line per network, or case and family. */
export function goldensLine({ name, compared, differences }: CheckResult): string {
  if (differences.length === 0) return `ok    ${name}: ${compared} figures agree`;
  const more = differences.length > SHOWN ? `; and ${differences.length - SHOWN} more` : '';
  return `DIFF  ${name}: ${differences.length} of ${compared} figures differ: ${differences.slice(0, SHOWN).join('; ')}${more}`;
}

/**
 * @returns the exit code: 1 if a figure differs
 * @throws UserError for no file, or one that holds no reference figures
 */
export function main(_root: string, paths: readonly string[]): number {
  if (paths.length === 0) {
    throw new UserError({
      got: 'no file',
      expected: 'files of reference figures',
      fix: 'name some',
    });
  }
  const results = paths.flatMap((path) => {
    const checked = checkGoldens(path);
    for (const result of checked) process.stdout.write(`${goldensLine(result)}\n`);
    return checked;
  });
  return results.every(({ differences }) => differences.length === 0) ? 0 : 1;
}

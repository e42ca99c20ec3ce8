import { checkGoldens } from '../experiments/goldens/check-file.ts';
import { UserError } from '../records/user-error.ts';

/** Differences that a line shows. */
const SHOWN = 3;

/** `npm run -s goldens -- FILE…`: one line per network, or case and family; exit code 1 if one differs. */
function main(paths: readonly string[]): number {
  if (paths.length === 0) {
    process.stderr.write('goldens: got no file; expected files of reference figures; name some\n');
    return 2;
  }
  let failed = 0;
  for (const path of paths) {
    for (const { name, compared, differences } of checkGoldens(path)) {
      if (differences.length === 0) {
        process.stdout.write(`ok    ${name}: ${compared} figures agree\n`);
        continue;
      }
      failed++;
      const more = differences.length > SHOWN ? `; and ${differences.length - SHOWN} more` : '';
      process.stdout.write(
        `DIFF  ${name}: ${differences.length} of ${compared} figures differ: ${differences.slice(0, SHOWN).join('; ')}${more}\n`,
      );
    }
  }
  return failed === 0 ? 0 : 1;
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`goldens: ${error.message}\n`);
  process.exitCode = 2;
}

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { BUILT, ROOT } from '../support/built.ts';

export interface CliResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command line as a user would. */
export function morphline(args: readonly string[]): Promise<CliResult> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [fileURLToPath(`${BUILT}/cli/main.js`), ...args],
      // CI variables make picocolors write colors into pipes.
      { cwd: ROOT, maxBuffer: 1 << 28, env: { ...process.env, NO_COLOR: '1' } },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        resolve({ status: typeof code === 'number' ? code : -1, stdout, stderr });
      },
    );
  });
}

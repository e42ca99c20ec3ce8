import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export interface CliResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(file: string, args: readonly string[]): Promise<CliResult> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [file, ...args],
      // CI variables make picocolors write colors into pipes.
      { cwd: root, maxBuffer: 1 << 28, env: { ...process.env, NO_COLOR: '1' } },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        resolve({ status: typeof code === 'number' ? code : -1, stdout, stderr });
      },
    );
  });
}

/** Builds dist/ if a source is newer. */
export async function build(): Promise<void> {
  const { status, stderr } = await run(join(root, 'scripts', 'morphline.mjs'), ['--version']);
  if (status !== 0) throw new Error(`the build failed: ${stderr}`);
}

/** Runs the built command line as a user would. */
export function morphline(args: readonly string[]): Promise<CliResult> {
  return run(join(root, 'dist', 'cli', 'main.js'), args);
}

// Runs a program of examples/ as it stands, in a process of its own, in a folder of its own.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../support/built.ts';

export interface ExampleResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param program its path within examples/ */
export function runExample(program: string, args: readonly string[], folder: string): Promise<ExampleResult> {
  const path = join(ROOT, 'examples', program);
  return new Promise((resolve) => {
    execFile(process.execPath, [path, ...args], { cwd: folder }, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      resolve({ status: typeof code === 'number' ? code : -1, stdout, stderr });
    });
  });
}

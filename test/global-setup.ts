// Builds dist/ once, before all tests, where a test file of this run needs it and a source is newer.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { build, isStale } from '../scripts/build.mjs';

const ROOT = join(import.meta.dirname, '..');
/** Test files that run what is built import where it lies, or what runs it as a user would. */
const RUNS_BUILT = /\/(support\/built|run-cli)\.ts'/;

export default function setup({ vitest }: TestProject): void {
  const files = vitest.state.getPaths();
  if (!files.some((file) => RUNS_BUILT.test(readFileSync(file, 'utf8'))) || !isStale(ROOT)) return;
  // What is built despite wrong types still runs; `npm run typecheck` is what fails on them.
  if (!build(ROOT)) process.stderr.write('built with the type errors above\n');
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A folder that is removed after the test file. */
export function temporaryFolder(): string {
  const directory = mkdtempSync(join(tmpdir(), 'morphline-test-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

// Folders for temporary files that go with the process that made them, and whose leftovers the next one clears away.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRunning, ownPidSpace } from '../records/process-identity.ts';

const PREFIX = 'morphline-';
/** `morphline-<space>-<pid>-XXXXXX`; a number means the same process in its own space alone. */
const NAME = /^morphline-([0-9a-f]{8})-(\d+)-\w+$/;

const own = new Set<string>();
let isFirst = true;

const remove = (folder: string) => rmSync(folder, { recursive: true, force: true });

/** What cannot be removed is left. */
function removeIfPossible(folder: string): void {
  try {
    remove(folder);
  } catch {
    // Another user's, or in use until this process is gone.
  }
}

/** Names in the system's folder for temporary files; none where it may not be looked into. */
function temporaryNames(): string[] {
  try {
    return readdirSync(tmpdir());
  } catch {
    return [];
  }
}

/** Removes what processes left that were killed. */
function clearLeftovers(space: string): void {
  for (const name of temporaryNames()) {
    const [, theirs, pid] = NAME.exec(name) ?? [];
    if (theirs === space && !isRunning(Number(pid))) removeIfPossible(join(tmpdir(), name));
  }
}

/** A new folder inside that of the system; {@link removeTemporaryFolder}, or the end of the process, removes it. */
export function temporaryFolder(): string {
  const space = ownPidSpace();
  const folder = mkdtempSync(join(tmpdir(), `${PREFIX}${space}-${process.pid}-`));
  own.add(folder);
  if (isFirst) {
    isFirst = false;
    process.on('exit', () => {
      for (const each of own) removeIfPossible(each);
    });
    clearLeftovers(space);
  }
  return folder;
}

export function removeTemporaryFolder(folder: string): void {
  own.delete(folder);
  remove(folder);
}

// Files that are whole or not there: written beside their place, brought to the disk, and renamed.
import { lstatSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from './make-folder.ts';

/** Of a file that a process writes beside its place; a process that is gone left it. */
export const TEMPORARY_NAME = /\.(\d+)\.tmp$/;

/** A device, a pipe, a link: what is there for others to write into, and not ours to replace. */
function isSpecial(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found !== undefined && !found.isFile() && !found.isDirectory();
}

/**
 * Writes beside the target and renames, so that a kill, or a machine that stops, leaves the old file or the new one, never
 * half of one. A write that fails leaves nothing beside it. Devices, pipes and links are written into.
 */
export function writeFileAtomic(path: string, data: string | Uint8Array): void {
  makeFolder(dirname(path));
  if (isSpecial(path)) {
    writeFileSync(path, data);
    return;
  }
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, data, { flush: true });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

export function writeJson(path: string, value: unknown): void {
  writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}

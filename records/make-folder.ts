// Folders made with those above them.
import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder, and those above it, unless it is there. Node's own `recursive` does so for ever where a file system says
 * of a folder inside one that is there that it is not (`/proc`).
 * @returns whether it was made
 * @throws the file system's error where it cannot be made
 */
export function makeFolder(path: string): boolean {
  const folder = resolve(path);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return false;
  const above = dirname(folder);
  if (above !== folder) makeFolder(above);
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    // Somebody else has been faster.
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return false;
    throw error;
  }
}

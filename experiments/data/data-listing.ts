// What a listing of data files says, and looking through folders for them.
import { type Dirent, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../records/user-error.ts';
import type { Medium } from './dataset.ts';
import { KNOWN_SETS } from './known-sets.ts';

export interface DataFile {
  readonly path: string;
  /** Path inside the data directory, parts joined by `/`. */
  readonly name: string;
  readonly label: number;
  readonly bytes: number;
  readonly modifiedMs: number;
}

/** The files of a data set. */
export interface DataListing {
  readonly medium: Medium;
  /** Class names; a file's label is an index into them. */
  readonly classes: readonly string[];
  readonly train: readonly DataFile[];
  readonly test: readonly DataFile[];
}

/** The layouts there are, for the messages of those that fit none. */
export const LAYOUTS =
  'DIR/train/<class>/ and DIR/test/<class>/, or DIR/<class>/, with .jpg, .jpeg or .png images or .wav recordings, or DIR/<digit>_<speaker>_<number>.wav, or IDX files (train-images-idx3-ubyte …), or CIFAR-10’s data_batch_1.bin …';

/** The medium that a file's name tells; undefined for files that are no data. */
export function mediumOf(name: string): Medium | undefined {
  if (/\.(jpe?g|png)$/i.test(name)) return 'images';
  return /\.wav$/i.test(name) ? 'recordings' : undefined;
}

/** @param name path inside the directory, parts joined by `/` */
export function statDataFile(directory: string, name: string, label: number): DataFile {
  const path = join(directory, name);
  // Twice as fast as awaiting them all. A dangling link shows up when it is decoded.
  const stats = statSync(path, { throwIfNoEntry: false });
  return { path, name, label, bytes: stats?.size ?? 0, modifiedMs: stats?.mtimeMs ?? 0 };
}

/** Sorted by name. */
export function listSubfolders(directory: string): string[] {
  return listVisibleEntries(directory)
    .filter(
      (entry) => entry.isDirectory() || (entry.isSymbolicLink() && isFolder(join(directory, entry.name))),
    )
    .map((entry) => entry.name)
    .sort();
}

/** Names of the data files right inside a directory, sorted. */
export function listDataFileNames(directory: string): string[] {
  return listVisibleEntries(directory)
    .filter((entry) => !entry.isDirectory() && mediumOf(entry.name) !== undefined)
    .map((entry) => entry.name)
    .sort();
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function listVisibleEntries(directory: string): Dirent[] {
  if (!isFolder(directory)) {
    throw new UserError({
      got: `${directory}, which is no directory`,
      expected: LAYOUTS,
      fix: `check the path, or name ${Object.keys(KNOWN_SETS).join(', ')}`,
    });
  }
  return readdirSync(directory, { withFileTypes: true }).filter((entry) => !entry.name.startsWith('.'));
}

// Brings a data set that has a name into a cache folder, once.
import { existsSync } from 'node:fs';
import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../../records/make-folder.ts';
import { isRunning } from '../../records/process-identity.ts';
import { UserError } from '../../records/user-error.ts';
import { cacheFolder } from './cache-folder.ts';
import { CIFAR_FILES } from './cifar-binary.ts';
import { download } from './download.ts';
import { KNOWN_SETS, type KnownSet } from './known-sets.ts';
import { filesOfTarGz } from './unpack-tar.ts';

/** Where a data set is kept and had from. */
export interface FetchOptions {
  /** Folder that holds a folder for each set; `$XDG_CACHE_HOME/morphline/data` by default. */
  readonly cache?: string;
  /** Address of a folder that has the files, in place of the set's own sources. */
  readonly mirror?: string;
  /** Called with bytes that are there, of all. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Sets by name; those of `KNOWN_SETS` by default. */
  readonly sets?: Readonly<Record<string, KnownSet>>;
}

/** Whether `--data` names a set that is downloaded: one of those names, and no folder here that is called so. */
export function isKnownSet(name: string): boolean {
  return Object.hasOwn(KNOWN_SETS, name) && !existsSync(name);
}

/** Puts CIFAR-10's batches beside the archive, all at once, and removes that. */
async function unpack(archive: string, folder: string, unpacked: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const [, pid] = /^unpacked\.(\d+)\.tmp$/.exec(name) ?? [];
    if (pid !== undefined && !isRunning(Number(pid))) await rm(join(folder, name), { recursive: true });
  }
  const files = filesOfTarGz(archive, (name) => CIFAR_FILES.includes(name));
  const missing = CIFAR_FILES.find((name) => !files.has(name));
  if (missing !== undefined) {
    throw new UserError({
      got: `${archive} without ${missing}`,
      expected: "CIFAR-10's binary version",
      fix: 'remove it, to have it downloaded',
    });
  }
  const temporary = join(folder, `unpacked.${process.pid}.tmp`);
  makeFolder(temporary);
  for (const [name, bytes] of files) await writeFile(join(temporary, name), bytes);
  try {
    await rename(temporary, unpacked);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    // Another process was faster.
    if (!existsSync(unpacked)) throw error;
  }
  await rm(archive, { force: true });
}

/**
 * Downloads a set unless it is in the cache; what was killed half-way goes on.
 * @returns the folder that has its files, for `loadDataFolder`
 * @throws UserError without a network, or for files that are not the set's
 */
export async function fetchSet(name: string, options: FetchOptions = {}): Promise<string> {
  const { cache = cacheFolder('data'), mirror, onProgress, sets = KNOWN_SETS } = options;
  const set = sets[name];
  if (set === undefined) throw new Error(`no data set is called ${name}`);
  const folder = join(cache, name);
  const unpacked = join(folder, 'cifar-10-batches-bin');
  if (existsSync(unpacked)) return folder;
  const total = set.files.reduce((sum, { bytes }) => sum + bytes, 0);
  const names = set.files.map((file) => file.name).join(', ');
  const otherwise = `put ${names} into ${folder}, or name a folder of your own`;
  const sources = mirror === undefined ? set.sources : [mirror.replace(/\/?$/, '/')];
  let before = 0;
  for (const file of set.files) {
    const path = join(folder, file.name);
    await download({
      urls: sources.map((source) => `${source}${file.name}`),
      path,
      file,
      otherwise,
      onProgress: (bytes) => onProgress?.(before + bytes, total),
    });
    before += file.bytes;
    onProgress?.(before, total);
    if (file.name.endsWith('.tar.gz')) await unpack(path, folder, unpacked);
  }
  return folder;
}

// The lock of a folder that a run writes: a second process is refused, one that is gone holds nothing.
import { randomUUID } from 'node:crypto';
import {
  existsSync,
  linkSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { TEMPORARY_NAME } from './atomic-file.ts';
import { nowHeld } from './held-folders.ts';
import { makeFolder } from './make-folder.ts';
import { isGone, isRunning, ownIdentity, processIdentity } from './process-identity.ts';
import { UserError } from './user-error.ts';

const LOCK = 'run.lock';

const lockFile = z.object({
  /** Of this very claim. */
  token: z.string(),
  command: z.string(),
  since: z.string(),
  holder: processIdentity,
});
type Lock = z.infer<typeof lockFile>;

/** Between two signs of life. */
const SIGN_MS = 15_000;
/** A lock that is being written, where links are not to be had, says nothing for a moment. */
const EMPTY_SECONDS = 10;
/** Others may take and give back a lock meanwhile. */
const ATTEMPTS = 20;

/** What a lock file says: null where it is not there or nothing can be made of it. */
function readLock(path: string): { text: string; lock: Lock | null; silentSeconds: number } | null {
  try {
    const silentSeconds = (Date.now() - statSync(path).mtimeMs) / 1e3;
    const text = readFileSync(path, 'utf8');
    return { text, lock: lockOf(text), silentSeconds };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function lockOf(text: string): Lock | null {
  try {
    return lockFile.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

const isThere = (error: unknown) => (error as NodeJS.ErrnoException).code === 'EEXIST';

/** Makes the file with all of its text unless it is there. @returns whether it did */
function createWhole(path: string, text: string): boolean {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, text);
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (isThere(error)) return false;
  } finally {
    rmSync(temporary, { force: true });
  }
  // A file system without links.
  try {
    writeFileSync(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (isThere(error)) return false;
    throw error;
  }
}

/** Takes a lock away that nobody holds, unless somebody else has been faster: then theirs is put back. */
function takeAway(path: string, text: string, token: string): void {
  const away = `${path}.${token}`;
  try {
    renameSync(path, away);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const moved = readFileSync(away, 'utf8');
  if (moved !== text) createWhole(path, moved);
  rmSync(away, { force: true });
}

function refusal(directory: string, path: string, lock: Lock | null, silentSeconds: number): UserError {
  const fix = 'wait for it or end it, or give another --out';
  const expected = 'a folder that no other process writes';
  if (lock === null) {
    return new UserError({
      got: `${directory}, whose ${LOCK} says nothing of who holds it`,
      expected,
      fix: `try again, or remove ${path} where nothing runs in that folder`,
    });
  }
  const { command, since, holder } = lock;
  const own = ownIdentity();
  const isHere = holder.host === own.host && holder.pidSpace === own.pidSpace;
  const where = isHere ? '' : ` on ${holder.host}, heard of ${Math.round(silentSeconds)} s ago`;
  return new UserError({
    got: `${directory}, in which process ${holder.pid}${where} runs morphline ${command} since ${since}`,
    expected,
    fix: isHere ? fix : `${fix}; if it is gone, remove ${path}`,
  });
}

/** @throws UserError where a process that is not known to be gone holds it */
function claim(directory: string, path: string, lock: Lock): void {
  const text = `${JSON.stringify(lock)}\n`;
  for (let attempt = 1; ; attempt++) {
    if (createWhole(path, text)) return;
    const found = readLock(path);
    if (found === null) continue;
    const { lock: other, silentSeconds } = found;
    const isFree = other === null ? silentSeconds > EMPTY_SECONDS : isGone(other.holder, silentSeconds);
    if (!isFree || attempt >= ATTEMPTS) throw refusal(directory, path, other, silentSeconds);
    takeAway(path, found.text, lock.token);
  }
}

/** Folders below a run's own that it writes in: `seed-1/expanded/`. */
const DEPTH = 2;

/** Removes what killed processes were writing in a folder; those below that have a lock of their own are left alone. */
function removeTemporaries(directory: string, depth = DEPTH): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    const [, pid] = TEMPORARY_NAME.exec(entry.name) ?? [];
    if (entry.isDirectory()) {
      if (depth > 0 && !existsSync(join(path, LOCK))) removeTemporaries(path, depth - 1);
    } else if (pid !== undefined && Number(pid) !== process.pid && !isRunning(Number(pid)))
      rmSync(path, { force: true });
  }
}

/** Tokens of the locks that this process holds, by their paths. */
const tokens = new Map<string, string>();

function release(path: string): void {
  const token = tokens.get(path);
  tokens.delete(path);
  if (token !== undefined && readLock(path)?.lock?.token === token) rmSync(path, { force: true });
}

function releaseAll(): void {
  for (const path of [...tokens.keys()]) {
    try {
      release(path);
    } catch {
      // The next process finds that this one is gone.
    }
  }
}

/** A run that was refused before it began leaves no folder. */
function removeIfEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    // Something was written in it.
  }
}

let isWatching = false;

function giveSign(path: string): void {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // Removed by hand, or its disk is gone: the work tells.
  }
}

/**
 * Holds a folder while something is done in it: `run.lock` there says by which process.
 * @param command that holds it, for the message of a process that comes second
 * @throws UserError naming the process that holds it; one that is gone holds nothing
 */
export async function holdingFolder<T>(
  directory: string,
  command: string,
  work: () => T | Promise<T>,
): Promise<T> {
  const isNew = makeFolder(directory);
  const path = join(resolve(directory), LOCK);
  const since = new Date().toISOString();
  const lock: Lock = { token: randomUUID(), command, since, holder: ownIdentity() };
  claim(directory, path, lock);
  tokens.set(path, lock.token);
  const heldNoMore = nowHeld(path, directory);
  if (!isWatching) process.on('exit', releaseAll);
  isWatching = true;
  const timer = setInterval(() => giveSign(path), SIGN_MS).unref();
  try {
    removeTemporaries(directory);
    return await work();
  } finally {
    clearInterval(timer);
    heldNoMore();
    release(path);
    if (isNew) removeIfEmpty(directory);
  }
}

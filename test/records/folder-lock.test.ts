import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { holdingFolder } from '../../records/folder-lock.ts';
import { heldFolders } from '../../records/held-folders.ts';
import { ownIdentity, type ProcessIdentity } from '../../records/process-identity.ts';
import { temporaryFolder } from '../support/temporary.ts';

const root = temporaryFolder();
let folders = 0;
const newFolder = () => join(root, String(folders++));

/** A lock as another process would have left it, so long ago. */
function plantLock(folder: string, holder: ProcessIdentity, silentSeconds = 0): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'run.lock');
  const lock = { token: 'theirs', command: 'train', since: '2026-11-28T08:00:00.000Z', holder };
  writeFileSync(path, `${JSON.stringify(lock)}\n`);
  const then = Date.now() / 1e3 - silentSeconds;
  utimesSync(path, then, then);
  return path;
}

const taken = (folder: string) => holdingFolder(folder, 'study', () => 'done');

/** A process that runs until the test is over. */
async function otherProcess(): Promise<{ identity: ProcessIdentity; end: () => Promise<void> }> {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000); console.log(1)']);
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  await once(child.stdout, 'data');
  const stat = readFileSync(`/proc/${child.pid}/stat`, 'latin1');
  const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  return {
    identity: { ...ownIdentity(), pid: child.pid as number, started },
    async end() {
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
  };
}

describe('a folder that is held', () => {
  test('is refused to a second run, with the number of the process, and free afterwards', async () => {
    const folder = newFolder();
    await holdingFolder(folder, 'train', async () => {
      expect(heldFolders()).toEqual([folder]);
      await expect(taken(folder)).rejects.toThrow(
        new RegExp(
          `^got ${folder}, in which process ${process.pid} runs morphline train since .*; expected a folder that no other process writes; wait for it or end it, or give another --out$`,
        ),
      );
    });
    expect(heldFolders()).toEqual([]);
    expect(await taken(folder)).toBe('done');
    // Nothing was written in it.
    expect(existsSync(folder)).toBe(false);
  });

  test('is free after work that fails', async () => {
    const folder = newFolder();
    await expect(
      holdingFolder(folder, 'train', async () => {
        throw new Error('no device');
      }),
    ).rejects.toThrow('no device');
    expect(await taken(folder)).toBe('done');
  });

  test('is no other folder, nor one inside it', async () => {
    const folder = newFolder();
    const inside = await holdingFolder(folder, 'quickstart', () => taken(join(folder, 'device')));
    expect(inside).toBe('done');
  });

  test('by many at once is held by one', async () => {
    const folder = newFolder();
    const ends = await Promise.allSettled(
      Array.from({ length: 8 }, () =>
        holdingFolder(folder, 'study', () => new Promise((r) => setTimeout(r, 50))),
      ),
    );
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe.skipIf(!existsSync('/proc/self/stat'))('a lock that another process left', () => {
  test('holds while that runs, and nothing when it is gone', async () => {
    const folder = newFolder();
    const { identity, end } = await otherProcess();
    const path = plantLock(folder, identity, 10_000);
    await expect(taken(folder)).rejects.toThrow(
      `in which process ${identity.pid} runs morphline train since 2026-11-28T08:00:00.000Z`,
    );
    expect(existsSync(path)).toBe(true);
    await end();
    expect(await taken(folder)).toBe('done');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('holds nothing where its number is another process by now', async () => {
    const folder = newFolder();
    const { identity } = await otherProcess();
    plantLock(folder, { ...identity, started: '1' });
    expect(await taken(folder)).toBe('done');
  });

  test('before the machine was started anew holds nothing', async () => {
    const folder = newFolder();
    plantLock(folder, { ...ownIdentity(), boot: 'earlier' }, 120);
    expect(await taken(folder)).toBe('done');
  });

  test('on another machine holds until that has been silent for ten minutes', async () => {
    const folder = newFolder();
    const elsewhere = { ...ownIdentity(), host: 'node-7', boot: 'its own' };
    const path = plantLock(folder, elsewhere, 300);
    await expect(taken(folder)).rejects.toThrow(
      new RegExp(
        `process ${process.pid} on node-7, heard of 30\\d s ago runs .*; if it is gone, remove ${path}$`,
      ),
    );
    plantLock(folder, elsewhere, 700);
    expect(await taken(folder)).toBe('done');
  });

  test('in another container of the same machine is not taken for one of ours', async () => {
    const folder = newFolder();
    plantLock(folder, { ...ownIdentity(), pidSpace: 'pid:[1]', pid: 2 ** 30 });
    await expect(taken(folder)).rejects.toThrow('in which process 1073741824');
    plantLock(folder, { ...ownIdentity(), pidSpace: 'pid:[1]', pid: process.pid }, 120);
    expect(await taken(folder)).toBe('done');
  });

  test('that says nothing holds for a moment', async () => {
    const folder = newFolder();
    const path = plantLock(folder, ownIdentity());
    writeFileSync(path, '');
    await expect(taken(folder)).rejects.toThrow('says nothing of who holds it');
    const then = Date.now() / 1e3 - 60;
    utimesSync(path, then, then);
    expect(await taken(folder)).toBe('done');
  });
});

test('what killed processes were writing is cleared away, what a live one writes is not', async () => {
  const folder = newFolder();
  mkdirSync(join(folder, 'seed-1'), { recursive: true });
  const gone = 2 ** 22 - 1;
  const names = [`a.json.${gone}.tmp`, join('seed-1', `b.checkpoint.${gone}.tmp`)];
  for (const name of names) writeFileSync(join(folder, name), 'half');
  writeFileSync(join(folder, `c.json.${process.ppid}.tmp`), 'half');
  await taken(folder);
  expect(readdirSync(folder, { recursive: true }).sort()).toEqual([`c.json.${process.ppid}.tmp`, 'seed-1']);
});

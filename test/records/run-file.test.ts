import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { decidedOnce, openRun, writeFileAtomic } from '../../records/run-file.ts';
import { temporaryFolder } from '../support/temporary.ts';

const folder = temporaryFolder();
const start = { command: 'study', settings: { seed: 1, devices: ['p100'] }, context: {} };

test('a run with the same settings is resumed', () => {
  const out = join(folder, 'same');
  expect(openRun(out, start).resumed).toBe(false);
  const { run, resumed } = openRun(out, start);
  expect(resumed).toBe(true);
  expect(run.settings).toEqual(start.settings);
});

test('another setting is refused with both values, and the run file stays as it was', () => {
  const out = join(folder, 'other');
  openRun(out, start);
  const before = readFileSync(join(out, 'run.json'), 'utf8');
  expect(() => openRun(out, { ...start, settings: { ...start.settings, seed: 2 } })).toThrow(
    `got seed 2 for ${out}, which holds a run with seed 1; expected the settings it was started with`,
  );
  expect(() => openRun(out, { ...start, command: 'train' })).toThrow('got command "train"');
  expect(readFileSync(join(out, 'run.json'), 'utf8')).toBe(before);
});

test('a broken run file is named, not overwritten', () => {
  const out = join(folder, 'broken');
  writeFileAtomic(join(out, 'run.json'), '{"schema"');
  expect(() => openRun(out, start)).toThrow(/^got .*run\.json: /);
  writeFileSync(join(out, 'run.json'), '{"schema":"morphline/run@9"}');
  expect(() => openRun(out, start)).toThrow('expected schema morphline/run@1');
});

test('an atomic write leaves no temporary file', () => {
  const path = join(folder, 'deep', 'file.txt');
  writeFileAtomic(path, 'a');
  writeFileAtomic(path, 'b');
  expect(readFileSync(path, 'utf8')).toBe('b');
  expect(readdirSync(join(folder, 'deep'))).toEqual(['file.txt']);
  expect(existsSync(path)).toBe(true);
});

test('one that fails leaves none either', () => {
  const taken = join(folder, 'taken');
  mkdirSync(join(taken, 'below'), { recursive: true });
  for (let attempt = 0; attempt < 3; attempt++)
    expect(() => writeFileAtomic(taken, 'a')).toThrow(/EISDIR|ENOTEMPTY|EEXIST|EPERM/);
  expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

test('one onto a device or a link writes into it, and leaves it what it is', () => {
  const link = join(folder, 'link');
  symlinkSync(join(folder, 'target'), link);
  writeFileAtomic(link, 'through');
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(folder, 'target'), 'utf8')).toBe('through');
  if (!existsSync('/dev/null')) return;
  writeFileAtomic('/dev/null', 'gone');
  expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
});

test('a setting that earlier versions did not keep may be missing, and not differ', () => {
  const out = join(folder, 'later');
  const settings = { ...start.settings, device_sha256: 'a' };
  openRun(out, start);
  expect(openRun(out, { ...start, settings }, ['device_sha256']).resumed).toBe(true);
  expect(() => openRun(out, { ...start, settings })).toThrow('device_sha256');
  const newer = join(folder, 'newer');
  openRun(newer, { ...start, settings });
  const other = { ...start, settings: { ...settings, device_sha256: 'b' } };
  expect(() => openRun(newer, other, ['device_sha256'])).toThrow('got device_sha256 "b"');
});

test('what a run decided is decided once, and a file that decides what no run would is refused', async () => {
  const path = join(folder, 'plan.json');
  const plan = z.object({ fit: z.int().max(100) });
  let decisions = 0;
  const decide = async () => ({ fit: ++decisions });
  expect(await decidedOnce(path, plan, decide)).toEqual({ fit: 1 });
  expect(await decidedOnce(path, plan, decide)).toEqual({ fit: 1 });
  for (const text of ['{"fit":', '{"fit":1000000000}', '{}', 'null']) {
    writeFileSync(path, text);
    await expect(decidedOnce(path, plan, decide)).rejects.toThrow(
      /^got .*plan\.json.*; expected what an earlier start of this run decided; remove it to have it decided anew$/,
    );
  }
  expect(decisions).toBe(1);
});

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openRun, writeFileAtomic } from '../../records/run-file.ts';
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

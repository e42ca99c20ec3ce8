import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder } from '../../records/make-folder.ts';
import { temporaryFolder } from '../support/temporary.ts';

const folder = temporaryFolder();

test('a folder is made with those above it, once', () => {
  const path = join(folder, 'a', 'b', 'c');
  expect(makeFolder(path)).toBe(true);
  expect(statSync(path).isDirectory()).toBe(true);
  expect(makeFolder(path)).toBe(false);
});

test('one below a file is refused', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  expect(() => makeFolder(file)).toThrow('EEXIST');
  expect(() => makeFolder(join(file, 'below', 'that'))).toThrow(/ENOTDIR|EEXIST/);
});

test.skipIf(!existsSync('/proc/self'))('one that a file system denies is refused, not tried for ever', () => {
  expect(() => makeFolder('/proc/none/below')).toThrow('ENOENT');
});

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readJsonFile } from '../../records/json-file.ts';
import { readBytes, readGzippedText, readText } from '../../records/read-bytes.ts';
import { temporaryFolder } from '../support/temporary.ts';

const folder = temporaryFolder();
const at = (name: string, content: string | Uint8Array) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const ADVICE = { expected: 'a file', fix: 'mend it' };

test('a file of any length is read whole', () => {
  for (const length of [0, 1, 4095, 4096, 4097, 2 ** 20, 3 * 2 ** 20 + 1]) {
    const bytes = Buffer.alloc(length, 7);
    bytes[length >> 1] = 1;
    const path = at('any', bytes);
    expect(readBytes(path, length).equals(bytes)).toBe(true);
    if (length > 0) expect(() => readBytes(path, length - 1)).toThrow('expected a shorter file');
  }
});

test.skipIf(!existsSync('/dev/zero'))('a device without an end is not read for ever', () => {
  expect(() => readText('/dev/zero', 2 ** 22)).toThrow('got /dev/zero of more than 4 MiB');
});

test('a gzipped text that is torn, or a bomb, is told in one line', () => {
  const packed = gzipSync('a,b\n1,2\n');
  expect(readGzippedText(at('a.gz', packed))).toBe('a,b\n1,2\n');
  expect(() => readGzippedText(at('torn.gz', packed.subarray(0, -3)))).toThrow(
    /torn\.gz, which does not unpack/,
  );
  const bomb = gzipSync(Buffer.alloc(2 ** 24));
  expect(() => readGzippedText(at('bomb.gz', bomb), 2 ** 20)).toThrow(/bomb\.gz, which does not unpack/);
});

test('JSON that is nested too deep to be followed is told, strings that look so are not', () => {
  const deep = at('deep.json', `${'['.repeat(100_000)}${']'.repeat(100_000)}`);
  expect(() => readJsonFile(deep, ADVICE)).toThrow('lists and objects 100000 deep in one another');
  const open = at('open.json', '['.repeat(100_000));
  expect(() => readJsonFile(open, ADVICE)).toThrow(/got .*open\.json: /);
  const text = '["\\"[[[".repeat';
  const shallow = at('shallow.json', JSON.stringify({ text, more: '['.repeat(100_000) }));
  expect(readJsonFile(shallow, ADVICE)).toEqual(JSON.parse(readFileSync(shallow, 'utf8')));
});

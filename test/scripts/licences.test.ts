import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { UserError } from '../../records/user-error.ts';
import { LICENCE_LIST, licenceList, licensedPackages } from '../../scripts/licences.ts';

const ROOT = join(import.meta.dirname, '../..');
const lock = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');

test('the list is that of the lock file; after a change of dependencies: npm run -s licences', () => {
  expect(readFileSync(join(ROOT, LICENCE_LIST), 'utf8')).toBe(licenceList(licensedPackages(lock)));
});

test.each([
  ['a licence that nobody looked at', 'GPL-3.0-only', 'got node-tree 1.2.3 with licence GPL-3.0-only'],
  ['none', undefined, 'got node-tree 1.2.3 with no licence'],
])('a package with %s is refused by name', (_, license, message) => {
  const text = JSON.stringify({
    packages: { '': {}, 'node_modules/a/node_modules/node-tree': { version: '1.2.3', license } },
  });
  expect(() => licensedPackages(text)).toThrow(UserError);
  expect(() => licensedPackages(text)).toThrow(message);
});

// The licences of all that is installed with the package, from package-lock.json: `npm run -s licences` writes LICENSES.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { groupBy } from '../records/group-by.ts';
import { UserError } from '../records/user-error.ts';

export const LICENCE_LIST = 'LICENSES.md';

/** Those that were looked at, as packages name them (SPDX expressions), with what they ask of whoever uses them here. */
const ACCEPTED: Readonly<Record<string, string>> = {
  MIT: '',
  ISC: '',
  '0BSD': '',
  'BSD-2-Clause': '',
  'BSD-3-Clause': '',
  'Apache-2.0': '',
  Unlicense: '',
  // Permissive, as MIT is.
  'Python-2.0': '',
  'BlueOak-1.0.0': '',
  '(MIT OR CC0-1.0)': '',
  'MIT OR Apache-2.0': '',
  'Apache-2.0 AND MIT': '',
  '(BSD-3-Clause AND Apache-2.0)': '',
  'LGPL-3.0-or-later':
    'libvips, a shared library that sharp loads as it was built; it may be replaced by another build',
  'Apache-2.0 AND LGPL-3.0-or-later': 'sharp with the same library beside it',
  'Apache-2.0 AND LGPL-3.0-or-later AND MIT': 'sharp with the same library as WebAssembly',
  'MPL-2.0': 'its own files keep their licence; nothing of ours derives from them',
};

const lockFile = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      license: z.string().optional(),
      dev: z.boolean().optional(),
    }),
  ),
});

/** A package of the lock file. */
export interface LicensedPackage {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  /** Whether only those who change this package install it. */
  readonly isForMaintainers: boolean;
}

/**
 * The packages of a lock file.
 * @param text of a package-lock.json
 * @throws UserError for one without a licence, or with one that nobody has looked at
 */
export function licensedPackages(text: string): LicensedPackage[] {
  const { packages } = lockFile.parse(JSON.parse(text));
  return Object.entries(packages).flatMap(([path, { version = '', license, dev }]): LicensedPackage[] => {
    if (path === '') return [];
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    if (license !== undefined && Object.hasOwn(ACCEPTED, license))
      return [{ name, version, licence: license, isForMaintainers: dev === true }];
    throw new UserError({
      got: `${name} ${version} with ${license === undefined ? 'no licence' : `licence ${license}`}`,
      expected: 'a licence that scripts/licences.ts accepts',
      fix: 'read it: add it there if this package may use what it covers, or take another dependency',
    });
  });
}

/** @param named whether packages are named; else they are counted */
function table(packages: readonly LicensedPackage[], named: boolean): string {
  const groups = [...groupBy(packages, ({ licence }) => licence)].sort(
    ([a, as], [b, bs]) => bs.length - as.length || (a < b ? -1 : 1),
  );
  const rows = groups.map(([licence, own]) => {
    const note = ACCEPTED[licence] === '' ? '' : ` (${ACCEPTED[licence]})`;
    const names = [...new Set(own.map(({ name, version }) => `${name} ${version}`))].sort();
    return `| ${licence}${note} | ${named ? names.join(', ') : own.length} |`;
  });
  return `| licence | packages |\n|---|---|\n${rows.join('\n')}\n`;
}

export function licenceList(packages: readonly LicensedPackage[]): string {
  const [theirs, ours] = [false, true].map((wanted) =>
    packages.filter(({ isForMaintainers }) => isForMaintainers === wanted),
  ) as [LicensedPackage[], LicensedPackage[]];
  return `# Licences

Morphline is Apache-2.0. What is installed with it, as \`package-lock.json\` names it, is made by \`npm run -s licences\`, which
fails where a licence is unknown or was not looked at. Nothing of it is part of the package itself.

${table(theirs, true)}
To change Morphline, these are installed too; they are part of nothing that is released:

${table(ours, false)}`;
}

/** @throws UserError as {@link licensedPackages} */
export function main(root: string): number {
  const text = readFileSync(join(root, 'package-lock.json'), 'utf8');
  writeFileSync(join(root, LICENCE_LIST), licenceList(licensedPackages(text)));
  process.stdout.write(`${LICENCE_LIST}\n`);
  return 0;
}

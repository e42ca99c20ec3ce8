// Which version of a package is installed, without loading anything of it.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** Version of a package where Node would find it from here; undefined where it is not installed. */
export function installedVersion(name: string): string | undefined {
  // Not by resolving it: packages need not export their package.json.
  for (const folder of createRequire(import.meta.url).resolve.paths(name) ?? []) {
    try {
      const { version } = JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8'));
      if (typeof version === 'string') return version;
    } catch {
      // Not in this folder: look in the next.
    }
  }
  return undefined;
}

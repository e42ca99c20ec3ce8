// The version of this package, wherever it is installed.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Version of this package, from the package.json above dist/ or the source. */
export function packageVersion(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    try {
      const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
        name?: string;
        version?: string;
      };
      if (manifest.name === 'morphline' && manifest.version !== undefined) return manifest.version;
    } catch {
      // Not here: look one folder up.
    }
    const parent = dirname(directory);
    if (parent === directory) throw new Error('package.json of morphline not found');
    directory = parent;
  }
}

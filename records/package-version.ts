// Where this package is installed, and its version.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the package.json above dist/ or the source, and what that says. */
function ownPackage(): { readonly root: string; readonly version: string } {
  let directory = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    try {
      const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
        name?: string;
        version?: string;
      };
      if (manifest.name === 'morphline' && manifest.version !== undefined) {
        return { root: directory, version: manifest.version };
      }
    } catch {
      // Not here: look one folder up.
    }
    const parent = dirname(directory);
    if (parent === directory) throw new Error('package.json of morphline not found');
    directory = parent;
  }
}

/** Version of this package. */
export const packageVersion = (): string => ownPackage().version;

/** Its folder. */
export const packageRoot = (): string => ownPackage().root;

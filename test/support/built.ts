// The built suite, for tests that run it in processes of their own: test/global-setup.ts builds it for whoever imports this.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export const ROOT = join(import.meta.dirname, '..', '..');

/** URL of dist/. */
export const BUILT = pathToFileURL(join(ROOT, 'dist')).href;

/** Path of a script beside this one that imports what is built. */
export function childScript(name: string): string {
  return join(import.meta.dirname, name);
}

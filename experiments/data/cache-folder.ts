// Where the suite keeps what it can make or get again.
import { homedir } from 'node:os';
import { join } from 'node:path';

/** `$XDG_CACHE_HOME` (or `~/.cache`) `/morphline`, and what is below it. */
export function cacheFolder(...parts: readonly string[]): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'morphline', ...parts);
}

// Where the suite keeps what it can make or get again.
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Without a home: in a container, a user without an entry in its list of users has none. */
function home(): string {
  try {
    return homedir();
  } catch {
    return tmpdir();
  }
}

/** `$XDG_CACHE_HOME` (or `~/.cache`) `/morphline`, and what is below it. */
export function cacheFolder(...parts: readonly string[]): string {
  return join(process.env.XDG_CACHE_HOME || join(home(), '.cache'), 'morphline', ...parts);
}

// A result that a command prints, kept in a folder too where --out names one, for `report`.
import { join } from 'node:path';
import { writeJson } from '../records/atomic-file.ts';
import { holdingFolder } from '../records/folder-lock.ts';

/** Writes a result as it stands now; the last one counts. */
export type Keep = (result: unknown) => void;

/**
 * Does a command's work while its folder is held.
 * @param out none keeps nothing
 * @throws UserError for a folder that another process holds
 */
export function keepingResult<T>(
  {
    out,
    command,
    file,
  }: { readonly out: string | undefined; readonly command: string; readonly file: string },
  work: (keep: Keep) => Promise<T>,
): Promise<T> {
  if (out === undefined) return work(() => undefined);
  return holdingFolder(out, command, () => work((result) => writeJson(join(out, file), result)));
}

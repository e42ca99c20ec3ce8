// Waits for changes of folders: what another command writes there.
import { watch } from 'node:fs';
import pc from 'picocolors';
import { UserError } from '../records/user-error.ts';
import { print } from './terminal.ts';

/** Files are written in bursts: a change is told when nothing came for so long. */
const QUIET_MS = 500;

/**
 * Calls back after each burst of changes, one call at a time, until the process is stopped. What the callback finds broken is
 * told and waited out: a run that is under way may be between two of its files.
 */
export function onFolderChange(directories: readonly string[], changed: () => Promise<void>): Promise<never> {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  return new Promise((_, reject) => {
    const call = () => {
      running = running.then(changed).catch((error: unknown) => {
        if (error instanceof UserError) print(pc.yellow(error.message));
        else reject(error);
      });
    };
    for (const directory of directories) {
      watch(directory, () => {
        clearTimeout(timer);
        timer = setTimeout(call, QUIET_MS);
      }).on('error', reject);
    }
  });
}

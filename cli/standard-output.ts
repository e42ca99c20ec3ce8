// Writes on standard output until all of it is there: what a disk or a pipe does not take is an error, never cut off silently.
import { writeSync } from 'node:fs';
import { UserError } from '../records/user-error.ts';

const STANDARD_OUTPUT = 1;
/** Pause before a pipe that is full is tried again, in ms. */
const RETRY_MS = 5;

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
}

/**
 * @param file its descriptor; that of standard output by default
 * @throws UserError where a disk is full or a pipe closed
 */
export function writeOut(text: string, file = STANDARD_OUTPUT): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(file, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') pause();
      else {
        throw new UserError({
          got: `a standard output that takes ${at} of ${bytes.length} bytes (${error instanceof Error ? error.message : error})`,
          expected: 'one that takes them all',
          fix: 'make room on its disk, or keep its reader alive',
        });
      }
    }
  }
}

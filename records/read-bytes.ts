// Files read whole, but never more of them than a file of their kind has: a device or a pipe may have no end.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { UserError } from './user-error.ts';

/** Of a text: half of the longest string that there can be. */
const MOST_TEXT_BYTES = 2 ** 28;
/** Read at a time. */
const CHUNK_BYTES = 2 ** 20;
const LEAST_CHUNK_BYTES = 2 ** 12;

const tooLong = (path: string, mostBytes: number) =>
  new UserError({
    got: `${path} of more than ${mostBytes / 2 ** 20} MiB`,
    expected: 'a shorter file',
    fix: 'correct the path',
  });

/**
 * The bytes of a file, or of a pipe.
 * @throws UserError for more than so many; the file system's error for a file that cannot be read
 */
export function readBytes(path: string, mostBytes: number): Buffer {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const parts: Buffer[] = [];
    for (let length = 0; ; ) {
      const wanted = Math.max(LEAST_CHUNK_BYTES, Math.min(CHUNK_BYTES, size - length + 1));
      const part = Buffer.allocUnsafe(wanted);
      const count = readSync(file, part);
      if (count === 0) return Buffer.concat(parts, length);
      length += count;
      if (length > mostBytes) throw tooLong(path, mostBytes);
      parts.push(part.subarray(0, count));
    }
  } finally {
    closeSync(file);
  }
}

/** The text of a file. @throws as {@link readBytes} */
export function readText(path: string, mostBytes = MOST_TEXT_BYTES): string {
  return readBytes(path, mostBytes).toString('utf8');
}

/**
 * The text of a gzipped file.
 * @throws UserError for one that is torn, or unpacks to more than a text may have
 */
export function readGzippedText(path: string, mostBytes = MOST_TEXT_BYTES): string {
  const packed = readBytes(path, mostBytes);
  try {
    return gunzipSync(packed, { maxOutputLength: mostBytes }).toString('utf8');
  } catch (error) {
    throw new UserError({
      got: `${path}, which does not unpack (${error instanceof Error ? error.message : error})`,
      expected: `a whole .gz file of at most ${mostBytes / 2 ** 20} MiB`,
      fix: 'restore the file',
    });
  }
}

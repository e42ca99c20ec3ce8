// Takes files out of a tar archive, by name alone: no path of the archive decides where anything goes.
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { UserError } from '../../records/user-error.ts';

const BLOCK = 512;
/** Of a header: where the name, the size and the kind are. */
const NAME_END = 100;
const SIZE = [124, 136] as const;
const KIND = 156;
/** What an archive unpacks to at most; CIFAR-10 is 184 MB. */
const MOST_BYTES = 2 ** 29;

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1').replace(/\0.*$/s, '');

/**
 * The files of a gzipped tar archive whose names, without folders, are wanted.
 * @throws UserError for an archive that is torn
 */
export function filesOfTarGz(path: string, wanted: (name: string) => boolean): Map<string, Uint8Array> {
  const fail = (got: string): never => {
    throw new UserError({
      got: `${path}, ${got}`,
      expected: 'a whole .tar.gz archive',
      fix: 'download it again',
    });
  };
  let bytes: Uint8Array;
  try {
    bytes = gunzipSync(readFileSync(path), { maxOutputLength: MOST_BYTES });
  } catch (error) {
    return fail(`which does not unpack (${(error as Error).message})`);
  }
  const files = new Map<string, Uint8Array>();
  for (let at = 0; at + BLOCK <= bytes.length; ) {
    const header = bytes.subarray(at, at + BLOCK);
    // Blocks of zeros end it.
    if (header[0] === 0) break;
    const size = Number.parseInt(text(header.subarray(...SIZE)).trim(), 8);
    const from = at + BLOCK;
    if (!(size >= 0) || from + size > bytes.length) return fail('which ends within a file');
    const name = posix.basename(text(header.subarray(0, NAME_END)));
    const kind = header[KIND];
    const isFile = kind === 0 || kind === 0x30;
    if (isFile && wanted(name)) files.set(name, bytes.subarray(from, from + size));
    at = from + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

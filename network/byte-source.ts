// Bytes that are read part by part: of a file, of memory, or of several joined.
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { UserError } from '../records/user-error.ts';

/** Bytes of which parts can be had without the rest; a Uint8Array is one. */
export interface ByteSource {
  readonly length: number;
  /** Bytes from … to − 1. */
  subarray(from: number, to: number): Uint8Array;
}

/** A file whose parts are read when they are asked for: half a gigabyte of weights is passed over. */
export class FileBytes implements ByteSource {
  readonly length: number;
  private readonly path: string;
  private readonly modifiedMs: number;

  /** @throws the file system's error for a file that is not there or cannot be opened */
  constructor(path: string) {
    const { size, mtimeMs } = statSync(path);
    this.path = path;
    this.length = size;
    this.modifiedMs = mtimeMs;
    // A folder, or a file of somebody else, says so now rather than at the first read.
    this.subarray(0, Math.min(1, size));
  }

  /** @throws UserError if the file has been written since it was opened */
  subarray(from: number, to: number): Uint8Array {
    const { size, mtimeMs } = statSync(this.path);
    const bytes = new Uint8Array(to - from);
    const file = openSync(this.path, 'r');
    let done = 0;
    try {
      while (done < bytes.length) {
        const count = readSync(file, bytes, done, bytes.length - done, from + done);
        if (count === 0) break;
        done += count;
      }
    } finally {
      closeSync(file);
    }
    if (done === bytes.length && size === this.length && mtimeMs === this.modifiedMs) return bytes;
    throw new UserError({
      got: `${this.path}, which was changed while it was read`,
      expected: 'a file that stays as it is',
      fix: 'run it again when the file is written',
    });
  }
}

/** Sources one after the other, as one. */
export class JoinedBytes implements ByteSource {
  readonly length: number;
  private readonly parts: readonly ByteSource[];

  constructor(parts: readonly ByteSource[]) {
    this.parts = parts;
    this.length = parts.reduce((sum, { length }) => sum + length, 0);
  }

  subarray(from: number, to: number): Uint8Array {
    const bytes = new Uint8Array(to - from);
    let start = 0;
    for (const part of this.parts) {
      const [first, last] = [Math.max(from, start), Math.min(to, start + part.length)];
      if (first < last) bytes.set(part.subarray(first - start, last - start), first - from);
      start += part.length;
    }
    return bytes;
  }
}

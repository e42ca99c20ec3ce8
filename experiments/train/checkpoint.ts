// Checkpoints: the state of a stage and its tensors in one file, whole whenever the process is killed, and known to be.
import { existsSync, readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import type { Weights } from '../../network/weights.ts';
import { writeFileAtomic } from '../../records/atomic-file.ts';
import { jsonOf } from '../../records/json-text.ts';
import { UserError } from '../../records/user-error.ts';

/** State of a training run at the end of an epoch. */
export interface Checkpoint<State> {
  readonly state: State;
  readonly tensors: Weights;
}

const MAGIC = 'MORPHCK2';
/** Of files of 0.1.0, which have no checksum: their length alone tells whether they are whole. */
const UNCHECKED_MAGIC = 'MORPHCKP';
const UINT32_BYTES = 4;
const FLOAT_BYTES = 4;

const checkpointHeader = z.object({
  state: z.unknown(),
  tensors: z.array(z.object({ name: z.string(), length: z.int().nonnegative() })),
});

const uint32 = (value: number) => {
  const bytes = Buffer.alloc(UINT32_BYTES);
  bytes.writeUInt32LE(value);
  return bytes;
};

/**
 * One file: magic, length of a JSON header, the header (state; names and lengths of the tensors), float32 values, and a
 * CRC-32 of all before it. Written beside the old one and renamed: a kill leaves a whole file.
 */
export function writeCheckpoint<State>(path: string, { state, tensors }: Checkpoint<State>): void {
  const list = [...tensors].map(([name, values]) => ({ name, length: values.length }));
  const header = Buffer.from(JSON.stringify({ state, tensors: list }));
  const parts: Uint8Array[] = [Buffer.from(MAGIC, 'latin1'), uint32(header.length), header];
  for (const values of tensors.values()) {
    parts.push(Buffer.from(values.buffer, values.byteOffset, values.byteLength));
  }
  // Of no bytes, crc32 gives 0 whatever came before.
  const sum = parts.filter(({ length }) => length > 0).reduce((before, part) => crc32(part, before), 0);
  writeFileAtomic(path, Buffer.concat([...parts, uint32(sum)]));
}

/** What is wrong with a file is said once, in words, and not guessed around. */
function damaged(path: string, got: string): never {
  throw new UserError({
    got: `${path}, ${got}`,
    expected: 'a checkpoint as morphline wrote it',
    fix: 'restore it, or remove it to train its stage again',
  });
}

/** The bytes that a checkpoint's checksum is about. */
function checkedBytes(path: string): Buffer {
  const bytes = readFileSync(path);
  const magic = bytes.subarray(0, MAGIC.length).toString('latin1');
  if (magic === UNCHECKED_MAGIC) return bytes;
  if (magic !== MAGIC) return damaged(path, 'which is not a checkpoint of morphline');
  const end = bytes.length - UINT32_BYTES;
  if (end < MAGIC.length + UINT32_BYTES || crc32(bytes.subarray(0, end)) !== bytes.readUInt32LE(end))
    return damaged(path, `of ${bytes.length} bytes, which differ from their checksum`);
  return bytes.subarray(0, end);
}

function headerOf(path: string, bytes: Buffer): z.infer<typeof checkpointHeader> {
  try {
    return checkpointHeader.parse(jsonOf(bytes.toString()));
  } catch {
    return damaged(path, 'whose header is broken');
  }
}

/**
 * Null if there is no such file.
 * @throws UserError for a file that is no checkpoint, or not whole
 */
export function readCheckpoint<State>(path: string): Checkpoint<State> | null {
  if (!existsSync(path)) return null;
  const bytes = checkedBytes(path);
  const start = MAGIC.length + UINT32_BYTES;
  if (bytes.length < start) return damaged(path, `of ${bytes.length} bytes`);
  let at = start + bytes.readUInt32LE(MAGIC.length);
  if (at > bytes.length) return damaged(path, 'which ends within its header');
  const header = headerOf(path, bytes.subarray(start, at));
  const values = header.tensors.reduce((sum, { length }) => sum + length, 0);
  if (bytes.length - at !== FLOAT_BYTES * values)
    return damaged(
      path,
      `which has ${bytes.length - at} bytes of values where it says ${FLOAT_BYTES * values}`,
    );
  const tensors = new Map<string, Float32Array>();
  for (const { name, length } of header.tensors) {
    const own = new Float32Array(length);
    new Uint8Array(own.buffer).set(bytes.subarray(at, at + FLOAT_BYTES * length));
    tensors.set(name, own);
    at += FLOAT_BYTES * length;
  }
  return { state: header.state as State, tensors };
}

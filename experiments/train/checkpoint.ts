// Checkpoints: the state of a stage and its tensors in one file, whole whenever the process is killed.
import { existsSync, readFileSync } from 'node:fs';
import type { Weights } from '../../network/weights.ts';
import { writeFileAtomic } from '../../records/run-file.ts';

/** State of a training run at the end of an epoch. */
export interface Checkpoint<State> {
  readonly state: State;
  readonly tensors: Weights;
}

const MAGIC = 'MORPHCKP';
const LENGTH_BYTES = 4;

/**
 * One file: magic, length of a JSON header, the header (state; names and lengths of the tensors), float32 values.
 * Written beside the old one and renamed: a kill leaves a whole file.
 */
export function writeCheckpoint<State>(path: string, { state, tensors }: Checkpoint<State>): void {
  const list = [...tensors].map(([name, values]) => ({ name, length: values.length }));
  const header = Buffer.from(JSON.stringify({ state, tensors: list }));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(header.length);
  const parts: Uint8Array[] = [Buffer.from(MAGIC, 'latin1'), length, header];
  for (const values of tensors.values()) {
    parts.push(Buffer.from(values.buffer, values.byteOffset, values.byteLength));
  }
  writeFileAtomic(path, Buffer.concat(parts));
}

/** Null if there is no such file. Throws if the file is not a checkpoint. */
export function readCheckpoint<State>(path: string): Checkpoint<State> | null {
  if (!existsSync(path)) return null;
  const bytes = readFileSync(path);
  if (bytes.subarray(0, MAGIC.length).toString('latin1') !== MAGIC) {
    throw new Error(`${path} is not a checkpoint of morphline`);
  }
  const headerLength = bytes.readUInt32LE(MAGIC.length);
  let at = MAGIC.length + LENGTH_BYTES;
  const header = JSON.parse(bytes.subarray(at, at + headerLength).toString()) as {
    state: State;
    tensors: { name: string; length: number }[];
  };
  at += headerLength;
  const tensors = new Map<string, Float32Array>();
  for (const { name, length } of header.tensors) {
    const values = new Float32Array(length);
    new Uint8Array(values.buffer).set(bytes.subarray(at, at + 4 * length));
    tensors.set(name, values);
    at += 4 * length;
  }
  return { state: header.state, tensors };
}

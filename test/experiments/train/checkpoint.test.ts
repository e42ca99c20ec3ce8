import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readCheckpoint, writeCheckpoint } from '../../../experiments/train/checkpoint.ts';
import { UserError } from '../../../records/user-error.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const folder = temporaryFolder();
const tensors = new Map([
  ['a/kernel', Float32Array.of(1.5, -0, Number.MIN_VALUE, 3e38)],
  ['empty', new Float32Array(0)],
  ['b/γ', Float32Array.of(1e-30)],
]);
const state = { epoch: 3, extra: [1, 2] };

function written(name: string): { path: string; bytes: Buffer } {
  const path = join(folder, name);
  writeCheckpoint(path, { state, tensors });
  return { path, bytes: readFileSync(path) };
}

test('a checkpoint gives back its state and tensors bit by bit', () => {
  const found = readCheckpoint<{ epoch: number }>(written('a.checkpoint').path);
  expect(found?.state).toEqual(state);
  expect(found?.tensors).toEqual(tensors);
});

test('no file is no checkpoint, another file is an error', () => {
  expect(readCheckpoint(join(folder, 'none'))).toBeNull();
  writeFileSync(join(folder, 'other'), 'something else');
  expect(() => readCheckpoint(join(folder, 'other'))).toThrow('is not a checkpoint of morphline');
});

test('one that is cut off anywhere, or has one bit changed, is refused', () => {
  const { path, bytes } = written('torn.checkpoint');
  for (let length = 0; length < bytes.length; length++) {
    writeFileSync(path, bytes.subarray(0, length));
    expect(() => readCheckpoint(path), `${length} bytes`).toThrow(UserError);
  }
  for (let at = 0; at < bytes.length; at++) {
    const other = Buffer.from(bytes);
    other[at] = (other[at] as number) ^ 4;
    writeFileSync(path, other);
    expect(() => readCheckpoint(path), `byte ${at}`).toThrow(UserError);
  }
});

test('one of 0.1.0, which has no checksum, is read where it is whole', () => {
  const { path, bytes } = written('old.checkpoint');
  const old = Buffer.from(bytes.subarray(0, -4));
  old.write('MORPHCKP', 'latin1');
  writeFileSync(path, old);
  expect(readCheckpoint(path)).toEqual({ state, tensors });
  writeFileSync(path, old.subarray(0, -4));
  expect(() => readCheckpoint(path)).toThrow(
    /got .*old\.checkpoint, which has 16 bytes of values where it says 20; expected a checkpoint as morphline wrote it; restore it, or remove it to train its stage again/,
  );
});

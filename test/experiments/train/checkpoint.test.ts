import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readCheckpoint, writeCheckpoint } from '../../../experiments/train/checkpoint.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const folder = temporaryFolder();

test('a checkpoint gives back its state and tensors bit by bit', () => {
  const path = join(folder, 'a.checkpoint');
  const tensors = new Map([
    ['a/kernel', Float32Array.of(1.5, -0, Number.MIN_VALUE, 3e38)],
    ['empty', new Float32Array(0)],
    ['b/γ', Float32Array.of(1e-30)],
  ]);
  writeCheckpoint(path, { state: { epoch: 3, extra: [1, 2] }, tensors });
  const found = readCheckpoint<{ epoch: number }>(path);
  expect(found?.state).toEqual({ epoch: 3, extra: [1, 2] });
  expect(found?.tensors).toEqual(tensors);
});

test('no file is no checkpoint, another file is an error', () => {
  expect(readCheckpoint(join(folder, 'none'))).toBeNull();
  writeFileSync(join(folder, 'other'), 'something else');
  expect(() => readCheckpoint(join(folder, 'other'))).toThrow('is not a checkpoint of morphline');
});

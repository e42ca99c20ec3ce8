import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { loadDataFolder } from '../../../experiments/data/index.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const folder = temporaryFolder();

/** An IDX file of unsigned bytes: magic, sizes, values. */
function idx(sizes: readonly number[], values: readonly number[]): Buffer {
  const header = Buffer.alloc(4 + 4 * sizes.length);
  header.writeUInt32BE(0x0800 + sizes.length);
  sizes.forEach((size, at) => {
    header.writeUInt32BE(size, 4 + 4 * at);
  });
  return Buffer.concat([header, Buffer.from(values)]);
}

function idxFolder(name: string, files: Record<string, Buffer>): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  for (const [file, bytes] of Object.entries(files)) writeFileSync(join(path, file), bytes);
  return path;
}

const IDX = {
  'train-images-idx3-ubyte': idx([2, 2, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
  'train-labels-idx1-ubyte.gz': gzipSync(idx([2], [4, 0])),
  't10k-images.idx3-ubyte': idx([1, 2, 3], [9, 8, 7, 6, 5, 4]),
  't10k-labels-idx1-ubyte': idx([1], [2]),
};

describe('IDX files', () => {
  test('are images of one channel, plain or gzipped', async () => {
    const data = await loadDataFolder(idxFolder('mnist', IDX));
    expect(data).toMatchObject({ name: 'mnist', origin: 'idx', classes: ['0', '1', '2', '3', '4'] });
    expect(data.train).toMatchObject({ count: 2, height: 2, width: 3, channels: 1 });
    expect([...data.train.pixels]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect([...data.train.labels]).toEqual([4, 0]);
    expect([...data.test.pixels]).toEqual([9, 8, 7, 6, 5, 4]);
  });

  test.each([
    ['torn', { 'train-images-idx3-ubyte': idx([2, 2, 3], [1, 2, 3]) }, /says 2 × 2 × 3 values and has 3/],
    ['of floats', { 'train-images-idx3-ubyte': Buffer.from('00000d03000000', 'hex') }, /of 7 bytes/],
    [
      'of another type',
      { 'train-images-idx3-ubyte': Buffer.concat([Buffer.from('00000d03', 'hex'), Buffer.alloc(20)]) },
      /begins with 0x00000d03/,
    ],
    ['of huge sizes', { 'train-images-idx3-ubyte': idx([4294967295, 4294967295, 3], [1]) }, /and has 1/],
    [
      'with other labels',
      { 'train-labels-idx1-ubyte.gz': gzipSync(idx([3], [1, 2, 3])) },
      /2 images .* 3 labels/,
    ],
    ['no gzip', { 'train-labels-idx1-ubyte.gz': Buffer.from('nothing packed') }, /does not unpack/],
  ])('that are %s are refused', async (name, change, message) => {
    await expect(loadDataFolder(idxFolder(`bad ${name}`, { ...IDX, ...change }))).rejects.toThrow(message);
  });

  test('without one of the four name it', async () => {
    const { 't10k-labels-idx1-ubyte': _, ...three } = IDX;
    await expect(loadDataFolder(idxFolder('three', three))).rejects.toThrow(/without t10k-labels-idx1-ubyte/);
  });
});

describe("CIFAR-10's binary version", () => {
  /** A record whose red, green and blue planes are 1, 2 and 3, but for the first pixel. */
  const record = (label: number) =>
    Buffer.from([label, ...[1, 2, 3].flatMap((value) => [10 * value, ...Array(1023).fill(value)])]);
  const batches = Object.fromEntries(
    ['data_batch_1', 'data_batch_2', 'data_batch_3', 'data_batch_4', 'data_batch_5', 'test_batch'].map(
      (name, label) => [`${name}.bin`, record(label)],
    ),
  );

  test('is pixels of three colours, with the names of its classes', async () => {
    const data = await loadDataFolder(idxFolder('cifar', batches));
    expect(data.train).toMatchObject({ count: 5, height: 32, width: 32, channels: 3 });
    expect([...data.train.labels]).toEqual([0, 1, 2, 3, 4]);
    expect([...data.train.pixels.subarray(3072, 3078)]).toEqual([10, 20, 30, 1, 2, 3]);
    expect(data.classes[5]).toBe('dog');
    expect([...data.test.labels]).toEqual([5]);
  });

  test('torn, incomplete or with other labels is refused', async () => {
    const torn = { ...batches, 'data_batch_3.bin': record(3).subarray(1) };
    await expect(loadDataFolder(idxFolder('torn', torn))).rejects.toThrow(/data_batch_3.bin of 3072 bytes/);
    const { 'test_batch.bin': _, ...train } = batches;
    await expect(loadDataFolder(idxFolder('half', train))).rejects.toThrow(/without test_batch.bin/);
    const wrong = { ...batches, 'data_batch_2.bin': record(10) };
    await expect(loadDataFolder(idxFolder('wrong', wrong))).rejects.toThrow(/label 10 in record 0/);
  });

  test('takes no other size', async () => {
    const cifar = idxFolder('cifar', batches);
    await expect(loadDataFolder(cifar, { size: [16, 16] })).rejects.toThrow(/16 x 16 for images of 32 x 32/);
  });
});

// Decoded images on disk, under a key that names what they were decoded from.
import { randomUUID } from 'node:crypto';
import { type FileHandle, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { makeFolder } from '../../records/make-folder.ts';

/** Decoded training and test images of one size, as `count * height * width * channels` bytes each. */
export interface DecodedSets {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly train: Uint8Array;
  readonly test: Uint8Array;
}

const PIXELS_FILE = 'pixels.bin';
const INDEX_FILE = 'index.json';

const cacheIndex = z.object({
  /** Names the files decoded and how; a cache with another key is stale. */
  key: z.string(),
  height: z.int().positive(),
  width: z.int().positive(),
  channels: z.literal([1, 3]),
  trainCount: z.int().positive(),
  testCount: z.int().positive(),
  /** CRC-32 of the pixels file, training images first. */
  crc32: z.int(),
});

const READ_BYTES = 2 ** 26;

/** Reads the images cached under a key; undefined where the cache is missing, stale, torn or unreadable. */
export async function readImageCache(directory: string, key: string): Promise<DecodedSets | undefined> {
  try {
    const index = cacheIndex.parse(JSON.parse(await readFile(join(directory, INDEX_FILE), 'utf8')));
    if (index.key !== key) return undefined;
    const { height, width, channels, trainCount, testCount } = index;
    const file = await open(join(directory, PIXELS_FILE));
    try {
      const imageBytes = height * width * channels;
      if ((await file.stat()).size !== (trainCount + testCount) * imageBytes) return undefined;
      const train = new Uint8Array(trainCount * imageBytes);
      const test = new Uint8Array(testCount * imageBytes);
      const checksum = await readChecked(file, test, await readChecked(file, train, 0));
      return checksum === index.crc32 ? { height, width, channels, train, test } : undefined;
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}

/** Fills `target` from the file's current position and returns the CRC-32 continued over it. */
async function readChecked(file: FileHandle, target: Uint8Array, checksum: number): Promise<number> {
  let continued = checksum;
  for (let offset = 0; offset < target.length; ) {
    const { bytesRead } = await file.read(target, offset, Math.min(READ_BYTES, target.length - offset));
    if (bytesRead === 0) throw new Error('the file ends early');
    continued = crc32(target.subarray(offset, offset + bytesRead), continued);
    offset += bytesRead;
  }
  return continued;
}

/**
 * Stores images under a key in place of what the directory's cache held. Each file appears whole or not at all, and
 * the index's checksum tells whether the two belong together.
 *
 * @throws the file system's error when the directory cannot be written
 */
export async function writeImageCache(directory: string, key: string, images: DecodedSets): Promise<void> {
  const { height, width, channels, train, test } = images;
  const imageBytes = height * width * channels;
  const index: z.infer<typeof cacheIndex> = {
    key,
    height,
    width,
    channels,
    trainCount: train.length / imageBytes,
    testCount: test.length / imageBytes,
    crc32: crc32(test, crc32(train)),
  };
  makeFolder(directory);
  await replaceFile(join(directory, PIXELS_FILE), [train, test]);
  await replaceFile(join(directory, INDEX_FILE), [`${JSON.stringify(index)}\n`]);
}

async function replaceFile(path: string, parts: readonly (string | Uint8Array)[]): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, parts);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

// CIFAR-10's binary version: batches of 10,000 records of a label and 3 × 1024 bytes.
import { existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { UserError } from '../../records/user-error.ts';
import type { Dataset, ImageSet } from './dataset.ts';

const SIZE = 32;
const PLANE = SIZE * SIZE;
const CHANNELS = 3;
const RECORD_BYTES = 1 + CHANNELS * PLANE;
const TRAIN = [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`);
const TEST = ['test_batch.bin'];
/** Of the six files that hold images. */
export const CIFAR_FILES: readonly string[] = [...TRAIN, ...TEST];
/** Of batches.meta.txt, in the order of the labels. */
const CLASSES = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
] as const;

/** Records of one or more files, their planes of one colour after the other turned to pixels of three colours. */
function readBatches(directory: string, names: readonly string[]): ImageSet {
  const batches = names.map((name) => {
    const path = join(directory, name);
    const bytes = existsSync(path) ? readFileSync(path) : undefined;
    if (bytes !== undefined && bytes.length > 0 && bytes.length % RECORD_BYTES === 0) return bytes;
    throw new UserError({
      got: bytes === undefined ? `${directory} without ${name}` : `${path} of ${bytes.length} bytes`,
      expected: `${[...TRAIN, ...TEST].join(', ')}, of records of ${RECORD_BYTES} bytes`,
      fix: "unpack CIFAR-10's binary version again",
    });
  });
  const count = batches.reduce((sum, { length }) => sum + length / RECORD_BYTES, 0);
  const pixels = new Uint8Array(count * CHANNELS * PLANE);
  const labels = new Int32Array(count);
  let image = 0;
  for (const [index, bytes] of batches.entries()) {
    for (let record = 0; record < bytes.length; record += RECORD_BYTES, image++) {
      const label = bytes[record] as number;
      if (label >= CLASSES.length) {
        throw new UserError({
          got: `label ${label} in record ${record / RECORD_BYTES} of ${names[index]}`,
          expected: `0 to ${CLASSES.length - 1}`,
          fix: "unpack CIFAR-10's binary version again",
        });
      }
      labels[image] = label;
      const to = image * CHANNELS * PLANE;
      for (let channel = 0; channel < CHANNELS; channel++) {
        const from = record + 1 + channel * PLANE;
        for (let at = 0; at < PLANE; at++) pixels[to + CHANNELS * at + channel] = bytes[from + at] as number;
      }
    }
  }
  return { pixels, labels, count, height: SIZE, width: SIZE, channels: CHANNELS };
}

/**
 * CIFAR-10's binary version (Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009) of a folder, or of the
 * `cifar-10-batches-bin` in it; undefined where there is none.
 * @throws UserError for batches that are missing or torn
 */
export function readCifarFolder(directory: string): Dataset | undefined {
  const folder = [directory, join(directory, 'cifar-10-batches-bin')].find((each) =>
    [...TRAIN, ...TEST].some((name) => existsSync(join(each, name))),
  );
  if (folder === undefined) return undefined;
  return {
    name: basename(resolve(directory)),
    origin: 'cifar-binary',
    medium: 'images',
    classes: [...CLASSES],
    train: readBatches(folder, TRAIN),
    test: readBatches(folder, TEST),
  };
}

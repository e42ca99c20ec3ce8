// Data sets in IDX files: those of MNIST, Fashion-MNIST, KMNIST and EMNIST.
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readBytes } from '../../records/read-bytes.ts';
import { UserError } from '../../records/user-error.ts';
import type { Dataset, ImageSet } from './dataset.ts';

/** File names of the MNIST family, each also with `.gz`; older copies have a dot before `idx`. */
const FILES = {
  train: ['train-images-idx3-ubyte', 'train-labels-idx1-ubyte'],
  test: ['t10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte'],
} as const;

/** Type code of unsigned bytes. */
const UNSIGNED_BYTES = 0x08;
/** Before the sizes: two zeros, the type, the number of dimensions. */
const MAGIC_BYTES = 4;
/** Images of more bytes than this are no IDX set that anyone trains on here. */
const MOST_BYTES = 2 ** 31;

function findFile(directory: string, name: string): string | undefined {
  return [name, name.replace('-idx', '.idx')]
    .flatMap((each) => [each, `${each}.gz`])
    .map((each) => join(directory, each))
    .find(existsSync);
}

/**
 * An IDX file of unsigned bytes.
 * @throws UserError unless it is one of so many dimensions, whole
 */
function readIdx(path: string, dimensions: number): { sizes: readonly number[]; values: Uint8Array } {
  const fail = (got: string): never => {
    throw new UserError({
      got: `${path}, ${got}`,
      expected: `an IDX file of unsigned bytes in ${dimensions} dimension${dimensions === 1 ? '' : 's'}, whole`,
      fix: 'download it again',
    });
  };
  let bytes: Uint8Array = readBytes(path, MOST_BYTES);
  if (path.endsWith('.gz')) {
    try {
      bytes = gunzipSync(bytes, { maxOutputLength: MOST_BYTES });
    } catch (error) {
      return fail(`which does not unpack (${(error as Error).message})`);
    }
  }
  const start = MAGIC_BYTES + 4 * dimensions;
  if (bytes.length < start) return fail(`of ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint16(0) !== 0 || view.getUint8(2) !== UNSIGNED_BYTES || view.getUint8(3) !== dimensions)
    return fail(`which begins with 0x${view.getUint32(0).toString(16).padStart(8, '0')}`);
  const sizes = Array.from({ length: dimensions }, (_, at) => view.getUint32(MAGIC_BYTES + 4 * at));
  const count = sizes.reduce((product, size) => product * size, 1);
  if (count === 0 || bytes.length !== start + count)
    return fail(`which says ${sizes.join(' × ')} values and has ${bytes.length - start}`);
  return { sizes, values: bytes.subarray(start) };
}

function readSet(directory: string, [images, labels]: readonly [string, string]): ImageSet {
  const [imagesPath, labelsPath] = [images, labels].map((name) => {
    const path = findFile(directory, name);
    if (path !== undefined) return path;
    throw new UserError({
      got: `${directory} without ${name}`,
      expected: `the four files of the set: ${[...FILES.train, ...FILES.test].join(', ')}, or each with .gz`,
      fix: 'put it beside the others',
    });
  }) as [string, string];
  const { sizes, values: pixels } = readIdx(imagesPath, 3);
  const { values } = readIdx(labelsPath, 1);
  const [count, height, width] = sizes as [number, number, number];
  if (values.length !== count) {
    throw new UserError({
      got: `${count} images in ${imagesPath} and ${values.length} labels in ${labelsPath}`,
      expected: 'a label for each',
      fix: 'take both files of one set',
    });
  }
  return { pixels, labels: Int32Array.from(values), count, height, width, channels: 1 };
}

/** Names of the classes are their labels: files do not hold others. */
function classesOf(sets: readonly ImageSet[]): string[] {
  const most = sets.reduce((largest, { labels }) => labels.reduce((a, b) => Math.max(a, b), largest), 0);
  return Array.from({ length: most + 1 }, (_, label) => String(label));
}

/**
 * A data set of IDX files (LeCun, Cortes & Burges, The MNIST database), plain or gzipped; undefined where a folder has
 * none of them.
 * @throws UserError for files that are missing, torn, or do not belong together
 */
export function readIdxFolder(directory: string): Dataset | undefined {
  const all = [...FILES.train, ...FILES.test];
  if (!all.some((name) => findFile(directory, name) !== undefined)) return undefined;
  const train = readSet(directory, FILES.train);
  const test = readSet(directory, FILES.test);
  if (train.height !== test.height || train.width !== test.width) {
    throw new UserError({
      got: `training images of ${train.height} × ${train.width} and test images of ${test.height} × ${test.width}`,
      expected: 'one size',
      fix: 'take all files of one set',
    });
  }
  const name = basename(resolve(directory));
  return { name, origin: 'idx', medium: 'images', classes: classesOf([train, test]), train, test };
}

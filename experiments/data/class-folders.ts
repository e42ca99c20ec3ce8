import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { UserError } from '../../network/user-error.ts';
import { type ClassFolderListing, type ImageFile, listClassFolders } from './class-folder-listing.ts';
import type { Dataset, ImageSet } from './dataset.ts';
import { decodeImages, type ImageSize, imageSize } from './decode-images.ts';
import { type DecodedSets, readImageCache, writeImageCache } from './image-cache.ts';

export interface ClassFolderOptions {
  /** Height and width in pixels that every image is scaled and centre-cropped to; the first image's when left out. */
  readonly size?: ImageSize;
  /**
   * Directory for the decoded images, which holds those of one data set at a time. Left out, it is
   * `$XDG_CACHE_HOME` (or `~/.cache`) `/morphline/images/<hash of the directory and size>`.
   */
  readonly cacheDirectory?: string;
  /** Called now and then with the number of images loaded so far, and once at the end. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Part of the cache's key: to be raised when the same files come to decode to other pixels. */
const DECODER_VERSION = 1;

const PROGRESS_INTERVAL_IMAGES = 250;

/**
 * Loads a data set of JPEG and PNG files from `directory/train/<class>/` and `directory/test/<class>/`, or from
 * `directory/<class>/` split 5:1 by file name. Decoded images are cached on disk; a cache that is torn, or older than
 * the files, is rebuilt, and one that cannot be written is done without, with a warning.
 *
 * @returns `[count, height, width, 3]` training and test images, sorted by class and file name
 * @throws UserError when the directory is missing or laid out otherwise, a class has no images or is in the test set
 *   alone, an image is unreadable, or images differ in size and none is given
 */
export async function loadClassFolders(
  directory: string,
  options: ClassFolderOptions = {},
): Promise<Dataset> {
  const { size, onProgress = () => {} } = options;
  requireSize(size);
  const listing = listClassFolders(directory);
  const total = listing.train.length + listing.test.length;
  const cacheDirectory = options.cacheDirectory ?? defaultCacheDirectory(directory, size);
  const key = cacheKey(listing, size);

  let sets = await readImageCache(cacheDirectory, key);
  if (sets === undefined) {
    sets = await decodeListing(listing, size, (done) => {
      if (done % PROGRESS_INTERVAL_IMAGES === 0 && done < total) onProgress(done, total);
    });
    await writeImageCache(cacheDirectory, key, sets).catch((error: unknown) => {
      process.emitWarning(`decoded images are not cached: ${String(error)}`);
    });
  }
  onProgress(total, total);
  return {
    name: basename(resolve(directory)),
    origin: 'class-folders',
    classes: listing.classes,
    train: imageSet(sets.train, listing.train, sets),
    test: imageSet(sets.test, listing.test, sets),
  };
}

async function decodeListing(
  listing: ClassFolderListing,
  size: ImageSize | undefined,
  onDecoded: (done: number) => void,
): Promise<DecodedSets> {
  const [first] = listing.train;
  if (first === undefined) throw new Error('a listing without training images');
  const target = size ?? (await imageSize(first.path));
  let done = 0;
  const decode = (files: readonly ImageFile[]) =>
    decodeImages(
      files.map((file) => file.path),
      target,
      size !== undefined,
      () => onDecoded(++done),
    );
  return {
    height: target[0],
    width: target[1],
    train: await decode(listing.train),
    test: await decode(listing.test),
  };
}

function imageSet(pixels: Uint8Array, files: readonly ImageFile[], { height, width }: DecodedSets): ImageSet {
  const labels = Int32Array.from(files, (file) => file.label);
  return { pixels, labels, count: files.length, height, width, channels: 3 };
}

function requireSize(size: ImageSize | undefined): void {
  if (size === undefined || size.every((pixels) => Number.isInteger(pixels) && pixels > 0)) return;
  throw new UserError({
    got: `an image size of ${size.join(' x ')}`,
    expected: 'height and width in whole pixels',
    fix: 'change the size',
  });
}

function defaultCacheDirectory(directory: string, size: ImageSize | undefined): string {
  const root = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(root, 'morphline', 'images', sha256([resolve(directory), size ?? null]).slice(0, 16));
}

function cacheKey({ train, test }: ClassFolderListing, size: ImageSize | undefined): string {
  const describe = (files: readonly ImageFile[]) => files.map((f) => [f.name, f.bytes, f.modifiedMs]);
  return sha256([DECODER_VERSION, size ?? null, describe(train), describe(test)]);
}

function sha256(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

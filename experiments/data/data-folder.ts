// Loading a data set from a folder of files: listed, decoded, and kept decoded in a cache.
import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { UserError } from '../../records/user-error.ts';
import { cacheFolder } from './cache-folder.ts';
import { readCifarFolder } from './cifar-binary.ts';
import { listClassFolders } from './class-folder-listing.ts';
import type { DataFile, DataListing } from './data-listing.ts';
import type { Dataset, ImageSet } from './dataset.ts';
import { decodeImages, type ImageSize, readImageSize } from './decode-images.ts';
import { decodeRecordings } from './decode-recordings.ts';
import { readIdxFolder } from './idx-files.ts';
import { type DecodedSets, readImageCache, writeImageCache } from './image-cache.ts';
import { SPECTROGRAM_SIZE } from './spectrogram.ts';
import { listSpokenDigits } from './spoken-digits-listing.ts';

/** How a folder of images or recordings is read. */
export interface DataFolderOptions {
  /**
   * Height and width in pixels that every image is scaled and centre-cropped to; the first image's when left out.
   * Recordings take none: their spectrograms have one size.
   */
  readonly size?: ImageSize;
  /**
   * Directory for the decoded images, which holds those of one data set at a time. Left out, it is
   * `$XDG_CACHE_HOME` (or `~/.cache`) `/morphline/images/<hash of the directory and size>`.
   */
  readonly cacheDirectory?: string;
  /** Called now and then with the number of files loaded so far, and once at the end. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Part of the cache's key: to be raised when the same files come to decode to other pixels. */
const DECODER_VERSION = 1;

const PROGRESS_INTERVAL_FILES = 250;

/**
 * Loads a data set of JPEG and PNG images, or of WAV recordings as their spectrograms, from `directory/train/<class>/`
 * and `directory/test/<class>/`, or from `directory/<class>/` split 5:1 by file name; and spoken digits, whose file
 * names say class and split, from `directory` or `directory/recordings`. IDX files (the MNIST family) and CIFAR-10's binary
 * version are read as they are. What is decoded is cached on disk; a cache
 * that is torn, or older than the files, is rebuilt, and one that cannot be written is done without, with a warning.
 *
 * @returns `[count, height, width, channels]` training and test images, sorted by class and file name
 * @throws UserError when the directory is missing or laid out otherwise, a class has no files or is in the test set
 *   alone, a file is unreadable, images differ in size and none is given, or there are both images and recordings
 */
export async function loadDataFolder(directory: string, options: DataFolderOptions = {}): Promise<Dataset> {
  const { size, onProgress = () => {} } = options;
  const binary = readIdxFolder(directory) ?? readCifarFolder(directory);
  if (binary !== undefined) {
    requireOwnSize(binary, size);
    onProgress(binary.train.count + binary.test.count, binary.train.count + binary.test.count);
    return binary;
  }
  const listing = listSpokenDigits(directory) ?? listClassFolders(directory);
  requireSize(listing, size);
  const total = listing.train.length + listing.test.length;
  const cacheDirectory = options.cacheDirectory ?? defaultCacheDirectory(directory, size);
  const key = cacheKey(listing, size);

  let sets = await readImageCache(cacheDirectory, key);
  if (sets === undefined) {
    sets = await decodeListing(listing, size, (done) => {
      if (done % PROGRESS_INTERVAL_FILES === 0 && done < total) onProgress(done, total);
    });
    await writeImageCache(cacheDirectory, key, sets).catch((error: unknown) => {
      process.emitWarning(`decoded files are not cached: ${String(error)}`);
    });
  }
  onProgress(total, total);
  return {
    name: basename(resolve(directory)),
    origin: 'class-folders',
    medium: listing.medium,
    classes: listing.classes,
    train: imageSet(sets.train, listing.train, sets),
    test: imageSet(sets.test, listing.test, sets),
  };
}

async function decodeListing(
  listing: DataListing,
  size: ImageSize | undefined,
  onDecoded: (done: number) => void,
): Promise<DecodedSets> {
  const { decode, ...shape } = await decoderOf(listing, size);
  let done = 0;
  const decodeAll = (files: readonly DataFile[]) =>
    decode(
      files.map((file) => file.path),
      () => onDecoded(++done),
    );
  return { ...shape, train: await decodeAll(listing.train), test: await decodeAll(listing.test) };
}

interface Decoder {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly decode: (paths: readonly string[], onDecoded: () => void) => Promise<Uint8Array>;
}

async function decoderOf({ medium, train }: DataListing, size: ImageSize | undefined): Promise<Decoder> {
  switch (medium) {
    case 'images': {
      const [first] = train;
      if (first === undefined) throw new Error('a listing without training images');
      const target = size ?? (await readImageSize(first.path));
      return {
        height: target[0],
        width: target[1],
        channels: 3,
        decode: (paths, onDecoded) => decodeImages(paths, target, size !== undefined, onDecoded),
      };
    }
    case 'recordings':
      return {
        height: SPECTROGRAM_SIZE[0],
        width: SPECTROGRAM_SIZE[1],
        channels: 1,
        decode: decodeRecordings,
      };
    default:
      throw medium satisfies never;
  }
}

function imageSet(
  pixels: Uint8Array,
  files: readonly DataFile[],
  { height, width, channels }: DecodedSets,
): ImageSet {
  const labels = Int32Array.from(files, (file) => file.label);
  return { pixels, labels, count: files.length, height, width, channels };
}

/** Images in binary files have the size that they have. */
function requireOwnSize({ train: { height, width } }: Dataset, size: ImageSize | undefined): void {
  if (size === undefined || (size[0] === height && size[1] === width)) return;
  throw new UserError({
    got: `an image size of ${size.join(' x ')} for images of ${height} x ${width} in binary files`,
    expected: 'their own size',
    fix: 'leave the size out',
  });
}

function requireSize({ medium }: DataListing, size: ImageSize | undefined): void {
  if (size === undefined) return;
  const got = `an image size of ${size.join(' x ')}`;
  if (medium === 'recordings') {
    throw new UserError({
      got: `${got} for recordings`,
      expected: `none: their spectrograms are ${SPECTROGRAM_SIZE.join(' x ')}`,
      fix: 'leave the size out',
    });
  }
  if (size.every((pixels) => Number.isInteger(pixels) && pixels > 0)) return;
  throw new UserError({ got, expected: 'height and width in whole pixels', fix: 'change the size' });
}

function defaultCacheDirectory(directory: string, size: ImageSize | undefined): string {
  return cacheFolder('images', sha256([resolve(directory), size ?? null]).slice(0, 16));
}

function cacheKey({ train, test }: DataListing, size: ImageSize | undefined): string {
  const describe = (files: readonly DataFile[]) => files.map((f) => [f.name, f.bytes, f.modifiedMs]);
  return sha256([DECODER_VERSION, size ?? null, describe(train), describe(test)]);
}

function sha256(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

// JPEG and PNG files as RGB bytes of one size, decoded side by side.
import sharp from 'sharp';
import { readBytes } from '../../records/read-bytes.ts';
import { UserError } from '../../records/user-error.ts';

/** Height and width in pixels. */
export type ImageSize = readonly [height: number, width: number];

interface DecodedImage {
  readonly pixels: Uint8Array;
  readonly size: ImageSize;
}

/** Images in flight at a time: more than the threads that decode, so that none waits. */
const LANES = 16;

/** Of an image file; decoded, sharp allows 268 million pixels. */
const MOST_FILE_BYTES = 2 ** 28;

/** What one array can hold. */
const MAX_BYTES = 2 ** 32 - 1;

/** The size of an image as its viewer shows it. @throws UserError when the file is no readable image */
export async function readImageSize(path: string): Promise<ImageSize> {
  return (await decodeImage(path)).size;
}

/**
 * Decodes image files to 8-bit RGB, turned upright as their metadata say.
 *
 * @param size height and width of every image
 * @param resize whether to scale and centre-crop images of other sizes, rather than to refuse them
 * @param onDecoded called after each image
 * @returns `[paths.length, height, width, 3]` bytes
 * @throws UserError when a file is no readable image, or of another size, or all together do not fit one array
 */
export async function decodeImages(
  paths: readonly string[],
  size: ImageSize,
  resize: boolean,
  onDecoded: () => void,
): Promise<Uint8Array> {
  const [height, width] = size;
  const imageBytes = height * width * 3;
  if (paths.length * imageBytes > MAX_BYTES) {
    throw new UserError({
      got: `${paths.length} images of ${size.join(' x ')} pixels`,
      expected: 'at most 4 GiB once decoded',
      fix: 'give a smaller size to resize every image to',
    });
  }
  const pixels = new Uint8Array(paths.length * imageBytes);
  const pending = paths.entries();
  let ended = false;
  // The lanes share one iterator, so each takes the next file as soon as it is free.
  const lane = async () => {
    for (const [index, path] of pending) {
      const image = await decodeImage(path, resize ? size : undefined);
      if (ended) return;
      if (image.size[0] !== height || image.size[1] !== width) throw differingSize(path, image.size, size);
      pixels.set(image.pixels, index * imageBytes);
      onDecoded();
    }
  };
  try {
    // The first failure ends the other lanes too.
    await Promise.all(Array.from({ length: LANES }, lane));
  } finally {
    ended = true;
  }
  return pixels;
}

async function decodeImage(path: string, size?: ImageSize): Promise<DecodedImage> {
  try {
    // Reading here rather than in sharp takes a quarter off the time of small files.
    const image = sharp(readBytes(path, MOST_FILE_BYTES), { failOn: 'error' }).autoOrient();
    if (size !== undefined) image.resize({ height: size[0], width: size[1], fit: 'cover' });
    const { data, info } = await image
      .flatten()
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new Error(`${info.channels} channels after conversion to RGB`);
    return { pixels: data, size: [info.height, info.width] };
  } catch (error) {
    const [reason = 'unknown reason'] = String(error instanceof Error ? error.message : error).split('\n');
    throw new UserError({
      got: `an unreadable image ${path} (${reason})`,
      expected: 'JPEG and PNG files',
      fix: 'replace or remove the file',
    });
  }
}

function differingSize(path: string, size: ImageSize, expected: ImageSize): UserError {
  return new UserError({
    got: `${path} of ${size.join(' x ')} pixels`,
    expected: `${expected.join(' x ')} like the first image (height x width)`,
    fix: 'give a size to resize every image to',
  });
}

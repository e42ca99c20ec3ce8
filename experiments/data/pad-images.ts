// Small grey images in the middle of larger ones of three equal channels, for networks that take those.
import type { Dataset, ImageSet } from './dataset.ts';

interface Size {
  readonly height: number;
  readonly width: number;
}

function padded(set: ImageSet, { height, width }: Size): ImageSet {
  const pixels = new Uint8Array(set.count * height * width * 3);
  const top = (height - set.height) >> 1;
  const left = (width - set.width) >> 1;
  let from = 0;
  for (let image = 0; image < set.count; image++) {
    for (let row = 0; row < set.height; row++) {
      let to = 3 * ((image * height + top + row) * width + left);
      for (let column = 0; column < set.width; column++, to += 3) {
        pixels.fill(set.pixels[from++] as number, to, to + 3);
      }
    }
  }
  return { ...set, pixels, height, width, channels: 3 };
}

/**
 * The data set with its grey images in the middle of larger ones, of three equal channels and 0 around: MNIST for a
 * network of 32×32×3. As it is where its images are not grey, or not smaller.
 */
export function paddedData(data: Dataset, size: Size & { readonly channels: number }): Dataset {
  const { train } = data;
  const fits = train.height <= size.height && train.width <= size.width;
  if (data.medium !== 'images' || train.channels !== 1 || size.channels !== 3 || !fits) return data;
  return { ...data, train: padded(train, size), test: padded(data.test, size) };
}

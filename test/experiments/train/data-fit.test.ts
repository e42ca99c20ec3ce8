import { expect, test } from 'vitest';
import type { Dataset, Medium } from '../../../experiments/data/index.ts';
import { requireFit } from '../../../experiments/train/data-fit.ts';
import { zooNetwork } from '../../../network/zoo/index.ts';

function blank(medium: Medium, height: number, width: number, channels: 1 | 3, classes = 10): Dataset {
  const set = {
    pixels: new Uint8Array(height * width * channels),
    labels: Int32Array.of(0),
    count: 1,
    height,
    width,
    channels,
  };
  const names = Array.from({ length: classes }, (_, i) => `${i}`);
  return { name: 'blank', origin: 'class-folders', medium, classes: names, train: set, test: set };
}

test.each([
  [
    'inception-32',
    blank('recordings', 64, 40, 1),
    'got 64×40×1 spectrograms in blank; expected 32×32×3, the input of inception-32; use a --network for recordings, such as resnet-v1-digits',
  ],
  [
    'resnet-v1-digits',
    blank('images', 32, 32, 3),
    'got 32×32×3 images in blank; expected 64×40×1, the input of resnet-v1-digits; use data of that shape, or another --network',
  ],
  [
    'resnet-v1-digits',
    blank('recordings', 64, 40, 1, 3),
    'got 3 classes in blank; expected 10, the outputs of resnet-v1-digits; use other data, or another --network',
  ],
])('%s is not trained on data that does not fit it', (name, data, message) => {
  expect(() => requireFit(zooNetwork(name), data)).toThrow(message);
});

import { expect, test } from 'vitest';
import { type ImageSet, subset } from '../../../experiments/data/dataset.ts';
import { UserError } from '../../../records/user-error.ts';

/** Images of one pixel, whose red tells the index and whose green tells the label. */
function onePixelImages(labels: readonly number[]): ImageSet {
  const pixels = Uint8Array.from(labels.flatMap((label, index) => [index, label, 0]));
  return { pixels, labels: Int32Array.from(labels), count: labels.length, height: 1, width: 1, channels: 3 };
}

function classCounts(set: ImageSet): number[] {
  return [0, 1, 2].map((label) => set.labels.filter((other) => other === label).length);
}

function indices(set: ImageSet): number[] {
  return [...set.pixels.filter((_, byte) => byte % 3 === 0)];
}

const images = onePixelImages(Array.from({ length: 90 }, (_, index) => Math.floor(index / 30)));

test('a subset holds equally many images of each class, with their labels, in their order', () => {
  const sample = subset(images, 12, 1);

  expect(classCounts(sample)).toEqual([4, 4, 4]);
  expect([...sample.pixels.filter((_, byte) => byte % 3 === 1)]).toEqual([...sample.labels]);
  expect(indices(sample)).toEqual(indices(sample).toSorted((a, b) => a - b));
  expect(new Set(indices(sample)).size).toBe(12);
});

test('the seed chooses the images, and a smaller subset lies inside a larger one', () => {
  expect(indices(subset(images, 12, 1))).toEqual(indices(subset(images, 12, 1)));
  expect(indices(subset(images, 12, 1))).not.toEqual(indices(subset(images, 12, 2)));
  expect(indices(subset(images, 40, 1))).toEqual(expect.arrayContaining(indices(subset(images, 13, 1))));
});

test('where a class runs out, the others fill its place', () => {
  const uneven = onePixelImages([0, 0, 1, 1, 1, 1, 2, 2, 2, 2]);

  expect(classCounts(subset(uneven, 8, 1))).toEqual([2, 3, 3]);
  expect(classCounts(subset(uneven, 10, 1))).toEqual([2, 4, 4]);
});

test.each([0, 91, 2.5, Number.NaN])('a subset of %d images out of 90 is refused', (count) => {
  expect(() => subset(images, count, 1)).toThrow(UserError);
});

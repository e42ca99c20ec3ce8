import { expect, test } from 'vitest';
import { affordableImages } from '../../../experiments/quickstart/affordable-images.ts';

test('images are what the time is enough for, in hundreds', () => {
  // 190 s at 120 images a second are 22 800 images, 1900 in each of 12 epochs.
  expect(affordableImages(120, 190, 12)).toBe(1900);
  // 1979.2 in each.
  expect(affordableImages(125, 190, 12)).toBe(2000);
});

test('images are at least 1000 and at most 4000, however slow or fast the machine', () => {
  expect(affordableImages(1, 190, 12)).toBe(1000);
  expect(affordableImages(1e4, 190, 12)).toBe(4000);
});

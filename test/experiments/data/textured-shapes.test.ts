import { expect, test } from 'vitest';
import type { ImageSet } from '../../../experiments/data/dataset.ts';
import { generateTexturedShapes } from '../../../experiments/data/textured-shapes.ts';
import { UserError } from '../../../records/user-error.ts';

function image(set: ImageSet, index: number): Uint8Array {
  const imageBytes = set.height * set.width * 3;
  return set.pixels.subarray(index * imageBytes, (index + 1) * imageBytes);
}

test('ten classes pair five shapes with two textures, equally often', () => {
  const {
    classes,
    train,
    test: tested,
    origin,
    name,
  } = generateTexturedShapes({ trainCount: 40, testCount: 20, seed: 1 });

  expect(classes).toHaveLength(10);
  expect(new Set(classes).size).toBe(10);
  expect(classes).toContain('striped ring');
  expect([name, origin]).toEqual(['textured-shapes (generated)', 'generated']);
  expect([train.count, train.height, train.width, train.channels]).toEqual([40, 32, 32, 3]);
  expect(train.pixels).toHaveLength(40 * 32 * 32 * 3);
  for (const label of classes.keys()) {
    expect(train.labels.filter((other) => other === label)).toHaveLength(4);
    expect(tested.labels.filter((other) => other === label)).toHaveLength(2);
  }
});

test('an image depends on the seed and its index, not on the counts', () => {
  const few = generateTexturedShapes({ trainCount: 7, testCount: 3, seed: 1 });
  const many = generateTexturedShapes({ trainCount: 50, testCount: 20, seed: 1 });

  expect(many.train.pixels.subarray(0, few.train.pixels.length)).toEqual(few.train.pixels);
  expect(many.test.pixels.subarray(0, few.test.pixels.length)).toEqual(few.test.pixels);
});

test('seeds, indices and the two sets all give different images', () => {
  const one = generateTexturedShapes({ trainCount: 11, testCount: 11, seed: 1 });
  const other = generateTexturedShapes({ trainCount: 11, testCount: 11, seed: 2 });

  expect(image(one.train, 0)).not.toEqual(image(other.train, 0));
  expect(image(one.train, 0)).not.toEqual(image(one.train, 10));
  expect(image(one.train, 0)).not.toEqual(image(one.test, 0));
});

test('the size sets the height and width', () => {
  const { train } = generateTexturedShapes({ trainCount: 2, testCount: 1, size: 48, seed: 1 });

  expect([train.height, train.width, train.pixels.length]).toEqual([48, 48, 2 * 48 * 48 * 3]);
});

test.each([
  { trainCount: 0, testCount: 1, seed: 1 },
  { trainCount: 1, testCount: 1.5, seed: 1 },
  { trainCount: 1, testCount: 1, size: 8, seed: 1 },
])('impossible options are refused: %o', (options) => {
  expect(() => generateTexturedShapes(options)).toThrow(UserError);
});

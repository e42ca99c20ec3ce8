import { expect, test } from 'vitest';
import { type Augmentation, randomChanges } from '../../../experiments/data/augmentation.ts';
import { epochOrder, fillBatch } from '../../../experiments/data/batches.ts';
import type { ImageSet } from '../../../experiments/data/dataset.ts';
import { normalization } from '../../../experiments/data/normalization.ts';
import { generateTexturedShapes } from '../../../experiments/data/textured-shapes.ts';

const { train } = generateTexturedShapes({ trainCount: 64, testCount: 1, size: 16, seed: 1 });
const imageValues = 16 * 16 * 3;
/** Moves by up to so many pixels along both axes. */
const shifts = (pixels: number) => ({ shiftRows: pixels, shiftColumns: pixels, uncovered: 'mean' }) as const;
const unscaled = { mean: [0, 0, 0], standardDeviation: [1, 1, 1] } as const;

function fill(set: ImageSet, indices: readonly number[], augment?: Augmentation): Float32Array {
  const out = new Float32Array(indices.length * set.height * set.width * 3).fill(Number.NaN);
  const batch = Int32Array.from(indices);
  fillBatch(set, batch, out, new Int32Array(indices.length), {
    normalization: unscaled,
    ...(augment && { augment }),
  });
  return out;
}

/** A grey image, from its rows of bytes. */
function grey(rows: readonly (readonly number[])[]): ImageSet {
  const pixels = Uint8Array.from(rows.flat().flatMap((level) => [level, level, level]));
  const [height, width] = [rows.length, rows[0]?.length ?? 0];
  return { pixels, labels: Int32Array.of(0), count: 1, height, width, channels: 3 };
}

/** The rows of bytes that a filled grey image stands for. */
function greyRows(values: Float32Array, width: number): number[][] {
  const levels = [...values.filter((_, i) => i % 3 === 0)].map((value) => Math.round(value * 255));
  return Array.from({ length: levels.length / width }, (_, row) =>
    levels.slice(row * width, (row + 1) * width),
  );
}

test('normalized training images have mean 0 and standard deviation 1 in each channel', () => {
  const out = new Float32Array(64 * imageValues);
  const all = epochOrder(64, 1, 0);
  fillBatch(train, all, out, new Int32Array(64), { normalization: normalization(train) });

  for (const channel of [0, 1, 2]) {
    const values = out.filter((_, i) => i % 3 === channel);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(mean).toBeCloseTo(0, 4);
    expect(variance).toBeCloseTo(1, 4);
  }
});

test('a channel that never varies is centred, not divided by zero', () => {
  const { mean, standardDeviation } = normalization(grey([[51, 51]]));

  expect(mean.map((value) => value.toFixed(6))).toEqual(['0.200000', '0.200000', '0.200000']);
  expect(standardDeviation).toEqual([1, 1, 1]);
});

test('an epoch visits every image once, in an order of its own that the seed repeats', () => {
  const order = epochOrder(1000, 1, 0);

  expect([...order].sort((a, b) => a - b)).toEqual([...Array(1000).keys()]);
  expect(epochOrder(1000, 1, 0)).toEqual(order);
  expect(epochOrder(1000, 1, 1)).not.toEqual(order);
  expect(epochOrder(1000, 2, 0)).not.toEqual(order);
});

test('without augmentation a batch holds the images and labels at the indices', () => {
  const out = new Float32Array(2 * imageValues);
  const labels = new Int32Array(2);
  fillBatch(train, Int32Array.of(13, 4), out, labels, { normalization: unscaled });

  expect([...labels]).toEqual([3, 4]);
  expect(out.map((value) => Math.round(value * 255)).subarray(0, imageValues)).toEqual(
    Float32Array.from(train.pixels.subarray(13 * imageValues, 14 * imageValues)),
  );
});

test('images are moved by up to the shift, mirrored or not, with zeros where nothing lies', () => {
  const image = grey([
    [10, 20, 30],
    [40, 50, 60],
  ]);
  const seen = new Set<string>();
  for (let epoch = 0; epoch < 500; epoch++) {
    const out = fill(image, [0], { seed: 1, epoch, flip: true, ...shifts(1) });
    seen.add(JSON.stringify(greyRows(out, 3)));
  }

  expect(seen.size).toBe(2 * 3 * 3);
  const expected = [
    [
      [10, 20, 30],
      [40, 50, 60],
    ],
    [
      [30, 20, 10],
      [60, 50, 40],
    ],
    [
      [0, 0, 0],
      [0, 10, 20],
    ],
    [
      [0, 60, 50],
      [0, 0, 0],
    ],
    [
      [20, 30, 0],
      [50, 60, 0],
    ],
  ];
  expect([...seen]).toEqual(expect.arrayContaining(expected.map((rows) => JSON.stringify(rows))));
});

test('a shift wider than the image leaves zeros alone', () => {
  const image = grey([[10]]);
  const values = Array.from({ length: 50 }, (_, epoch) =>
    fill(image, [0], { seed: 1, epoch, flip: false, ...shifts(5) }),
  );

  expect(
    values.every((out) => [...out].every((value) => value === 0 || Math.round(value * 255) === 10)),
  ).toBe(true);
  expect(values.some((out) => out[0] === 0)).toBe(true);
});

test('spectrograms move in time alone, and what that uncovers is as silent as byte 0', () => {
  const frames = [10, 20, 30, 40, 50, 60, 70, 80].map((level) => [level, level + 1]);
  const set: ImageSet = {
    pixels: Uint8Array.from(frames.flat()),
    labels: Int32Array.of(0),
    count: 1,
    height: 8,
    width: 2,
    channels: 1,
  };
  const seen = new Set<string>();
  for (let epoch = 0; epoch < 500; epoch++) {
    const out = new Float32Array(16).fill(Number.NaN);
    fillBatch(set, Int32Array.of(0), out, new Int32Array(1), {
      normalization: { mean: [0.5], standardDeviation: [0.25] },
      augment: { seed: 1, epoch, ...randomChanges('recordings', set) },
    });
    const bytes = Array.from(out, (value) => Math.round((value * 0.25 + 0.5) * 255));
    seen.add(JSON.stringify(bytes));
  }

  const silent = (count: number) => Array<number[]>(count).fill([0, 0]);
  const moved = Array.from({ length: 11 }, (_, i) => i - 5).map((down) =>
    down < 0 ? [...frames.slice(-down), ...silent(-down)] : [...silent(down), ...frames.slice(0, 8 - down)],
  );
  expect([...seen].sort()).toEqual(moved.map((rows) => JSON.stringify(rows.flat())).sort());
});

test('the augmentation of an image does not depend on its batch, and changes with seed and epoch', () => {
  const augment = { seed: 1, epoch: 2, flip: true, ...shifts(2) };
  const together = fill(train, [...Array(64).keys()], augment);
  const alone = fill(train, [17], augment);

  expect(together.subarray(17 * imageValues, 18 * imageValues)).toEqual(alone);
  expect(fill(train, [...Array(64).keys()], { ...augment, epoch: 3 })).not.toEqual(together);
  expect(fill(train, [...Array(64).keys()], { ...augment, seed: 2 })).not.toEqual(together);
});

test('an index outside the set and an output too short are refused', () => {
  expect(() => fill(train, [64])).toThrow(RangeError);
  expect(() =>
    fillBatch(train, Int32Array.of(0, 1), new Float32Array(imageValues), new Int32Array(2), {
      normalization: unscaled,
    }),
  ).toThrow(RangeError);
});

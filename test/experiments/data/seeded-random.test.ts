import { expect, test } from 'vitest';
import { hashKeys, randomStream } from '../../../experiments/data/seeded-random.ts';

test('the same seed and keys give the same numbers, and any other give different ones', () => {
  const first = (seed: number, ...keys: number[]) => randomStream(seed, ...keys).next();

  expect(first(1, 2, 3)).toBe(first(1, 2, 3));
  const firsts = [first(1), first(2), first(1, 0), first(1, 2), first(2, 1), first(1, 2, 3), first(1, 3, 2)];
  expect(new Set(firsts).size).toBe(firsts.length);
});

test('hashes of neighbouring keys are spread evenly', () => {
  const counts = new Int32Array(16);
  for (let key = 0; key < 16_000; key++) {
    const bucket = hashKeys(1, key) % 16;
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }

  expect(Math.min(...counts)).toBeGreaterThan(850);
  expect(Math.max(...counts)).toBeLessThan(1150);
});

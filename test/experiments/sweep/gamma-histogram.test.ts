import { join } from 'node:path';
import { expect, test } from 'vitest';
import { gammaHistograms, histogramOf } from '../../../experiments/sweep/gamma-histogram.ts';
import { writeCheckpoint } from '../../../experiments/train/checkpoint.ts';
import { temporaryFolder } from '../../support/temporary.ts';

test('a bin is a quarter of a decade; zeros, and what counts as zero, have one of their own', () => {
  expect(histogramOf([0, 1e-7, 0.1, 0.12, 0.99, 1, 1.2])).toEqual([
    { log10_from: null, channels: 2 },
    { log10_from: -1, channels: 2 },
    { log10_from: -0.25, channels: 1 },
    { log10_from: 0, channels: 2 },
  ]);
});

test('the last snapshot of each path from the seed network counts, not those of expanded networks', () => {
  const folder = temporaryFolder();
  const snapshot = (path: string, cost: number, importance: number[]) =>
    writeCheckpoint(join(folder, 'seed-2', path, `level-${cost}.000.snapshot`), {
      state: { cost, alive: [], importance },
      tensors: new Map(),
    });
  snapshot('path-flops', 100, [1, 1, 1]);
  snapshot('path-flops', 50, [1, 0, 0]);
  snapshot('path-flops-twice-0.5', 20, [1, 0, 0]);
  expect(gammaHistograms(folder)).toEqual([
    { seed: 2, path: 'flops', log10_from: null, channels: 2 },
    { seed: 2, path: 'flops', log10_from: 0, channels: 1 },
  ]);
});

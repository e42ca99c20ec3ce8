import { expect, test } from 'vitest';
import { hzToMel, melFilters, melToHz } from '../../../experiments/data/mel-filters.ts';

const BIN_HZ = 31.25;
const filters = melFilters(40, 60, 3800, BIN_HZ);

/** A filter's weight at a bin. */
function weight(filter: (typeof filters)[number], bin: number): number {
  return filter.weights[bin - filter.firstBin] ?? 0;
}

test('1000 Hz is 1000 mel, and the scale has an inverse', () => {
  expect(hzToMel(0)).toBe(0);
  expect(hzToMel(1000)).toBeCloseTo(1000, 1);
  // 2595 log10(1 + 3800 / 700)
  expect(hzToMel(3800)).toBeCloseTo(2097.04, 1);
  for (const hz of [0, 60, 440, 3800]) expect(melToHz(hzToMel(hz))).toBeCloseTo(hz, 9);
});

test('centres are evenly spaced in mel between the ends', () => {
  const mels = [60, ...filters.map(({ centreHz }) => centreHz), 3800].map(hzToMel);
  const step = (hzToMel(3800) - hzToMel(60)) / 41;

  mels.slice(1).forEach((mel, i) => {
    expect(mel - (mels[i] ?? 0)).toBeCloseTo(step, 9);
  });
});

test('every band hears something, and no weight exceeds 1', () => {
  for (const { weights } of filters) {
    expect(weights.reduce((sum, each) => sum + each, 0)).toBeGreaterThan(0.5);
    expect(weights.every((each) => each >= 0 && each <= 1)).toBe(true);
  }
});

test('weights of a bin sum to 1 between the first and the last centre, and to 0 outside of the range', () => {
  const [first, last] = [filters[0]?.centreHz ?? 0, filters[39]?.centreHz ?? 0];
  for (let bin = 0; bin <= 128; bin++) {
    const hz = bin * BIN_HZ;
    const sum = filters.reduce((total, filter) => total + weight(filter, bin), 0);
    if (hz >= first && hz <= last) expect(sum).toBeCloseTo(1, 5);
    else if (hz < 60 || hz > 3800) expect(sum).toBe(0);
    else expect(sum).toBeLessThan(1);
  }
});

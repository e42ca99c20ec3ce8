import { expect, test } from 'vitest';
import { moderatedErrors, noisyCases } from '../../../profiler/timing/noisy-cases.ts';

const measured = (standardError: number | null, loads = 4) => ({ standardError, loads, rounds: 8 });

test('a variance of few loads is drawn towards that of all', () => {
  // Per load 4·(0.01)² and 4·(0.03)², pooled 0.002; 4 parts of it and 3 of the own, by 7 and 4 loads.
  const [quiet, loud] = moderatedErrors([measured(0.01), measured(0.03)]);
  expect(quiet).toBeCloseTo(Math.sqrt((4 * 0.002 + 3 * 0.0004) / 7 / 4), 12);
  expect(loud).toBeCloseTo(Math.sqrt((4 * 0.002 + 3 * 0.0036) / 7 / 4), 12);
});

test('one whose own is not known is as noisy as the others; of none is known that it is quiet', () => {
  expect(moderatedErrors([measured(0.02), measured(null)])[1]).toBeCloseTo(0.02, 12);
  expect(moderatedErrors([measured(null)])).toEqual([Number.POSITIVE_INFINITY]);
});

test('of a case loaded once the rounds count', () => {
  // 8 rounds: (4·v + 7·v) / 11 = v.
  expect(moderatedErrors([measured(0.02, 1)])[0]).toBeCloseTo(0.02, 12);
});

test('the noisy ones come first, with others until there are enough; none where all are sure', () => {
  const cases = [0.01, 0.05, 0.02, 0.04].map((error) => measured(error));
  expect(noisyCases(cases, 0.04, 1)).toEqual([1]);
  expect(noisyCases(cases, 0.04, 3)).toEqual([1, 3, 2]);
  expect(noisyCases(cases, 0.04, 9)).toEqual([1, 3, 2, 0]);
  expect(noisyCases(cases, 0.1, 3)).toEqual([]);
});

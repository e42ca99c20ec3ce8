import { expect, test } from 'vitest';
import { choleskySolve } from '../../../calibration/regression/cholesky.ts';

test('a system of two unknowns is solved, its lower triangle replaced by the factor', () => {
  // [4 2; 2 5] = L·Lᵀ with L = [2 0; 1 2]; L·y = (8, 14) gives y = (4, 5), Lᵀ·x = y gives x = (0.75, 2.5).
  const a = Float64Array.of(4, 2, 2, 5);
  expect([...choleskySolve(a, Float64Array.of(8, 14))]).toEqual([0.75, 2.5]);
  expect([a[0], a[2], a[3]]).toEqual([2, 1, 2]);
});

test('a matrix is solved if it is positive definite and refused otherwise', () => {
  const a = Float64Array.of(4, 2, 0.6, 2, 5, 1, 0.6, 1, 3);
  const x = [1, -2, 0.5];
  const b = Float64Array.from([0, 1, 2], (row) =>
    x.reduce((sum, value, k) => sum + (a[3 * row + k] as number) * value, 0),
  );
  choleskySolve(a, b).forEach((value, i) => {
    expect(value).toBeCloseTo(x[i] as number, 12);
  });
  expect(() => choleskySolve(Float64Array.of(1, 2, 2, 1), Float64Array.of(1, 1))).toThrow(
    'positive definite',
  );
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { proximalOfL2, proximalOfMax } from '../../morphnet/proximal.ts';

test('of one value they are the soft threshold', () => {
  for (const proximal of [proximalOfMax, proximalOfL2]) {
    expect(proximal([0.5], 0.2)[0]).toBeCloseTo(0.3, 12);
    expect(proximal([0.1], 0.2)).toEqual([0]);
    expect(proximal([0.1], 0)).toEqual([0.1]);
  }
});

test('that of the largest lowers the largest to a common level', () => {
  // 0.4 of loss: 1.0 falls to 0.8 for 0.2, then both by 0.1.
  const [a, b, c] = proximalOfMax([1, 0.8, 0.1], 0.4);
  expect(a).toBeCloseTo(0.7, 12);
  expect(b).toBeCloseTo(0.7, 12);
  expect(c).toBe(0.1);
});

test('with one scale that of L2 is the block soft threshold', () => {
  const [a, b] = proximalOfL2([3, 4], 2, [2, 2]);
  expect(a).toBeCloseTo(3 * 0.8, 12);
  expect(b).toBeCloseTo(4 * 0.8, 12);
});

const NORMS = {
  max: (ratios: readonly number[]) => Math.max(...ratios),
  l2: (ratios: readonly number[]) => Math.hypot(...ratios),
};

describe.each([
  { name: 'max' as const, proximal: proximalOfMax },
  { name: 'l2' as const, proximal: proximalOfL2 },
])('that of $name', ({ name, proximal }) => {
  test('minimizes amount · norm(u / scales) + ½‖u − v‖² over u ≥ 0', () => {
    const value = fc.double({ min: 0, max: 2, noNaN: true });
    const scale = fc.double({ min: 0.3, max: 3, noNaN: true });
    const entries = fc.array(fc.tuple(value, scale), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(entries, fc.double({ min: 0, max: 3, noNaN: true }), (pairs, amount) => {
        const v = pairs.map(([each]) => each);
        const scales = pairs.map(([, each]) => each);
        const objective = (u: readonly number[]) =>
          amount * NORMS[name](u.map((each, i) => each / (scales[i] as number))) +
          0.5 * u.reduce((sum, each, i) => sum + (each - (v[i] as number)) ** 2, 0);
        const best = proximal(v, amount, scales);
        const noWorse = (u: readonly number[]) =>
          expect(objective(u)).toBeGreaterThanOrEqual(objective(best) - 1e-9);
        for (let i = 0; i < v.length; i++) {
          for (const step of [-0.01, 0.01]) {
            noWorse(best.map((each, k) => (k === i ? Math.max(0, each + step) : each)));
          }
        }
        noWorse(best.map((each) => each * 0.99));
        noWorse(best.map((each) => each * 1.01));
        noWorse(v);
      }),
    );
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { proximalOfMax } from '../../morphnet/proximal.ts';

test('of one value it is the soft threshold', () => {
  expect(proximalOfMax([0.5], 0.2)).toEqual([0.3]);
  expect(proximalOfMax([-0.5], 0.2)).toEqual([-0.3]);
  expect(proximalOfMax([0.1], 0.2)).toEqual([0]);
});

test('of tied values it lowers the largest to a common level', () => {
  // 0.4 of loss: 1.0 falls to 0.8 for 0.2, then both by 0.1.
  const [a, b, c] = proximalOfMax([1, -0.8, 0.1], 0.4);
  expect(a).toBeCloseTo(0.7, 12);
  expect(b).toBeCloseTo(-0.7, 12);
  expect(c).toBe(0.1);
});

test('it minimizes amount · max|u| + ½‖u − v‖² against small changes of it', () => {
  const vector = fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(vector, fc.double({ min: 0, max: 3, noNaN: true }), (v, amount) => {
      const objective = (u: readonly number[]) =>
        amount * Math.max(...u.map(Math.abs)) +
        0.5 * u.reduce((sum, value, i) => sum + (value - (v[i] as number)) ** 2, 0);
      const best = proximalOfMax(v, amount);
      for (let i = 0; i < v.length; i++) {
        for (const step of [-0.01, 0.01]) {
          const near = best.map((value, k) => (k === i ? value + step : value));
          expect(objective(near)).toBeGreaterThanOrEqual(objective(best) - 1e-9);
        }
      }
      const scaled = best.map((value) => value * 0.99);
      expect(objective(scaled)).toBeGreaterThanOrEqual(objective(best) - 1e-9);
    }),
  );
});

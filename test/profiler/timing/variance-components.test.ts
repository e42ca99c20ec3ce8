import { describe, expect, test } from 'vitest';
import { varianceComponents } from '../../../profiler/timing/variance-components.ts';
import { normalNoise } from '../../support/noise.ts';

/** Of one case, by the logarithms of its times in each load. */
const alone = (...loads: readonly (readonly number[])[]) =>
  varianceComponents([loads.map((logs) => logs.map(Math.exp))]);

describe('components of variance', () => {
  test('are what rounds of a load differ by, and loads beyond that', () => {
    // Loads (1, 3) and (5, 7): within 2 + 2 over 2 degrees; between loads 2·(2² + 2²) = 16, less 2, by 2 rounds.
    const components = alone([1, 3], [5, 7]);
    expect(components?.within).toBeCloseTo(2, 10);
    expect(components?.between).toBeCloseTo(7, 10);
  });

  test('weigh loads of unequal sizes', () => {
    // Loads (0, 2, 1) and (4): within 2 over 2 degrees. Mean 7/4; between 3·(3/4)² + (9/4)² = 27/4; rounds of a typical
    // load 4 − 10/4 = 3/2.
    const components = alone([0, 2, 1], [4]);
    expect(components?.within).toBeCloseTo(1, 10);
    expect(components?.between).toBeCloseTo((27 / 4 - 1) / 1.5, 10);
  });

  test('are null where loads or rounds are single', () => {
    expect(alone([1, 2, 3])).toBeNull();
    expect(alone([1], [2], [3])).toBeNull();
    expect(varianceComponents([])).toBeNull();
  });

  test('never make loads differ by less than nothing', () => {
    expect(alone([0, 9], [9, 0])?.between).toBe(0);
  });

  test('are found where they were planted, of loads of unequal sizes', () => {
    const noise = normalNoise(7);
    const [between, within] = [0.03, 0.05];
    const times = Array.from({ length: 120 }, () =>
      [2, 2, 8, 3, 5].map((rounds) => {
        const load = between * noise();
        return Array.from({ length: rounds }, () => Math.exp(load + within * noise()));
      }),
    );
    const found = varianceComponents(times);
    expect(Math.sqrt(found?.within ?? 0)).toBeCloseTo(within, 2);
    expect(Math.sqrt(found?.between ?? 0)).toBeCloseTo(between, 2);
  });
});

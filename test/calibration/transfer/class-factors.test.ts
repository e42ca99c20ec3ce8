import { expect, test } from 'vitest';
import { classFactors, type PriorResidual } from '../../../calibration/transfer/class-factors.ts';
import { timingNoise } from '../../support/noise.ts';

/** Kernels of some networks, each class slower by its factor, with noise. */
function residuals(
  factors: Readonly<Record<string, number>>,
  networks: number,
  each: number,
): PriorResidual[] {
  const noise = timingNoise(3, 0.03, 0.03);
  return Object.entries(factors).flatMap(([kernelClass, factor]) =>
    Array.from({ length: networks * each }, (_, i) => ({
      kernelClass,
      log: Math.log(factor * noise()),
      network: String(i % networks),
    })),
  );
}

test('planted factors are found, each in its interval', () => {
  const planted = { conv: 1.4, pool: 0.8, concat: 1.1 };
  const { classes } = classFactors(residuals(planted, 8, 12));
  for (const [name, factor] of Object.entries(planted)) {
    const found = classes[name];
    expect(Math.abs((found?.factor ?? 0) / factor - 1)).toBeLessThan(0.03);
    expect(found?.low).toBeLessThan(factor);
    expect(found?.high).toBeGreaterThan(factor);
    expect(found?.kernels).toBe(96);
  }
});

test('a class of one wild kernel is drawn to what the others have in common', () => {
  const all = residuals({ a: 1.2, b: 1.2, c: 1.2, d: 1.2 }, 8, 12);
  // Alone it says 1.26; others leave room for no more than 3 %: equal variances of 0.02² and 0.03² weigh 9 to 4.
  const { classes, common } = classFactors([
    ...all,
    { kernelClass: 'wild', log: Math.log(1.26), network: '0' },
  ]);
  const alone = Math.log(1.26);
  const expected = (9 * alone + 4 * Math.log(common.factor)) / 13;
  expect(Math.log(classes.wild?.factor ?? 0)).toBeCloseTo(expected, 10);
  expect(common.factor).toBeCloseTo(1.2, 2);
});

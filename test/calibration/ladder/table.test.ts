import { expect, test } from 'vitest';
import type { KernelClassModel } from '../../../calibration/ladder/kernel-class.ts';
import { tableRung } from '../../../calibration/ladder/table.ts';
import { testKernel } from '../test-kernel.ts';

/** Every kernel of the class takes 10 µs. */
const base: KernelClassModel = {
  rung: 'kernel-class',
  classes: {
    a: {
      overheadUs: 10,
      usPerMflop: 0,
      inputUsPerMB: 0,
      outputUsPerMB: 0,
      weightUsPerMB: 0,
      unfoldedUsPerMB: 0,
      samples: 12,
      kernelError: 0,
    },
  },
  fallback: { rung: 'overhead', computeRateGflops: 1, bandwidthGBps: 1, overheadUs: 7, kernelError: 0 },
};
const kernel = testKernel({ kernelClass: 'a' });
const measured = (count: number, kernelClass = 'a') =>
  Array.from({ length: count }, () => ({ kernel: testKernel({ kernelClass }), latencyUs: 11 }));

test('a table multiplies what its class costs by what was measured more', () => {
  // Twelve kernels of one shape, all 10 % slower, log 1.1 = 0.0953: of it the prior leaves 0.9699, see residual-table.test.ts.
  const model = tableRung.fit(measured(12), base);
  expect(tableRung.predict(model, kernel).latencyUs).toBeCloseTo(10 * Math.exp(0.9699 * Math.log(1.1)), 2);
});

test('a class of fewer than 12 samples, or without costs, has no table', () => {
  expect(tableRung.fit(measured(11), base).residuals).toEqual({});
  const model = tableRung.fit(measured(12, 'unseen'), base);
  expect(model.residuals).toEqual({});
  expect(tableRung.predict(model, testKernel({ kernelClass: 'unseen' })).latencyUs).toBe(7);
});

test('without a network a table is the same on the classes that it would have had', () => {
  const model = tableRung.fit(measured(12), base);
  const slower = { ...base, classes: { a: { ...base.classes.a, overheadUs: 20 } } } as KernelClassModel;
  const { without, byLoad } = tableRung.jackknife([], model, {
    model: base,
    without: new Map([['net 1', slower]]),
    byLoad: [slower],
  });
  const twiceUs = 2 * tableRung.predict(model, kernel).latencyUs;
  for (const moved of [without.get('net 1'), ...byLoad])
    expect(moved && tableRung.predict(moved, kernel).latencyUs).toBeCloseTo(twiceUs, 9);
});

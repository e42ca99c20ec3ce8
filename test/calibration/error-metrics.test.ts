import { expect, test } from 'vitest';
import { errorMetricsOf } from '../../calibration/error-metrics.ts';

test('metrics of four predictions are as computed by hand', () => {
  // Errors: +4 %, −8 %, +20 %, 0.
  const metrics = errorMetricsOf([104, 184, 360, 400], [100, 200, 300, 400]);
  expect(metrics.networks).toBe(4);
  expect(metrics.mape).toBeCloseTo(0.08, 12);
  expect(metrics.bias).toBeCloseTo(0.04, 12);
  expect(metrics.within5).toBe(0.5);
  expect(metrics.within10).toBe(0.75);
  expect(metrics.spearman).toBeCloseTo(1, 12);
});

test('one network has no rank correlation', () => {
  expect(errorMetricsOf([1], [1]).spearman).toBeNull();
});

test('nothing cannot be compared', () => {
  expect(() => errorMetricsOf([], [])).toThrow('cannot compare 0 predictions with 0 measurements');
  expect(() => errorMetricsOf([1], [1, 2])).toThrow('cannot compare 1 predictions with 2 measurements');
});

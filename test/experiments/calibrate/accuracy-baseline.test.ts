import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type Accuracy,
  accuracyOf,
  measuredProfiles,
  readAccuracyBaseline,
  refitMeasurements,
  UPDATE_COMMAND,
  worsened,
} from '../../../scripts/accuracy-baseline.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
/** What the fit made of the committed measurements when they were taken. */
const BASELINE = readAccuracyBaseline(ROOT);

test('the accuracy of all committed measurements is committed', () => {
  expect(Object.keys(BASELINE).sort(), UPDATE_COMMAND).toEqual(measuredProfiles(ROOT));
});

describe.each(Object.entries(BASELINE))('fitted again, %s', (name, baseline: Accuracy) => {
  const profile = refitMeasurements(ROOT, name);
  const errors = Object.fromEntries(profile.rungs.map(({ model, report }) => [model.rung, report.mape]));

  test('predicts the held-out networks as well as before', () => {
    const worse = worsened(name, baseline, accuracyOf(profile));
    expect(worse, worse ?? '').toBeNull();
    expect(Math.abs(profile.validation.bias)).toBeLessThan(0.01);
    expect(profile.validation.spearman).toBeGreaterThan(0.99);
    expect(profile.validation.laws.full?.mape).toBeLessThan(0.05);
  });

  test('is better than each simpler rung and than both baselines', () => {
    const { table, 'kernel-class': classes, roofline, overhead } = errors as Record<string, number>;
    expect(profile.chosen).toBe('table');
    expect(table).toBeLessThan(classes as number);
    expect(classes).toBeLessThan(Math.min(roofline as number, overhead as number));
    for (const each of Object.values(profile.validation.baselines)) expect(table).toBeLessThan(each / 3);
  });

  test('is the profile that is shipped', () => {
    const shipped = JSON.parse(readFileSync(join(ROOT, 'profiles', `${name}.json`), 'utf8')) as {
      validation: { mape: number };
    };
    expect(profile.validation.mape / shipped.validation.mape).toBeCloseTo(1, 3);
  });
});

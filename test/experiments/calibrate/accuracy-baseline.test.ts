import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { fitRun } from '../../../experiments/calibrate/fit-run.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const MEASUREMENTS = join(import.meta.dirname, '..', '..', '..', 'profiles', 'measurements');

/**
 * What the fit made of the committed measurements when they were taken: mean absolute errors on the held-out networks.
 * Lower them when the fit gets better; nothing may make it worse.
 */
const BASELINES: Readonly<Record<string, { mape: number; within5: number }>> = {
  'amd-epyc-onnxruntime-1-thread-inception-v2': { mape: 0.00797, within5: 1 },
  'amd-epyc-onnxruntime-1-thread-inception-32': { mape: 0.01398, within5: 1 },
  'amd-epyc-onnxruntime-1-thread-inception-32-batch-32': {
    mape: 0.01739,
    within5: 0.955,
  },
  'amd-epyc-onnxruntime-1-thread-inception-mobilenet-resnet': {
    mape: 0.0233,
    within5: 0.955,
  },
};
/** Floating point differs a little between machines. */
const SLACK = 1.03;

describe.each(Object.entries(BASELINES))('fitted again, %s', (name, baseline) => {
  const out = temporaryFolder();
  for (const file of readdirSync(join(MEASUREMENTS, name))) {
    const from = join(MEASUREMENTS, name, file);
    if (file.endsWith('.gz')) writeFileSync(join(out, file.slice(0, -3)), gunzipSync(readFileSync(from)));
    else copyFileSync(from, join(out, file));
  }
  const profile = fitRun(out);
  const errors = Object.fromEntries(profile.rungs.map(({ model, report }) => [model.rung, report.mape]));

  test('predicts the held-out networks as well as before', () => {
    expect(profile.validation.mape).toBeLessThan(SLACK * baseline.mape);
    expect(profile.validation.within5).toBeGreaterThanOrEqual(baseline.within5);
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
    const shipped = JSON.parse(readFileSync(join(MEASUREMENTS, '..', `${name}.json`), 'utf8')) as {
      validation: { mape: number };
    };
    expect(profile.validation.mape / shipped.validation.mape).toBeCloseTo(1, 3);
  });
});

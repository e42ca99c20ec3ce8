import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDevice } from '../../../calibration/open-device.ts';
import { correlationOf } from '../../../experiments/study/correlations.ts';
import { study } from '../../../experiments/study/study.ts';
import { zooNetwork } from '../../../network/zoo/index.ts';
import { CsvFile } from '../../../records/csv-file.ts';
import { studyRecord } from '../../../records/study.ts';
import { scriptedEngine } from '../../support/scripted-engine.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const folder = temporaryFolder();
const base = {
  network: zooNetwork('inception-32'),
  law: 'uniform',
  devices: [openDevice('p100'), openDevice('v100')],
  batch: 1,
  seed: 3,
} as const;

function rowsOf(out: string) {
  return new CsvFile(join(out, 'study.csv'), studyRecord).read();
}

test('sample k does not depend on how many are drawn', async () => {
  await study({ ...base, samples: 20, out: join(folder, 'few') });
  await study({ ...base, samples: 50, out: join(folder, 'many') });
  expect(rowsOf(join(folder, 'many')).slice(0, 20)).toEqual(rowsOf(join(folder, 'few')));
});

test('the first samples are measured, and correlations compare them', async () => {
  // A device whose latency is FLOPs exactly: 10 GFLOP/s.
  const engine = scriptedEngine({ kernelUs: ({ flops }) => flops / 1e4 });
  const out = join(folder, 'measured');
  const summary = await study({ ...base, samples: 40, measure: { count: 8, rounds: 4, engine }, out });
  const rows = rowsOf(out);
  expect(rows.map(({ measured_us }) => measured_us !== null)).toEqual(rows.map((_, i) => i < 8));
  for (const { flops, measured_us } of rows.slice(0, 8))
    expect((measured_us as number) / (flops / 1e4)).toBeCloseTo(1, 6);
  expect(summary.measured?.networks).toBe(8);
  const flops = summary.measured?.against_measured.find(({ column }) => column === 'flops');
  expect(flops?.pearson).toBeCloseTo(1, 9);
  expect(flops?.spearman).toBeCloseTo(1, 9);
  expect(summary.measured?.calibrated_mape).toBeNull();
  expect(summary.measured?.drift_since_calibration).toBeNull();
});

test('study.csv begins with the sample and has a column of microseconds per device', async () => {
  const [header] = readFileSync(join(folder, 'few', 'study.csv'), 'utf8').split('\n');
  expect(header).toBe(
    'sample,law,flops,parameters,bytes,measured_us,measured_spread,measured_rounds,measured_disturbed,measured_drift,measured_sentinel_us,measured_cold_us,p100_us,v100_us',
  );
});

test('correlations of few or constant values are undefined, not NaN', () => {
  expect(correlationOf('x', [1, 2], [1, 2])).toEqual({ column: 'x', pearson: null, spearman: null });
  expect(correlationOf('x', [1, 1, 1], [1, 2, 3]).pearson).toBeNull();
});

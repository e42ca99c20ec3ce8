import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { openDevice } from '../../../calibration/open-device.ts';
import { studyAnalysisText } from '../../../cli/actions/study-analysis-text.ts';
import { studyResults } from '../../../experiments/results/study-results.ts';
import { analyzeStudy } from '../../../experiments/study-analysis/analyze-study.ts';
import { readStudyFiles } from '../../../experiments/study-analysis/read-study.ts';
import type { StudyRecord } from '../../../records/study.ts';
import { UserError } from '../../../records/user-error.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { type PlantedNetwork, PROFILE, plantStudy } from './planted-study.ts';

const root = temporaryFolder();
const SAMPLES = 300;

function planted(
  name: string,
  measuredUs: (network: PlantedNetwork) => number,
  sentinelUs?: (sample: number) => number,
  drift?: (sample: number) => number,
): string {
  const directory = join(root, name);
  mkdirSync(directory);
  plantStudy(directory, SAMPLES, measuredUs, sentinelUs, drift);
  return directory;
}

const analyzed = (directory: string) =>
  analyzeStudy(readStudyFiles(directory, [openDevice(PROFILE)]), { resamples: 200 });

describe('where latency is FLOPs exactly', () => {
  const analysis = analyzed(planted('flops', ({ flops }) => flops / 1e4));
  const pair = (x: string, y: string) => analysis.correlations.find((each) => each.x === x && each.y === y);

  test('FLOPs correlate perfectly with what was measured, other costs do not', () => {
    const perfect = pair('flops', 'measured_us');
    expect(perfect?.kendall?.value).toBeCloseTo(1, 12);
    expect(perfect?.spearman?.value).toBeCloseTo(1, 12);
    expect(perfect?.pearson?.interval?.[0]).toBeCloseTo(1, 9);
    expect(pair('parameters', 'measured_us')?.kendall?.value).toBeLessThan(0.9);
    expect(pair('bytes', 'measured_us')?.networks).toBe(SAMPLES);
    expect(pair('flops', 'v100_us')?.pearson?.value).toBeLessThan(0.99);
  });

  test('choosing by FLOPs is never regretted, and networks of equal FLOPs are equally fast', () => {
    const byFlops = analysis.regret.filter(
      ({ chooser, latency }) => chooser === 'flops' && latency === 'measured_us',
    );
    expect(byFlops.map(({ floor }) => floor)).toEqual(['flops', 'parameters']);
    expect(byFlops.every(({ max }) => max === 0)).toBe(true);
    expect(analysis.spread.windows.length).toBeGreaterThan(0);
    expect(analysis.spread.median_p95_over_p5.measured_us).toBeCloseTo(1, 9);
    expect(analysis.spread.median_p95_over_p5.v100_us).toBeGreaterThan(1.02);
    for (const { slower } of analysis.cuts.filter(({ column }) => column === 'measured_us'))
      expect(slower).toBe(0);
  });

  test('scaled FLOPs predict it without error', () => {
    const flops = analysis.prediction.find(({ column }) => column === 'flops');
    expect(flops?.scaled.mape).toBeCloseTo(0, 9);
    expect(flops?.raw).toBeNull();
    // The planted spreads are 1 %: every network is quiet.
    expect(analysis.quiet?.networks).toBe(SAMPLES);
    expect(analysis.quiet?.correlations).toEqual(
      analysis.correlations.filter(({ y }) => y === 'measured_us'),
    );
  });

  test('shares of bounds add up, and each layer has its ratio on every device', () => {
    for (const { compute, memory, overhead } of analysis.bounds)
      expect(compute + memory + overhead).toBeCloseTo(1, 9);
    expect(analysis.bounds.map(({ column }) => column)).toEqual(['p100_us', 'v100_us', 'calibrated_us']);
    const conv = analysis.layers.find(({ kind }) => kind === 'conv2d');
    const [p100] = conv?.devices ?? [];
    expect(p100?.ns_per_mflop).toBeCloseTo(((p100?.us as number) * 1e9) / (conv?.flops as number), 9);
  });
});

test('where the profile is right, its layers explain the whole measured gap, and their shares rank them', () => {
  const analysis = analyzed(planted('layers', ({ calibratedUs }) => calibratedUs));
  const [measured, predicted, ...others] = analysis.gap.filter(({ column }) => column === 'calibrated_us');
  expect(others).toEqual([]);
  expect(measured?.latency).toBe('measured_us');
  expect(measured?.explained).toBeCloseTo(1, 9);
  const namesOf = (gap: typeof measured) => gap?.layers.map(({ name }) => name);
  expect(namesOf(measured)).toEqual(namesOf(predicted));
  const shares = measured?.layers.map(({ share }) => share) ?? [];
  expect(shares).toEqual(shares.toSorted((a, b) => b - a));
  expect(shares[0]).toBeGreaterThan(0.05);
  // The same time once more by kind of kernel, layouts aside.
  expect(measured?.kinds.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
  expect(measured?.kinds.map(({ name }) => name)).toContain('conv 3x3/1');
});

test("the machine's drift is divided out, raw errors stay", () => {
  // The machine is 20 % slower than when it was calibrated, and was 10 % slower still in one block.
  const profile = openDevice(PROFILE);
  if (profile.kind !== 'measured') throw new Error('not a measured device');
  const sentinelThenUs = profile.profile.sentinelUs as number;
  const analysis = analyzed(
    planted(
      'drift',
      ({ calibratedUs }) => 1.2 * calibratedUs,
      () => 1.2 * sentinelThenUs,
      (sample) => (sample < 20 ? 0.1 : 0),
    ),
  );
  const calibrated = analysis.prediction.find(({ column }) => column === 'calibrated_us');
  expect(calibrated?.raw?.mape).toBeCloseTo(1 - 1 / 1.2, 3);
  expect(calibrated?.drift_corrected?.mape).toBeCloseTo(0, 9);
  expect(analysis.measured?.drift_range).toBeCloseTo(0.1, 9);
  expect(analysis.spread.median_p95_over_p5.measured_over_calibrated_us).toBeCloseTo(1, 9);
});

test('a packed folder gives the same analysis as the files', () => {
  const directory = planted('packed', ({ calibratedUs }) => calibratedUs);
  const before = analyzed(directory);
  const csv = join(directory, 'study.csv');
  writeFileSync(`${csv}.gz`, gzipSync(readFileSync(csv)));
  rmSync(csv);
  copyFileSync(PROFILE, join(directory, 'device.json'));
  expect(analyzeStudy(readStudyFiles(directory), { resamples: 200 })).toEqual(before);
  // Without the profile there are no layers of the calibrated device, but its column is compared all the same.
  rmSync(join(directory, 'device.json'));
  const without = analyzeStudy(readStudyFiles(directory), { resamples: 10 });
  expect(without.bounds.map(({ column }) => column)).toEqual(['p100_us', 'v100_us']);
  expect(without.prediction.map(({ column }) => column)).toContain('calibrated_us');
});

test('files that do not belong together are told', () => {
  const directory = planted('mixed', ({ flops }) => flops / 1e4);
  const csv = join(directory, 'study.csv');
  const text = readFileSync(csv, 'utf8');
  writeFileSync(csv, text.replace(/^0,uniform,\d+/m, '0,uniform,12345'));
  expect(() => analyzed(directory)).toThrow(/got 12345 FLOPs of sample 0 in .*mixed; expected \d+, those of/);
  rmSync(csv);
  expect(() => analyzed(directory)).toThrow(UserError);
  expect(() => readStudyFiles(join(root, 'nowhere'))).toThrow(/study\.json of a finished study/);
});

describe('small and damaged studies', () => {
  const rowsOf = (directory: string) =>
    readFileSync(join(directory, 'study.csv'), 'utf8').trimEnd().split('\n');
  /** The planted study with other rows. */
  const withRows = (name: string, change: (rows: string[]) => string[], samples?: number) => {
    const directory = planted(name, ({ flops }) => flops / 1e4);
    const [header = '', ...rows] = rowsOf(directory);
    const kept = change(rows);
    writeFileSync(join(directory, 'study.csv'), `${[header, ...kept].join('\n')}\n`);
    const summary = JSON.parse(readFileSync(join(directory, 'study.json'), 'utf8'));
    writeFileSync(
      join(directory, 'study.json'),
      JSON.stringify({ ...summary, samples: samples ?? kept.length }),
    );
    return directory;
  };

  test.each([1, 2, 3, 60])('of %i networks are analyzed', (count) => {
    const analysis = analyzed(withRows(`first-${count}`, (rows) => rows.slice(0, count)));
    expect(analysis.networks).toBe(count);
    expect(studyAnalysisText(analysis)).toContain(`${count} uniform sub-networks`);
  });

  test('of networks that are all the same are analyzed: there is no line over FLOPs', () => {
    const files = readStudyFiles(withRows('same', (rows) => rows.slice(0, 1)));
    const rows = Array.from({ length: 30 }, () => files.rows[0] as StudyRecord);
    const analysis = analyzeStudy({ ...files, rows }, { resamples: 200 });
    expect(analysis.gap[0]).toMatchObject({ us_per_mflop: 0 });
    expect(analysis.correlations.every(({ pearson }) => pearson === null)).toBe(true);
    expect(studyAnalysisText(analysis)).toContain('30 uniform sub-networks');
  });

  test('with one quiet network among noisy ones are analyzed', () => {
    const column = 5;
    const noisy = (rows: string[]) =>
      rows.slice(0, 60).map((row, k) =>
        row
          .split(',')
          .with(column, k === 0 ? '0.01' : '0.2')
          .join(),
      );
    const directory = withRows('noisy', noisy);
    expect(rowsOf(directory)[0]?.split(',')[column]).toBe('measured_spread');
    const analysis = analyzed(directory);
    expect(analysis.quiet).toMatchObject({ networks: 1 });
    expect(studyAnalysisText(analysis)).toContain('60 uniform sub-networks');
  });

  test.each<[string, (rows: string[]) => string[], RegExp]>([
    [
      'a row cut short',
      (rows) => [...rows.slice(0, -1), '299,uniform,1'],
      /study\.csv, which is malformed \(.*line 301/,
    ],
    ['a quote that never ends', (rows) => rows.with(3, `"${rows[3]}`), /study\.csv, which is malformed \(/],
    [
      'a word for a number',
      (rows) => rows.with(3, (rows[3] ?? '').replace(/^(\d+,\w+),\d+/, '$1,many')),
      /study\.csv with 3\.flops: /,
    ],
    [
      'a number left out',
      (rows) => rows.with(3, (rows[3] ?? '').replace(/^(\d+,\w+),\d+/, '$1,')),
      /study\.csv with 3\.flops: /,
    ],
    ['rows lost', (rows) => rows.slice(0, 100), /study\.csv with 100 rows; expected 300, as study\.json/],
    ['no rows', () => [], /study\.csv with 0 rows; expected 300/],
    [
      'a row twice',
      (rows) => [...rows, rows[7] ?? ''],
      /study\.csv with sample 7 twice; expected each sample once/,
    ],
    [
      'a negative latency',
      (rows) => rows.with(3, (rows[3] ?? '').replace(/[^,]+$/, '-5')),
      /study\.csv with /,
    ],
    [
      'a hexadecimal number',
      (rows) => rows.with(3, (rows[3] ?? '').replace(/^(\d+,\w+),\d+/, '$1,0x10')),
      /study\.csv with 3\.flops: /,
    ],
  ])('with %s are refused in one line, by reports too', (name, change, message) => {
    const directory = withRows(name.replaceAll(' ', '-'), change, SAMPLES);
    for (const read of [() => readStudyFiles(directory), () => studyResults.read(directory)]) {
      expect(read).toThrow(UserError);
      expect(read).toThrow(/study\.csv/);
    }
    expect(() => readStudyFiles(directory)).toThrow(message);
  });
});

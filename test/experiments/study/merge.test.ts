import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { openDevice } from '../../../calibration/open-device.ts';
import { estimateStudy } from '../../../experiments/study/dry-run.ts';
import { mergeStudies } from '../../../experiments/study/merge.ts';
import { study } from '../../../experiments/study/study.ts';
import type { CompleteStudyOptions } from '../../../experiments/study/study-options.ts';
import { zooNetwork } from '../../../network/zoo/index.ts';
import { CsvFile } from '../../../records/csv-file.ts';
import { measurementFiles } from '../../../records/measurement-files.ts';
import { studyRecord } from '../../../records/study.ts';
import { scriptedEngine } from '../../support/scripted-engine.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const folder = temporaryFolder();
const at = (...names: string[]) => join(folder, ...names);
const rowsOf = (out: string) => new CsvFile(join(out, 'study.csv'), studyRecord).read();

const SHARDS = 3;
/** Times of the machine of each shard over those of the second, which is the median. */
const SLOWNESS = [1.1, 1, 0.8];

function options(
  out: string,
  changes: Partial<CompleteStudyOptions> & { slowness?: number; count?: number } = {},
): CompleteStudyOptions {
  const { slowness = 1, count = 10, ...others } = changes;
  const engine = scriptedEngine({ kernelUs: ({ flops }) => slowness * (500 + flops / 1e3) });
  return {
    network: zooNetwork('inception-32'),
    samples: 20,
    law: 'uniform',
    devices: [openDevice('p100')],
    batch: 1,
    seed: 4,
    measure: { count, rounds: 2, engine },
    out,
    ...others,
  };
}

async function shards(name: string): Promise<string[]> {
  const directories = SLOWNESS.map((_, index) => at(name, String(index)));
  for (const [index, out] of directories.entries())
    await study(options(out, { shard: { index, of: SHARDS }, slowness: SLOWNESS[index] as number }));
  return directories;
}

describe('merged shards', () => {
  test('are the study that one machine would have made, drift between machines divided out', async () => {
    await study(options(at('whole'), { parquet: true }));
    const directories = await shards('shards');
    expect(rowsOf(directories[1] as string).map(({ sample }) => sample)).toEqual([1, 4, 7, 10, 13, 16, 19]);
    const { summary, warnings } = await mergeStudies({ directories, out: at('merged') });
    expect(warnings).toEqual([]);
    const [merged, whole] = [rowsOf(at('merged')), rowsOf(at('whole'))];
    expect(merged.map(({ sample }) => sample)).toEqual(whole.map(({ sample }) => sample));
    merged.forEach((row, sample) => {
      const { measured_us, flops, p100_us } = whole[sample] as (typeof whole)[number];
      expect([row.flops, row.p100_us]).toEqual([flops, p100_us]);
      if (measured_us === null) expect(row.measured_us).toBeNull();
      else expect((row.measured_us as number) / measured_us).toBeCloseTo(1, 6);
    });
    expect(summary.measured?.networks).toBe(10);
    expect(summary.shards?.merged.map(({ networks }) => networks)).toEqual([4, 3, 3]);
    for (const [index, { factor }] of (summary.shards?.merged ?? []).entries())
      expect(factor * (SLOWNESS[index] as number)).toBeCloseTo(1, 6);
    const { rounds, networks } = measurementFiles(at('merged'));
    expect(rounds.read()).toHaveLength(20);
    expect(new Set(networks.read().map(({ block }) => block))).toEqual(new Set([0, 1, 2]));
    // A merged folder is a study like any other: it goes on.
    const longer = await study(options(at('merged'), { count: 12 }));
    expect(longer.measured?.networks).toBe(12);
  });

  test('name what is missing or not done, and take it in when it comes', async () => {
    const directories = await shards('some');
    const out = at('some-merged');
    const last = directories[2] as string;
    rmSync(join(last, 'study.json'));
    const { summary, warnings } = await mergeStudies({ directories: directories.slice(1), out });
    expect(warnings).toEqual(['shard 0/3 is missing', `shard 2/3 in ${last} is not done`]);
    expect(summary.measured?.networks).toBe(3);
    const all = await mergeStudies({
      directories: [directories[2], directories[0]] as string[],
      out: at('two'),
    });
    expect(all.warnings).toHaveLength(2);
    await study(options(last, { shard: { index: 2, of: SHARDS }, slowness: 0.8 }));
    const whole = await mergeStudies({ directories: [...directories].reverse(), out });
    expect(whole.warnings).toEqual([]);
    expect(rowsOf(out)).toHaveLength(20);
  });

  test('must be parts of one study, each once', async () => {
    const [first = '', second = ''] = await shards('one');
    const out = at('never');
    const other = at('other');
    await study(options(other, { shard: { index: 1, of: SHARDS }, seed: 5 }));
    const merge = (...directories: string[]) => mergeStudies({ directories, out });
    await expect(merge(first, other)).rejects.toThrow(/got seed 5 in .*other and 4 in .*0;/);
    await expect(merge(first, second, first)).rejects.toThrow(/got shard 0\/3 in .* and in /);
    await expect(merge(first, at('whole'))).rejects.toThrow(
      /whole, a whole study; expected folders of shards/,
    );
    await expect(merge(first, at('nowhere'))).rejects.toThrow(/nowhere/);
    await expect(mergeStudies({ directories: [first], out: first })).rejects.toThrow(
      /which is one of the shards/,
    );
    const fewer = at('fewer');
    await study(options(fewer, { shard: { index: 1, of: 2 } }));
    await expect(merge(first, fewer)).rejects.toThrow(/got shards 2 in .*fewer and 3 in /);
    const devices = [openDevice('v100')];
    await study(options(at('v100'), { shard: { index: 1, of: SHARDS }, devices }));
    await expect(merge(first, at('v100'))).rejects.toThrow(/got devices \["v100_us v100"\] in /);
  });
});

describe('study.parquet', () => {
  test('holds the rows of study.csv', async () => {
    const file = readFileSync(join(at('whole'), 'study.parquet'));
    const rows = await parquetReadObjects({
      file: file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength),
    });
    expect(rows).toEqual(rowsOf(at('whole')));
    expect(rows.at(-1)).toMatchObject({ sample: 19, law: 'uniform', measured_us: null });
  });

  test('follows study.csv once it is there', async () => {
    const { parquet: _, ...later } = options(at('whole'), { devices: [openDevice('v100')] });
    await study(later);
    const file = readFileSync(join(at('whole'), 'study.parquet'));
    const rows = await parquetReadObjects({
      file: file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength),
    });
    expect(rows).toEqual(rowsOf(at('whole')));
  });
});

describe('a dry run', () => {
  test('estimates and writes nothing', async () => {
    const dry = options(at('dry'), { parquet: true });
    const estimate = await estimateStudy(dry);
    expect(() => readFileSync(join(at('dry'), 'run.json'))).toThrow(/ENOENT/);
    expect(estimate).toMatchObject({
      rows: 20,
      networks: 10,
      measured: 0,
      loads: 1,
      rounds: 2,
      resumes: false,
    });
    expect(estimate.writes).toContain(join(at('dry'), 'study.parquet'));
    const { run_seconds = 0 } = estimate.trial ?? {};
    // 10 networks × 2 rounds × (1 cold + 2 hot runs or more), each shorter than the full network.
    expect(estimate.seconds).toBeGreaterThan(20 * 3 * 0.1 * run_seconds);
  });

  test('counts what is measured', async () => {
    const out = at('begun');
    await study(options(out, { count: 4 }));
    const shorter = options(out);
    const estimate = await estimateStudy(shorter);
    expect(estimate).toMatchObject({ networks: 10, measured: 4, resumes: true });
    await study(shorter);
    expect((await estimateStudy(shorter)).seconds).toBe(0);
    await expect(estimateStudy(options(out, { seed: 9 }))).rejects.toThrow(/got seed 9 for/);
  });
});

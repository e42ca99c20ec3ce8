import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mean, standardDeviation } from 'simple-statistics';
import { describe, expect, test } from 'vitest';
import { openDevice } from '../../../calibration/open-device.ts';
import { drawsOf } from '../../../experiments/study/draw.ts';
import { STUDY_LAWS } from '../../../experiments/study/laws.ts';
import { parseShard, samplesOf } from '../../../experiments/study/shard.ts';
import { study } from '../../../experiments/study/study.ts';
import { planChannels } from '../../../network/channel-plan.ts';
import { widthsByLayer } from '../../../network/widths.ts';
import { zooNetwork } from '../../../network/zoo/index.ts';
import { CsvFile } from '../../../records/csv-file.ts';
import { studyRecord } from '../../../records/study.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const folder = temporaryFolder();
const network = zooNetwork('inception-v2');
const plan = planChannels(network);

describe('reference sub-networks of Google’s library', () => {
  const goldens = JSON.parse(
    readFileSync(join(import.meta.dirname, '../../fixtures/goldens/sub-inception-samples.json'), 'utf8'),
  ) as {
    widths: string[];
    fullWidths: Record<string, number>;
    samples: (Record<'separable' | 'plain', [number, number, number]> & { widths: number[] })[];
  };
  const names = Object.keys(goldens.fullWidths);

  test.each([
    ['inception-v2', 'plain'],
    ['inception-v2-separable', 'separable'],
  ] as const)('have their latencies on P100 and V100 to the last digit: %s', async (name, variant) => {
    const out = join(folder, name);
    const files = goldens.samples.map(({ widths }, index) => ({
      file: `${index}.json`,
      widths: Object.fromEntries(widths.map((width, at) => [names[at] as string, width])),
    }));
    await study({
      network: zooNetwork(name),
      samples: files.length,
      law: 'file',
      files,
      devices: [openDevice('p100'), openDevice('v100')],
      batch: 1,
      seed: 1,
      out,
    });
    const rows = new CsvFile(join(out, 'study.csv'), studyRecord).read();
    expect(rows).toHaveLength(20);
    rows.forEach((row, sample) => {
      const [flops, p100Ns, v100Ns] = (goldens.samples[sample] as (typeof goldens.samples)[number])[variant];
      expect([row.p100_us, row.v100_us]).toEqual([p100Ns / 1e3, v100Ns / 1e3]);
      // Its FLOPs are sums of float32 values, ours exact.
      expect(Math.abs(row.flops / flops - 1)).toBeLessThan(1e-7);
      expect(row.law).toBe('file');
    });
  });
});

describe('draws around a structure file', () => {
  const widths = { Conv2d_2b_1x1: 30, Conv2d_2c_3x3: 100 };
  const files = [{ file: 'w.json', widths }];
  const drawn = (spread: number, count: number) => {
    const widthsOf = drawsOf(plan, { law: 'around', seed: 1, files, spread });
    return Array.from({ length: count }, (_, sample) => widthsByLayer(plan, widthsOf(sample)));
  };

  test('vary log-normally what it names and leave the rest full', () => {
    const full = widthsByLayer(plan, plan.fullWidths);
    const samples = drawn(0.2, 2000);
    const logs = samples.map(({ Conv2d_2c_3x3: width }) => Math.log((width as number) / 100));
    expect(mean(logs)).toBeCloseTo(0, 1);
    expect(standardDeviation(logs)).toBeGreaterThan(0.19);
    expect(standardDeviation(logs)).toBeLessThan(0.21);
    for (const { Conv2d_2b_1x1, Conv2d_2c_3x3, ...rest } of samples.slice(0, 20))
      expect({ ...full, ...rest }).toEqual(full);
  });

  test('stay within 1 and full, however far they spread', () => {
    const samples = drawn(5, 300).map(({ Conv2d_2b_1x1: width }) => width as number);
    expect([Math.min(...samples), Math.max(...samples)]).toEqual([1, 64]);
  });

  test('keep what the file removes', () => {
    const name = 'Mixed_3b/Branch_1/Conv2d_0b_3x3';
    const removed = [{ file: 'w.json', widths: { ...widths, [name]: 0 } }];
    const widthsOf = drawsOf(plan, { law: 'around', seed: 1, files: removed });
    expect(widthsByLayer(plan, widthsOf(3))[name]).toBe(0);
  });

  test('need one file, and other laws none', () => {
    expect(() => drawsOf(plan, { law: 'around', seed: 1 })).toThrow(/got --law around with 0 files/);
    expect(() => drawsOf(plan, { law: 'uniform', seed: 1, files })).toThrow(
      /got --widths with --law uniform/,
    );
    const wrong = [{ file: 'w.json', widths: { Nowhere: 3 } }];
    expect(() => drawsOf(plan, { law: 'file', seed: 1, files: wrong })).toThrow(
      /got --widths w\.json: a width for layer 'Nowhere'/,
    );
  });
});

test.each(STUDY_LAWS.filter((law) => law !== 'file'))(
  'sample k of law %s depends on seed and k alone',
  (law) => {
    const settings = {
      law,
      ...(law === 'around' ? { files: [{ file: '', widths: { Conv2d_2c_3x3: 90 } }] } : {}),
    };
    const one = drawsOf(plan, { ...settings, seed: 7 });
    const other = drawsOf(plan, { ...settings, seed: 7 });
    const backwards = [4, 3, 2, 1, 0].map((sample) => [...other(sample)]).reverse();
    expect([0, 1, 2, 3, 4].map((sample) => [...one(sample)])).toEqual(backwards);
    expect([...drawsOf(plan, { ...settings, seed: 8 })(0)]).not.toEqual(backwards[0]);
  },
);

describe('shards', () => {
  test('share out all samples', () => {
    const of = 4;
    const shares = [0, 1, 2, 3].map((index) => samplesOf(10, { index, of }));
    expect(shares).toEqual([
      [0, 4, 8],
      [1, 5, 9],
      [2, 6],
      [3, 7],
    ]);
    expect(samplesOf(3, undefined)).toEqual([0, 1, 2]);
  });

  test('are read as i/n, or from Slurm or Kubernetes', () => {
    expect(parseShard('0/3', {})).toEqual({ index: 0, of: 3 });
    const slurm = { SLURM_ARRAY_TASK_ID: '9', SLURM_ARRAY_TASK_MIN: '1', SLURM_ARRAY_TASK_COUNT: '8' };
    expect(parseShard('auto', { ...slurm, SLURM_ARRAY_TASK_ID: '8' })).toEqual({ index: 7, of: 8 });
    expect(parseShard('auto', { ...slurm, SLURM_ARRAY_TASK_STEP: '2' })).toEqual({ index: 4, of: 8 });
    expect(() => parseShard('auto', slurm)).toThrow(/got SLURM_ARRAY_TASK_ID=9/);
    const kubernetes = { JOB_COMPLETION_INDEX: '2' };
    expect(parseShard('auto', kubernetes, 3)).toEqual({ index: 2, of: 3 });
    expect(parseShard('auto', { ...kubernetes, MORPHLINE_SHARDS: '5' })).toEqual({ index: 2, of: 5 });
    expect(() => parseShard('auto', kubernetes)).toThrow(/give --shards or MORPHLINE_SHARDS/);
    expect(() => parseShard('auto', {})).toThrow(/got --shard auto outside/);
  });

  test.each(['3/2', '2/2', '1', '-1/2', '1/0', 'a/b', ''])('are not %s', (text) => {
    expect(() => parseShard(text, {})).toThrow(/expected i\/n with i from 0 to n − 1/);
  });
});

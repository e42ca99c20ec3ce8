import { describe, expect, test } from 'vitest';
import { mergedDrift } from '../../../experiments/study/merge.ts';
import {
  joinedMeasurements,
  type Measurements,
  shardFactors,
} from '../../../experiments/study/merge-measurements.ts';
import { missingShards } from '../../../experiments/study/read-shards.ts';
import type { StudySummary } from '../../../records/study.ts';
import { network } from '../../reports/report-fixture.ts';

describe('factors of shards', () => {
  test('make every sentinel the median one', () => {
    expect(shardFactors([100, 200, 400])).toEqual([2, 1, 0.5]);
  });

  test('are 1 where nothing was measured, whatever others say', () => {
    expect(shardFactors([null, 100, 300])).toEqual([1, 2, 200 / 300]);
    expect(shardFactors([null])).toEqual([1]);
  });
});

describe('joined measurements', () => {
  const round = {
    network: 'tiny',
    round: 0,
    runs: 3,
    disturbed: false,
    attempts: 1,
    load: 0,
    per_pacer: null,
    pacer_us: 6,
  };
  const shard = (sample: number, block: number, coldUs?: number): Measurements => ({
    networks: [
      network({
        sample,
        block,
        latency_us: 10,
        min_us: 8,
        pass_1_us: 9,
        pass_2_us: 11,
        sentinel_us: 4,
        pacer_us: 6,
        ...(coldUs === undefined ? {} : { cold_us: coldUs }),
      }),
    ],
    rounds: [{ ...round, sample, latency_us: 10, ...(coldUs === undefined ? {} : { cold_us: coldUs }) }],
    failures: [{ network: 'tiny', sample: sample + 100, role: 'report', law: 'uniform', reason: 'died' }],
  });
  const joined = joinedMeasurements([shard(0, 1, 20), shard(1, 0)], [0.5, 2]);

  test('have every time of a shard multiplied by its factor', () => {
    const [first, second] = joined.networks;
    expect(first).toMatchObject({
      latency_us: 5,
      min_us: 4,
      pass_1_us: 4.5,
      pass_2_us: 5.5,
      sentinel_us: 2,
      pacer_us: 3,
      cold_us: 10,
    });
    expect(second).toMatchObject({ latency_us: 20, sentinel_us: 8 });
    expect(second).not.toHaveProperty('cold_us');
    expect(joined.rounds.map(({ latency_us, cold_us, pacer_us }) => [latency_us, cold_us, pacer_us])).toEqual(
      [
        [5, 10, 3],
        [20, undefined, 12],
      ],
    );
  });

  test("number a shard's blocks on from those of the one before, and keep what failed", () => {
    expect(joined.networks.map(({ block }) => block)).toEqual([1, 2]);
    expect(joined.failures.map(({ sample }) => sample)).toEqual([100, 101]);
  });
});

test('the drift of a merged study follows from the first shard that knows its own', () => {
  const shard = (sentinelUs: number | null, drift: number | null) => ({
    sentinelUs,
    summary: { measured: { drift_since_calibration: drift } } as Pick<StudySummary, 'measured'>,
  });
  // At calibration the sentinel took 110 / 1.1 = 100 µs; 120 µs are 20 % more.
  expect(mergedDrift([shard(null, 0.5), shard(90, null), shard(110, 0.1)], 120)).toBeCloseTo(0.2, 12);
  expect(mergedDrift([shard(90, null), { sentinelUs: 90, summary: { measured: null } }], 120)).toBeNull();
});

test('shards that are missing or not done are named, by their numbers', () => {
  const found = (index: number, isDone: boolean) => ({
    directory: `dir-${index}`,
    shard: { index, of: 3 },
    summary: isDone ? ({} as StudySummary) : null,
  });
  expect(missingShards([found(0, true), found(2, false)], 3)).toEqual([
    'shard 1/3 is missing',
    'shard 2/3 in dir-2 is not done',
  ]);
  expect(
    missingShards(
      [0, 1, 2].map((index) => found(index, true)),
      3,
    ),
  ).toEqual([]);
});

import { describe, expect, test } from 'vitest';
import { measuredPairs, quietIndices } from '../../../experiments/study-analysis/analyze-study.ts';
import { regretCurves } from '../../../experiments/study-analysis/regret.ts';
import { spreadColumns, spreadOf } from '../../../experiments/study-analysis/spread.ts';
import {
  columnOf,
  columnRanges,
  columnsAt,
  driftRange,
  latencyNames,
  studiedNetworks,
} from '../../../experiments/study-analysis/studied-columns.ts';
import type { StudyRecord } from '../../../records/study.ts';

const row = (
  values: Partial<Pick<StudyRecord, 'sample' | 'measured_us' | 'measured_spread'>> & {
    measured_drift?: number;
  },
): StudyRecord => ({
  sample: 0,
  law: 'uniform',
  flops: 1,
  parameters: 1,
  measured_us: null,
  measured_spread: null,
  measured_rounds: null,
  measured_disturbed: null,
  measured_drift: null,
  ...values,
});

const columns = new Map([
  ['flops', [1, 2, 3, 4]],
  ['parameters', [4, 3, 2, 1]],
  ['p100_us', [10, 20, 30, 40]],
  ['measured_us', [20, 20, 60, 40]],
]);

describe('the networks of a study', () => {
  test('are those measured, or all where none was', () => {
    const [one, other] = [row({ sample: 1 }), row({ sample: 2, measured_us: 5 })];
    expect(studiedNetworks([one, other])).toEqual({ rows: [other], isMeasured: true });
    expect(studiedNetworks([one])).toEqual({ rows: [one], isMeasured: false });
  });

  test('are quiet where their rounds are within 2 %', () => {
    const spreads = [0.01, 0.02, 0.021, null].map((measured_spread) => row({ measured_spread }));
    expect(quietIndices(spreads)).toEqual([0, 1]);
  });

  test('tell how much slower the slowest block was than the fastest, if all do', () => {
    const drifts = [0, 0.2, -0.2].map((measured_drift) => row({ measured_drift }));
    expect(driftRange(drifts)).toBeCloseTo(1.2 / 0.8 - 1, 12);
    expect(driftRange([...drifts, row({})])).toBeNull();
    expect(driftRange([])).toBeNull();
  });
});

describe('columns', () => {
  test('are latencies where they end in µs', () => {
    expect(latencyNames(columns)).toEqual(['p100_us', 'measured_us']);
    expect(() => columnOf(columns, 'v100_us')).toThrow('the study has no column v100_us');
  });

  test('are all paired with the measured one', () => {
    expect(measuredPairs(columns)).toEqual([
      ['flops', 'measured_us'],
      ['parameters', 'measured_us'],
      ['p100_us', 'measured_us'],
    ]);
    expect(measuredPairs(new Map([['flops', [1]]]))).toEqual([]);
  });

  test('can be of some networks alone', () => {
    expect(columnsAt(columns, [2, 0]).get('measured_us')).toEqual([60, 20]);
  });

  test('range from the 5th to the 95th percentile', () => {
    const values = Array.from({ length: 101 }, (_, i) => i);
    expect(columnRanges(new Map([['flops', values]]))).toEqual({
      flops: { p5: 5, median: 50, p95: 95 },
    });
  });

  test('spread as they are and as what each prediction leaves', () => {
    expect([...spreadColumns(columns, ['p100_us'])]).toEqual([
      ['p100_us', [10, 20, 30, 40]],
      ['measured_us', [20, 20, 60, 40]],
      ['measured_over_p100_us', [2, 1, 2, 1]],
    ]);
  });

  test('of too few networks have no spread, and noise only where something was measured', () => {
    const predicted = new Map([...columns].filter(([name]) => name !== 'measured_us'));
    expect(spreadOf(predicted, ['p100_us'], null)).toEqual({
      half_width: 0.025,
      windows: [],
      noise_p95_over_p5: null,
      median_p95_over_p5: {},
    });
    expect(spreadOf(columns, ['p100_us'], 0).noise_p95_over_p5).toBe(1);
  });

  test('are chosen by under floors: predictions too where the measured latency judges', () => {
    expect(
      regretCurves(columns, ['p100_us']).map(({ latency, floor, chooser }) => [latency, floor, chooser]),
    ).toEqual([
      ['p100_us', 'flops', 'flops'],
      ['p100_us', 'parameters', 'flops'],
      ['measured_us', 'flops', 'flops'],
      ['measured_us', 'flops', 'p100_us'],
      ['measured_us', 'parameters', 'flops'],
      ['measured_us', 'parameters', 'p100_us'],
    ]);
  });
});

import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { studyAnalysisText } from '../../cli/actions/study-analysis-text.ts';
import type { StudyAnalysis } from '../../records/study-analysis.ts';
import { pageParts, terminalParts } from '../../reports/study-page/study-parts.ts';
import { correlationTable, cutTable, gapTable, layerTable } from '../../reports/study-page/study-tables.ts';
import { markdownTable } from '../../reports/text-table.ts';

const P100 = { column: 'p100_us', name: 'p100', kind: 'datasheet', view: 'morph-net' } as const;
const OWN = { column: 'calibrated_us', name: 'box', kind: 'measured', view: 'deployed' } as const;
const errors = { networks: 10, mape: 0.021, within5: 0.9, within10: 1, bias: -0.014, spearman: 0.99 };

const analysis: StudyAnalysis = {
  schema: 'morphline/study-analysis@1',
  network: 'tiny',
  law: 'uniform',
  seed: 1,
  batch: 1,
  samples: 1200,
  networks: 10,
  bootstrap: { resamples: 1000, confidence: 0.95, seed: 1 },
  devices: [P100, OWN],
  measured: {
    engine: 'wasm',
    adapter: 'CPU',
    threads: 1,
    repeatability: 0.02,
    drift_divided_out: true,
    drift_range: 0.1,
  },
  ranges: {},
  correlations: [
    {
      x: 'flops',
      y: 'measured_us',
      networks: 10,
      pearson: { value: -0.5, interval: [-0.75, 0.25] },
      spearman: { value: 0.1234, interval: null },
      kendall: null,
    },
  ],
  prediction: [
    {
      column: 'calibrated_us',
      raw: errors,
      drift_corrected: null,
      drift_since_calibration: null,
      scaled: errors,
    },
  ],
  quiet: { max_spread: 0.02, networks: 0, correlations: [], prediction: [] },
  spread: { half_width: 0.025, windows: [], noise_p95_over_p5: 1.05, median_p95_over_p5: { p100_us: 1.234 } },
  bounds: [{ column: 'p100_us', networks: 10, compute: 0.25, memory: 0.5, overhead: 0.25 }],
  regret: [],
  cuts: [
    {
      column: 'measured_us',
      cut: 0.1,
      pairs: 4,
      slower: 0.25,
      speedup: { p5: 0.9, median: 1.1, p95: 1.333 },
    },
  ],
  gap: [
    {
      column: 'calibrated_us',
      latency: 'measured_us',
      networks: 10,
      us_per_mflop: 1,
      intercept_us: 0,
      gap_sd_us: 1,
      explained: 0.4,
      layers: [
        { name: 'conv', kind: 'conv 1x1/1', share: 0.3, correlation: 0.5, mean_us: 5, mean_excess_us: -1.5 },
      ],
      kinds: [],
    },
  ],
  layers: [
    {
      layer: 'conv',
      kind: 'conv2d',
      flops: 2e6,
      bytes: 100,
      devices: [
        { column: 'p100_us', us: 2, ns_per_mflop: 1000, share: 0.5 },
        { column: 'calibrated_us', us: null, ns_per_mflop: null, share: null },
      ],
    },
  ],
};

describe('the tables of a study', () => {
  test('write estimates with their intervals, and a dash where there is none', () => {
    expect(correlationTable(analysis, analysis.correlations).rows).toEqual([
      ['FLOPs – measured', '−0.500 (−0.750 … 0.250)', '0.123', '–'],
    ]);
  });

  test('write cuts, layers and what they leave in the units that their heads name', () => {
    expect(cutTable(analysis).rows).toEqual([['10 %', 'measured', '1.10× (0.90× … 1.33×)', '25.0 %']]);
    const [gap] = analysis.gap;
    expect(gap && gapTable(analysis, gap)).toEqual({
      head: ['what FLOPs leave of measured', 'kind', 'share', 'mean excess, µs'],
      rows: [['conv', 'conv 1x1/1', '30.0 %', '-1.50']],
    });
    expect(layerTable(analysis)).toEqual({
      head: [
        'layer',
        'MFLOP',
        'P100 datasheet, µs',
        'calibrated prediction, µs',
        'calibrated prediction / P100 datasheet',
        'P100 datasheet, ns per MFLOP',
        'calibrated prediction, ns per MFLOP',
      ],
      rows: [['conv', '2.00', '2.00', '–', '–', '1,000', '–']],
    });
  });

  test('have rows as long as their heads, on page and terminal', () => {
    for (const { tables } of [...pageParts(analysis), ...terminalParts(analysis)])
      for (const { table } of tables)
        for (const row of table.rows) expect(row).toHaveLength(table.head.length);
  });

  test('are the same on page and terminal but for the layers', () => {
    const titles = (parts: readonly { readonly title: string }[]) => parts.map(({ title }) => title);
    const [page, terminal] = [pageParts(analysis), terminalParts(analysis)];
    expect(titles(page)).toEqual([...titles(terminal), 'Layers of the full network']);
    const common = terminal.slice(0, -1);
    expect(page.slice(0, common.length)).toEqual(common);
    // Without a quiet network there is nothing to say of them.
    expect(common[0]?.tables).toHaveLength(1);
  });

  test('are Markdown with figures to the right', () => {
    expect(markdownTable({ head: ['a', 'b'], rows: [['x', '1']] })).toBe(
      '| a | b |\n| --- | ---: |\n| x | 1 |',
    );
  });

  test('are drawn for a terminal under their titles, with what is said of them', () => {
    // CI turns colours on.
    const text = stripVTControlCharacters(studyAnalysisText(analysis));
    expect(text).toContain(
      'tiny: 1200 uniform sub-networks (seed 1), 10 measured on CPU (wasm ×1), which repeat within 2.0 %; calibrated: box',
    );
    expect(text).toContain('2.1 % (bias −1.4 %; 90 % / 100 %)');
    expect(text).toContain('Layer times of calibrated prediction explain 40 %:');
    expect(text).toMatch(/Correlations[\s\S]*FLOPs – measured[\s\S]*In brackets: 95 % bootstrap/);
  });
});

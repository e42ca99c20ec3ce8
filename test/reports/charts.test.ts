import { describe, expect, test } from 'vitest';
import { accuracyCurves } from '../../reports/charts/accuracy-curves.ts';
import { kernelGroups } from '../../reports/charts/kernel-groups.ts';
import { latencyBars } from '../../reports/charts/latency-bars.ts';
import { layerWidthsChart } from '../../reports/charts/layer-widths.ts';
import { predictedAgainstMeasuredChart } from '../../reports/charts/predicted-against-measured.ts';
import { networkColours, predictedNetworks } from '../../reports/charts/predicted-networks.ts';
import { ratioIntervals } from '../../reports/charts/ratio-intervals.ts';
import { renderChart } from '../../reports/charts/render-chart.ts';
import { residualStrip } from '../../reports/charts/residual-strip.ts';
import { rooflineChart } from '../../reports/charts/roofline.ts';
import { pacedRounds, sessionSpeedChart } from '../../reports/charts/session-speed.ts';
import { shrinkingCostChart } from '../../reports/charts/shrinking-cost.ts';
import { studyScatter } from '../../reports/charts/study-scatter.ts';
import type { ChartSpec } from '../../reports/charts/theme.ts';
import { trafficGBps, trafficStrip } from '../../reports/charts/traffic-strip.ts';
import { waterfallChart } from '../../reports/charts/waterfall.ts';
import { colour } from '../../reports/palette.ts';
import { chartWarnings } from '../support/chart-warnings.ts';
import { explanationData } from './decision-fixture.ts';
import { calibrationData, kernel, trainingData } from './report-fixture.ts';

const { kernels, networks, rungsUs, profile } = calibrationData();
const { layers, metrics, result } = trainingData();
const computing = kernels.filter(({ flops }) => flops > 0);
const moving = kernels.filter(({ flops }) => flops === 0);
const ms = { name: 'ms', base: 1e3 };
const predicted = predictedNetworks(networks, rungsUs.overhead ?? [], 'overhead');
const panel = {
  predicted: [
    { sample: 0, flops: 1e9, latency: 20 },
    { sample: 1, flops: 2e9, latency: 30 },
  ],
  measured: [{ sample: 0, flops: 1e9, latency: 22 }],
  maxFlops: 2e9,
  flopsUnit: { name: 'GFLOP', base: 1e9 },
  latencyUnit: { name: 'µs', base: 1 },
};

const ratios = [{ name: 'narrow', ratio: 0.75, low: 0.74, high: 0.76, colour: colour('blue') }] as const;

const CHARTS: Record<string, (width: number) => ChartSpec> = {
  roofline: (width) => rooflineChart(kernelGroups(computing), profile.roofline, width),
  'roofline of one kernel': (width) => rooflineChart(kernelGroups([kernel({})]), profile.roofline, width),
  traffic: (width) => trafficStrip(moving, 20, width),
  'predicted against measured': (width) => predictedAgainstMeasuredChart(predicted, ms, width),
  residuals: (width) => residualStrip(predicted, 0.005, ms, width),
  'speed of a session': (width) => sessionSpeedChart(pacedRounds(calibrationData().rounds), width),
  study: (width) => studyScatter(panel, width),
  'study without measurements': (width) => studyScatter({ ...panel, measured: [] }, width),
  accuracy: (width) => accuracyCurves(metrics, width),
  'accuracy of one epoch': (width) => accuracyCurves(metrics.slice(0, 1), width),
  cost: (width) => shrinkingCostChart(metrics, 0.6, width),
  'cost without epochs': (width) => shrinkingCostChart([], 0.6, width),
  widths: (width) => layerWidthsChart(layers, width),
  latency: (width) => latencyBars(result.networks, width),
  waterfall: (width) => waterfallChart(explanationData().explanation, width),
  ratios: (width) => ratioIntervals([...ratios, { ...ratios[0], low: null, high: null }], width),
};

describe.each(Object.entries(CHARTS))('the chart of %s', (_, chart) => {
  test.each([880, 340])('compiles without a warning at width %d', (width) => {
    expect(chartWarnings(chart(width))).toEqual([]);
  });

  test.each([880, 340])('is drawn at width %d, in numbers and in the colours of the page', async (width) => {
    const { text } = await renderChart(chart(width), 'label');
    expect(text).toMatch(new RegExp(`^<svg role="img" aria-label="label" width="${width}"`));
    expect(text).not.toMatch(/NaN|Infinity|undefined|null/);
    // Ids would clash between the charts of a page.
    expect(text).not.toMatch(/ id=|url\(|xmlns/);
    for (const [, paint = ''] of text.matchAll(/(?:fill|stroke)="([^"]+)"/g)) {
      expect(paint).toMatch(/^(?:none|transparent|var\(--[a-z]+\))$/);
    }
  });
});

describe('the data of the charts', () => {
  test('kernels group by op, filter and layout, largest first', () => {
    const many = [...computing, kernel({}), kernel({ op: 'dense' })];
    expect(kernelGroups(many).map(({ name, kernels: list }) => [name, list.length])).toEqual([
      ['conv 1×1, nchw', 2],
      ['conv 3×3, nchwc', 1],
      ['dense, nchw', 1],
    ]);
  });

  test('small groups of kernels share one', () => {
    const sizes = [9, 8, 7, 6, 5, 2, 1];
    const many = sizes.flatMap((size, i) =>
      Array.from({ length: size }, () => kernel({ filter_height: i, filter_width: i })),
    );
    const groups = kernelGroups(many);
    expect(groups.map(({ name }) => name).at(-1)).toBe('other');
    expect(groups.map((group) => group.kernels.length)).toEqual([9, 8, 7, 6, 5, 3]);
  });

  test('traffic is all bytes over the time', () => {
    // (1024 + 1024 + 64) bytes in 2 µs.
    expect(trafficGBps(kernel({ latency_us: 2 }))).toBeCloseTo(1.056, 12);
  });

  test('probes have no prediction, and only the networks for the report are held out', () => {
    expect(predicted.map(({ measured, heldOut }) => [measured, heldOut])).toEqual([
      [500, false],
      [1000, true],
      [4000, true],
    ]);
    expect(networkColours(predicted).map(({ name }) => name)).toEqual(['log-uniform', 'uniform', 'fitted']);
  });

  test('a chart that asks for a file is refused', async () => {
    const asking: ChartSpec = { data: { url: 'data.csv' }, mark: 'point', encoding: {} };
    const { text } = await renderChart(asking, 'x');
    expect(text).not.toContain('circle');
  });
});

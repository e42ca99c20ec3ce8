import { expect, test } from 'vitest';
import { openDevice } from '../../calibration/open-device.ts';
import { scannedFilterCosts } from '../../experiments/filter-cost/filter-cost.ts';
import { planChannels } from '../../network/channel-plan.ts';
import { zooNetwork } from '../../network/zoo/index.ts';
import { filterScansChart } from '../../reports/charts/filter-scans.ts';
import { standaloneSpec, standaloneSvg } from '../../reports/charts/standalone-chart.ts';
import { chartWarnings } from '../support/chart-warnings.ts';

const plan = planChannels(zooNetwork('mobilenet-v1-32'));
const { cost, scans } = scannedFilterCosts(plan, plan.fullWidths, ['p100', 'v100'].map(openDevice));
const spec = filterScansChart(scans);

test('has a panel for each layer and, of each device, every width that was looked at', () => {
  const { values } = (spec as { data: { values: { layer: string; width: number; change: number }[] } }).data;
  expect(new Set(values.map(({ layer }) => layer))).toEqual(new Set(cost.rows.map(({ layer }) => layer)));
  expect(values).toHaveLength(scans.reduce((sum, { points }) => sum + points.length, 0));
  for (const { layer, width } of cost.rows) {
    const present = values.filter((each) => each.layer === layer && each.width === width);
    expect(present.map(({ change }) => change)).toEqual([0, 0]);
  }
});

test('compiles without a warning', () => {
  expect(chartWarnings(spec)).toEqual([]);
});

test('is a picture with colours and a namespace of its own', async () => {
  const svg = await standaloneSvg(spec, 'Latency over width');
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  expect(svg).not.toContain('var(--');
  for (const { layer } of cost.rows) expect(svg).toContain(`>${layer}</text>`);
});

test('is a Vega-Lite file that needs nothing else', () => {
  const text = standaloneSpec(spec);
  expect(text).not.toContain('var(--');
  const file = JSON.parse(text) as { $schema: string; data: { values: unknown[] }; config: { font: string } };
  expect(file.$schema).toMatch(/vega-lite\/v6/);
  expect(file.data.values.length).toBeGreaterThan(100);
  expect(file.config.font).toContain('sans-serif');
});

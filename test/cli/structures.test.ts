import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary.ts';
import { morphline } from './run-cli.ts';

const folder = temporaryFolder();
const file = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const predict = (...args: string[]) => morphline(['predict', 'inception-v2', '--device', 'p100', ...args]);
const NARROW = '{"Conv2d_2b_1x1":32}';
const NARROWER = '{"Conv2d_2b_1x1":16}';

interface Row {
  widths: string;
  latency_us: number;
  flops: number;
  parameters: number;
}

test('predict takes many structures: files, lines of one file, a folder; each as it would alone', async () => {
  const a = file('a.json', NARROW);
  const b = file('b.json', NARROWER);
  const lines = file('both.jsonl', `${NARROW}\n\n${NARROWER}\n`);
  mkdirSync(join(folder, 'all'));
  const ten = file('all/10.json', NARROWER);
  const nine = file('all/9.json', NARROW);
  const alone = await Promise.all([a, b].map((path) => predict('--widths', path, '--json')));
  const expected = alone.map(({ stdout }) => {
    const { latency_us, flops, parameters } = JSON.parse(stdout) as Row;
    return { latency_us: expect.closeTo(latency_us, 6), flops, parameters };
  });
  for (const [args, labels] of [
    [
      ['--widths', a, '--widths', b],
      [a, b],
    ],
    [
      ['--widths', lines],
      [`${lines}:1`, `${lines}:3`],
    ],
    [
      ['--widths', join(folder, 'all')],
      [nine, ten],
    ],
  ] as const) {
    const { status, stdout } = await predict(...args, '--json');
    expect(status).toBe(0);
    const rows = JSON.parse(stdout) as Row[];
    expect(rows.map(({ widths }) => widths)).toEqual(labels);
    expect(rows).toMatchObject(expected);
  }
  const { stdout } = await predict('--widths', lines);
  expect(stdout.split('\n')).toHaveLength(6);
  expect(stdout).toContain('2 structures of inception-v2 on p100');
});

test('what is wrong with one of many is named with its line', async () => {
  const broken = file('broken.jsonl', `${NARROW}\n{"Conv2d_2b_1x1":`);
  expect((await predict('--widths', broken)).stderr).toMatch(/got --widths .*broken\.jsonl:2: .*JSON/);
  const wide = file('wide.jsonl', `${NARROW}\n{"Conv2d_2b_1x1":65}`);
  const { status, stderr } = await predict('--widths', wide);
  expect(status).toBe(2);
  expect(stderr).toMatch(/got --widths .*wide\.jsonl:2: width 65 .*; expected an integer from 0 to 64/);
  const empty = file('empty.jsonl', '\n');
  expect((await predict('--widths', empty)).stderr).toMatch(/empty\.jsonl with no structure in it/);
  expect((await predict('--widths', wide, '--width-multiplier', '0.5')).stderr).toMatch(
    /expected one of them/,
  );
});

test('a layer of predict has what one more filter of it costs, as filter-cost says', async () => {
  const { layers } = JSON.parse((await predict('--json')).stdout) as {
    layers: { name: string; us_per_filter: number | null }[];
  };
  const args = ['filter-cost', 'inception-v2', '--device', 'p100', '--json'];
  const { rows } = JSON.parse((await morphline(args)).stdout) as {
    rows: { layer: string; devices: { p100: { us_per_filter: number } } }[];
  };
  const costs = new Map(layers.map(({ name, us_per_filter }) => [name, us_per_filter]));
  expect(rows.length).toBeGreaterThan(60);
  for (const { layer, devices } of rows) expect(costs.get(layer)).toBe(devices.p100.us_per_filter);
  expect(costs.get('Logits/Conv2d_1c_1x1')).toBeNull();
});

test('filter-cost draws a chart', async () => {
  const args = ['filter-cost', 'inception-32', '--device', 'p100', '--chart'];
  const [svg, spec] = [join(folder, 'c.svg'), join(folder, 'charts/c.json')];
  for (const path of [svg, spec]) expect((await morphline([...args, path])).status).toBe(0);
  expect(readFileSync(svg, 'utf8')).toMatch(/^<svg xmlns/);
  expect(JSON.parse(readFileSync(spec, 'utf8'))).toHaveProperty('data.values.0.latency_us');
  const { status, stderr } = await morphline([...args, 'c.png']);
  expect(status).toBe(2);
  expect(stderr).toMatch(/got --chart c\.png; expected a name ending in \.svg or \.json/);
});

test('filter-cost of a network whose widths are all fixed says so', async () => {
  const { status, stderr } = await morphline([
    'filter-cost',
    join(import.meta.dirname, '../fixtures/models/onnx/one_convolution.onnx'),
    '--device',
    'p100',
  ]);
  expect(status).toBe(2);
  expect(stderr).toMatch(
    /got one_convolution, in which the width of every layer is fixed.*; expected a network/,
  );
});

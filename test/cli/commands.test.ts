import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { planChannels } from '../../network/channel-plan.ts';
import { MorphNetView } from '../../network/morph-net-view.ts';
import { multiplyWidths } from '../../network/width-multiplier.ts';
import { zooNetwork } from '../../network/zoo/index.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { morphline } from './run-cli.ts';

interface Predicted {
  network: string;
  latency_us: number;
  flops: number;
  parameters: number;
  layers: { name: string; kind: string; flops: number; bytes: number; latency_us: number; bound: string }[];
}

const folder = temporaryFolder();

async function predicted(...args: string[]): Promise<Predicted> {
  const { status, stdout, stderr } = await morphline(['predict', ...args, '--json']);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return JSON.parse(stdout) as Predicted;
}

test.each([
  ['p100', 74_584, 2762, 1381],
  ['v100', 5549, 1187, 833],
])("predict prints the talk's layer latencies on the %s to the nanosecond", async (device, ...talkNs) => {
  const { layers } = await predicted('inception-v2', '--device', device);
  const names = ['Conv2d_2c_3x3', 'Mixed_3c/Branch_2/Conv2d_0a_1x1', 'Mixed_5c/Branch_3/Conv2d_0b_1x1'];
  const ns = names.map((wanted) =>
    Math.floor((layers.find(({ name }) => name === wanted)?.latency_us ?? 0) * 1e3),
  );
  expect(ns).toEqual(talkNs);
});

test("predict --compare prints the talk's two devices side by side", async () => {
  const args = ['predict', 'inception-v2', '--compare', 'p100', 'v100', '--json'];
  const { stdout, status } = await morphline(args);
  expect(status).toBe(0);
  const { devices, layers, ratio, latency_us } = JSON.parse(stdout) as {
    devices: string[];
    latency_us: [number, number];
    ratio: number;
    layers: { name: string; latency_us: [number, number] }[];
  };
  expect(devices).toEqual(['p100', 'v100']);
  const conv = layers.find(({ name }) => name === 'Conv2d_2c_3x3');
  expect(conv?.latency_us.map((us) => Math.floor(1e3 * us))).toEqual([74_584, 5549]);
  expect(ratio).toBeCloseTo(latency_us[0] / latency_us[1], 12);
});

test('filter-cost names every layer whose width may change, with its cost on each device', async () => {
  const csv = join(folder, 'costs.csv');
  const args = [
    'filter-cost',
    'inception-v2',
    '--device',
    'p100',
    '--device',
    'v100',
    '--csv',
    csv,
    '--json',
  ];
  const { stdout, status } = await morphline(args);
  expect(status).toBe(0);
  const { rows } = JSON.parse(stdout) as { rows: { layer: string; devices: Record<string, object> }[] };
  expect(rows.length).toBe(
    planChannels(zooNetwork('inception-v2')).groups.filter(({ fixed }) => !fixed).length,
  );
  expect(Object.keys(rows[0]?.devices ?? {})).toEqual(['p100', 'v100']);
  expect(readFileSync(csv, 'utf8').trim().split('\n')).toHaveLength(rows.length + 1);
});

test('predict respects widths, and its layers add up', async () => {
  const widths = join(folder, 'widths.json');
  writeFileSync(widths, JSON.stringify({ Conv2d_2b_1x1: 32 }));
  const full = await predicted('inception-v2', '--device', 'p100');
  const narrow = await predicted('inception-v2', '--device', 'p100', '--widths', widths);
  // 2·56²·64·32 FLOPs of Conv2d_2b and 2·56²·9·32·192 of Conv2d_2c are gone.
  expect(full.flops - narrow.flops).toBe(2 * 56 ** 2 * (64 * 32 + 9 * 32 * 192));
  expect(narrow.layers.reduce((sum, { latency_us }) => sum + latency_us, 0)).toBeCloseTo(
    narrow.latency_us,
    6,
  );
  expect(full.network).toBe('inception-v2');
  expect(full.parameters).toBe(11_175_104);
});

test('predict lists the layers that morph-net does not cost', async () => {
  const { layers } = await predicted('inception-v2', '--device', 'p100');
  const bounds = layers.filter(({ kind }) => /pool/.test(kind)).map(({ bound }) => bound);
  expect(bounds.length).toBeGreaterThan(5);
  expect(new Set(bounds)).toEqual(new Set(['not costed by morph-net']));
  const text = await morphline(['predict', 'inception-v2', '--device', 'p100']);
  expect(text.stdout).toMatch(/MaxPool_2a_3x3 +max-pool .*not costed by morph-net/);
  expect(text.stdout).toMatch(
    /not costed by morph-net, as Google's library has it: max-pool, .*--view deployed counts them/,
  );
  const compared = await morphline(['predict', 'inception-v2', '--compare', 'p100', 'v100']);
  expect(compared.stdout).toMatch(/\d+ layers without times are not costed by morph-net/);
});

test.each([0.5, 2])('predict and export multiply all widths by %d', async (multiplier) => {
  const plan = planChannels(zooNetwork('mobilenet-v1-digits'));
  const widths = multiplyWidths(plan, multiplier);
  const { flops, parameters } = new MorphNetView(plan, 8).totals(widths, [], new Float64Array());
  const args = ['mobilenet-v1-digits', '--batch', '8', '--width-multiplier', String(multiplier)];
  expect(await predicted(...args, '--device', 'v100')).toMatchObject({
    network: 'mobilenet-v1-digits',
    width_multiplier: multiplier,
    flops,
    parameters,
  });
  const path = join(folder, `times-${multiplier}.onnx`);
  expect((await morphline(['export', ...args, '-o', path])).status).toBe(0);
  const bytes = readFileSync(path).length;
  expect(bytes).toBeGreaterThan(4 * parameters);
  // The biases, and the graph itself.
  expect(bytes).toBeLessThan(4 * parameters + 40_000);
});

test('engines tells in JSON what can run here, and what to do about the rest', async () => {
  const { status, stdout } = await morphline(['engines', '--json']);
  expect(status).toBe(0);
  const engines = JSON.parse(stdout) as Record<string, unknown>[];
  for (const engine of engines) {
    expect(Object.keys(engine)).toEqual(
      expect.arrayContaining(['name', 'available', 'reason', 'remedy', 'adapters', 'trains']),
    );
    if (engine.available === false)
      expect([typeof engine.reason, typeof engine.remedy]).toEqual(['string', 'string']);
  }
  for (const name of ['onnxruntime', 'wasm'])
    expect(engines).toContainEqual(expect.objectContaining({ name, available: true }));
});

test('export writes a network as ONNX', async () => {
  const path = join(folder, 'network.onnx');
  const { status } = await morphline(['export', 'inception-32', '-o', path, '--batch', '2']);
  expect(status).toBe(0);
  expect(readFileSync(path).length).toBeGreaterThan(4 * 190_000);
});

test('study of 5000 sub-networks writes a row of each and finishes in one go', async () => {
  const out = join(folder, 'study');
  const { status, stdout } = await morphline([
    'study',
    '--samples',
    '5000',
    '--out',
    out,
    '--json',
    '--quiet',
  ]);
  expect(status).toBe(0);
  const summary = JSON.parse(stdout) as { flops_against_predicted: { column: string; pearson: number }[] };
  const of = (column: string) =>
    summary.flops_against_predicted.find((each) => each.column === column)?.pearson ?? 0;
  // The talk's finding: the P100 is compute-bound and follows FLOPs closely, the V100 does not.
  expect(of('p100_us')).toBeGreaterThan(0.97);
  expect(of('v100_us')).toBeLessThan(of('p100_us') - 0.05);
  expect(readFileSync(join(out, 'study.csv'), 'utf8').trimEnd().split('\n')).toHaveLength(5001);
});

test('help goes to standard output with exit code 0', async () => {
  const { status, stdout } = await morphline(['--help']);
  expect(status).toBe(0);
  for (const name of [
    'engines',
    'calibrate',
    'predict',
    'study',
    'train',
    'report',
    'export',
    'quickstart',
  ]) {
    expect(stdout).toContain(name);
  }
});

import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { instance } from '@viz-js/viz';
import { XMLValidator } from 'fast-xml-parser';
import { beforeAll, describe, expect, test } from 'vitest';
import { networkProfile } from '../../experiments/profile/network-profile.ts';
import { decodeModel } from '../../network/onnx/model.ts';
import { seededNormals } from '../../network/weights.ts';
import { importOnnxruntime } from '../../profiler/engines/onnxruntime/ort-module.ts';
import { nodeDataFile, traceFile } from '../reports/overlays/overlay-schemas.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { type CliResult, morphline } from './run-cli.ts';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const FIXTURE = join(import.meta.dirname, '../fixtures/models/onnx/squeeze_excite.onnx');

function profiled(model: string, name: string, ...flags: string[]): Promise<CliResult> {
  const overlays = ['json', 'onnx', 'dot', 'svg'].flatMap((ending) => ['--overlay', at(`${name}.${ending}`)]);
  const engine = ['--engine', 'onnxruntime', '--budget', '1s', '--json'];
  return morphline(['profile', model, ...engine, '--trace', at(`${name}-trace.json`), ...overlays, ...flags]);
}

async function outputs(path: string): Promise<number[][]> {
  const ort = await importOnnxruntime();
  const session = await ort.InferenceSession.create(path, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const feeds: Record<string, InstanceType<typeof ort.Tensor>> = {};
  for (const metadata of session.inputMetadata) {
    if (!metadata.isTensor) throw new Error('no tensor');
    const dims: number[] = metadata.shape.map((size) => (typeof size === 'number' && size > 0 ? size : 1));
    const values = seededNormals(
      metadata.name,
      dims.reduce((product, size) => product * size, 1),
      3,
    );
    feeds[metadata.name] = new ort.Tensor('float32', values, dims);
  }
  const result = await session.run(feeds);
  return Object.values(result).map(({ data }) => Array.from(data as Float32Array, Number));
}

describe.each<[string, string, string, readonly string[]]>([
  ['a file as it is', 'file', FIXTURE, []],
  ['a zoo network', 'zoo', 'resnet-v1-32', ['--device', 'p100', '--threads', '2']],
])('outputs of %s', (_, name, model, flags) => {
  let result: CliResult;
  beforeAll(async () => {
    result = await profiled(model, name, ...flags);
  });

  test('are written beside what profile prints', () => {
    expect(result.status, result.stderr).toBe(0);
    for (const ending of ['-trace.json', '.json', '.onnx', '.dot', '.svg'])
      expect(existsSync(at(`${name}${ending}`))).toBe(true);
    expect(networkProfile.parse(JSON.parse(result.stdout)).recorded_run?.kernels.length).toBeGreaterThan(3);
  });

  test('the trace is one that the format describes; kernels and the named rest are the run', () => {
    const { traceEvents } = traceFile.parse(JSON.parse(readFileSync(at(`${name}-trace.json`), 'utf8')));
    const profile = networkProfile.parse(JSON.parse(result.stdout));
    for (const pid of profile.deployed === null ? [1] : [1, 2]) {
      const slices = traceEvents.filter((event) => event.ph === 'X').filter((event) => event.pid === pid);
      const total = (...cats: string[]) =>
        slices.filter(({ cat }) => cats.includes(cat)).reduce((sum, { dur }) => sum + dur, 0);
      expect(total('kernel', 'rest') / total('run')).toBeCloseTo(1, 6);
      expect(total('kernel')).toBeGreaterThan(0);
      const kernels = slices.filter(({ cat }) => cat === 'kernel');
      const { layers } = pid === 1 ? profile : (profile.deployed ?? profile);
      expect(kernels.map((each) => each.name).sort()).toEqual(layers.map((each) => each.name).sort());
      // ONNX Runtime tells starts: the run's kernels are in their order, with gaps.
      expect(slices.find(({ cat }) => cat === 'run')?.args.kernels_at).toBe('as the engine timed them');
    }
  });

  test('node data name nodes of the ONNX file, whose times add up to the kernels that have nodes', () => {
    const { results } = nodeDataFile.parse(JSON.parse(readFileSync(at(`${name}.json`), 'utf8')));
    const { nodes } = decodeModel(readFileSync(at(`${name}.onnx`)), name);
    const names = new Set(nodes.flatMap((node) => (node.name === '' ? node.output : [node.name])));
    for (const key of Object.keys(results)) expect(names).toContain(key);
    const { layers, kernels_us } = networkProfile.parse(JSON.parse(result.stdout));
    const times = Object.values(results).reduce((sum, { value }) => sum + value, 0);
    expect(times).toBeGreaterThan((name === 'file' ? 0.75 : 0.9) * kernels_us);
    expect(times).toBeLessThan(1.0001 * kernels_us);
    expect(Object.keys(results).length).toBeGreaterThan(layers.length / 3);
  });

  test('the ONNX overlay runs, and gives what the model gives', async () => {
    const path = name === 'file' ? FIXTURE : at('exported.onnx');
    if (name !== 'file') expect((await morphline(['export', model, '-o', path])).status).toBe(0);
    expect(await outputs(at(`${name}.onnx`))).toEqual(await outputs(path));
    expect(readFileSync(at(`${name}.onnx`)).includes('morphline.time')).toBe(true);
  });

  test('the graph is one that Graphviz reads, the picture well-formed', async () => {
    const viz = await instance();
    expect(viz.render(readFileSync(at(`${name}.dot`), 'utf8'), { format: 'canon' }).status).toBe('success');
    expect(XMLValidator.validate(readFileSync(at(`${name}.svg`), 'utf8'))).toBe(true);
  });
});

test.each<[string, () => string[], RegExp]>([
  [
    'another ending',
    () => [FIXTURE, '--overlay', 'x.png'],
    /got --overlay x\.png; expected a name ending in \.json/,
  ],
  [
    'the model itself',
    () => {
      copyFileSync(FIXTURE, at('own.onnx'));
      return [at('own.onnx'), '--overlay', at('own.onnx')];
    },
    /own\.onnx, the model itself, to be written; expected another file/,
  ],
  [
    'a trace of repeated passes',
    () => ['inception-32', '--repeat', '3', '--trace', at('t.json')],
    /got --repeat with --trace; expected one of them/,
  ],
])('%s is one line and exit code 2, before anything is measured', async (_, args, line) => {
  const { status, stdout, stderr } = await morphline(['profile', ...args()]);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr.trimEnd()).not.toContain('\n');
  expect(stderr).toMatch(line);
});

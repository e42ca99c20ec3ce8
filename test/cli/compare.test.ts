import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { comparison } from '../../records/comparison.ts';
import { deviceComparison } from '../../records/device-comparison.ts';
import { explanation } from '../../records/explanation.ts';
import { ROOT } from '../support/built.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { morphline } from './run-cli.ts';

const folder = temporaryFolder();
const profile = join(ROOT, 'profiles/amd-epyc-onnxruntime-1-thread-inception-32.json');
const trained = join(ROOT, 'results/cifar10-inception-32');
const swept = join(ROOT, 'results/sweep-cifar10-inception-32');

function file(name: string, content: unknown): string {
  writeFileSync(join(folder, name), JSON.stringify(content));
  return join(folder, name);
}

describe('compare', () => {
  test('measures a network against itself at other widths, with times of single inferences and memory', async () => {
    const args = ['compare', 'inception-32', '--width-multiplier', '0.25', '--engine', 'onnxruntime'];
    const { stdout, status } = await morphline([...args, '--budget', '12s', '--json']);
    const result = comparison.parse(JSON.parse(stdout));
    expect([0, 3]).toContain(status);
    expect(status === 0).toBe(result.conclusive);
    expect(result.ratio).toBeLessThan(0.9);
    expect(result.b.name).toBe('inception-32@0.25');
    for (const side of [result.a, result.b]) {
      expect(side.p50_us ?? 0).toBeGreaterThan(0);
      expect(side.p99_us ?? 0).toBeGreaterThanOrEqual(side.p90_us ?? 0);
      expect(side.p90_us ?? 0).toBeGreaterThanOrEqual(side.p50_us ?? 0);
      expect(side.load_us ?? 0).toBeGreaterThan(0);
      expect(side.first_us).toBeGreaterThan(0);
      expect(side.runs).toBeGreaterThan(10);
      if (process.platform === 'linux') expect(side.peak_memory_bytes ?? 0).toBeGreaterThan(1e5);
    }
  }, 60_000);

  test('what the budget leaves open exits with 3 and says what would decide it', async () => {
    const args = ['compare', 'inception-32', 'inception-32', '--engine', 'onnxruntime', '--quiet'];
    const { stdout, status } = await morphline([...args, '--budget', '1s', '--precision', '0.01%']);
    expect(status).toBe(3);
    expect(stdout).toMatch(/is not told apart from .*inception-32/);
    expect(stdout).toMatch(/not known yet: .*--budget.* decides it/);
  }, 60_000);

  test('device profiles are predicted for a network', async () => {
    const args = ['compare', 'p100', profile, '--network', 'inception-32', '--json'];
    const { stdout, status } = await morphline(args);
    expect(status).toBe(3);
    expect(deviceComparison.parse(JSON.parse(stdout))).toMatchObject({
      a: { name: 'p100' },
      network: 'inception-32',
      basis: 'predicted',
      low: null,
    });
  });
});

describe('with --out', () => {
  test('what compare, explain and check found is kept, and reported', async () => {
    const out = (name: string) => join(folder, name);
    const limits = { flops: 1, parameters: 1e9 };
    const budget = file('kept.budget.json', {
      schema: 'morphline/budget@1',
      budgets: [{ model: 'inception-32', limits }],
    });
    const [first, second, third] = await Promise.all([
      morphline(['compare', 'v100', profile, '--network', 'inception-32', '--out', out('compared')]),
      morphline([
        'explain',
        'inception-32',
        'inception-32@0.5',
        '--device',
        profile,
        '--out',
        out('explained'),
      ]),
      morphline(['check', '--budget-file', budget, '--out', out('checked')]),
    ]);
    expect([first, second, third].map(({ status }) => status)).toEqual([3, 0, 1]);
    const page = join(folder, 'kept.html');
    const folders = ['compared', 'explained', 'checked'].map(out);
    const { status, stdout } = await morphline(['report', ...folders, '-o', page, '--json']);
    expect(status).toBe(0);
    const { findings } = JSON.parse(stdout) as { findings: string[] };
    expect(findings).toHaveLength(3);
    expect(findings[0]).toMatch(/^Of 2 limits in .*kept\.budget\.json, 1 is kept, 1 broken\.$/);
    expect(findings[2]).toContain('inception-32@0.5 takes');
    const text = readFileSync(page, 'utf8');
    for (const id of ['comparison-1', 'explanation-1', 'check-1']) expect(text).toContain(`id="${id}"`);
  }, 60_000);
});

describe('explain', () => {
  const explained = async (...args: readonly string[]) => {
    const { stdout, stderr, status } = await morphline(['explain', ...args, '--device', profile, '--json']);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    return explanation.parse(JSON.parse(stdout));
  };

  test('takes widths, and finished runs by the name of one of their networks', async () => {
    const narrow = await explained('inception-32', 'inception-32@0.5');
    expect(narrow.ratio).toBeLessThan(1);
    expect(narrow.waterfall.at(-1)?.to_us).toBe(narrow.b.latency_us);
    const run = await explained(trained, `${trained}@seed`);
    const zoo = await explained('inception-32', 'inception-32');
    expect(run.b.latency_us).toBeCloseTo(zoo.b.latency_us, 9);
    expect(run.a.flops).not.toBe(run.b.flops);
    const sweep = await explained('inception-32', `${swept}@seed-1-datasheet-shrunk-0.5`);
    expect(sweep.b.flops).toBeLessThan(sweep.a.flops);
  });

  test('draws the waterfall, lists layers and says what to change', async () => {
    const { stdout, status } = await morphline([
      'explain',
      'inception-32',
      'inception-32@0.9',
      '--device',
      profile,
      '--layers',
      '3',
    ]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/inception-32@0\.9 takes [\d.]+ of the time of inception-32/);
    expect(stdout).toMatch(/█{10,}/);
    expect(stdout).toMatch(/and \d+ layers that changed less/);
    expect(stdout).toMatch(/What to change \(predicted, each alone\):\n {2}\S+ \d+ → \d+: −/);
  });
});

const CASES: readonly [title: string, args: () => string[], line: RegExp][] = [
  ['one network', () => ['compare', 'inception-32'], /got inception-32 alone; expected two or more/],
  [
    'a device and a network',
    () => ['compare', 'p100', 'inception-32'],
    /got device profiles and 'inception-32'; expected device profiles alone, or networks alone/,
  ],
  [
    'devices without a network',
    () => ['compare', 'p100', 'v100'],
    /got the devices p100 and v100 without a network; expected --network/,
  ],
  [
    '--network for networks',
    () => ['compare', 'inception-32', 'googlenet-32', '--network', 'inception-v2'],
    /got --network for networks/,
  ],
  [
    'a network that a run does not have',
    () => ['explain', trained, `${trained}@best`, '--device', 'p100'],
    /got .*cifar10-inception-32@best; expected one of seed, shrunk, expanded, multiplier/,
  ],
  [
    'a sweep without a name',
    () => ['explain', 'inception-32', swept, '--device', 'p100'],
    /got .*which holds several networks; expected one of seed-1-datasheet-expanded-0\.5, /,
  ],
  [
    'an unfinished run',
    () => {
      mkdirSync(join(folder, 'run'), { recursive: true });
      file('run/run.json', {});
      return ['explain', 'inception-32', join(folder, 'run'), '--device', 'p100'];
    },
    /got folder .*run; expected the --out folder of a finished train or sweep/,
  ],
  [
    'explain without a device',
    () => ['explain', 'inception-32', 'googlenet-32'],
    /got explain without --device/,
  ],
  [
    'a datasheet to measure by',
    () => ['explain', 'inception-32', 'googlenet-32', '--device', 'p100', '--measure'],
    /got --measure with p100, a datasheet; expected a device\.json/,
  ],
  [
    'a profile of another version',
    () => [
      'compare',
      file('old.json', { schema: 'morphline/device@0' }),
      'p100',
      '--network',
      'inception-32',
    ],
    /got .*old\.json with schema "morphline\/device@0"; expected "morphline\/device@1"/,
  ],
  [
    'a width multiplier that is none',
    () => ['explain', 'inception-32', 'inception-32@half', '--device', 'p100'],
    /got --width-multiplier half; expected a number above 0/,
  ],
  [
    'both kinds of widths',
    () => ['compare', 'inception-32', '--widths', 'w.json', '--width-multiplier', '0.5'],
    /got --widths w\.json and --width-multiplier 0\.5; expected one of them/,
  ],
];

test.each(CASES)('%s gets one line and exit code 2', async (_, args, line) => {
  const { status, stdout, stderr } = await morphline(args());
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(stderr).toMatch(line);
  expect(stdout).toBe('');
  expect(status).toBe(2);
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, expect, test } from 'vitest';
import { type CheckResult, checkResult } from '../../records/budget.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { morphline } from './run-cli.ts';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const PROFILE = join(
  import.meta.dirname,
  '../../profiles/amd-epyc-onnxruntime-1-thread-inception-mobilenet-resnet.json',
);
let files = 0;

function budget(...budgets: object[]): string {
  const path = at(`budget-${files++}.json`);
  writeFileSync(path, JSON.stringify({ schema: 'morphline/budget@1', budgets }, null, 2));
  return path;
}

async function checked(path: string, ...flags: string[]): Promise<CheckResult & { status: number }> {
  const { status, stdout } = await morphline(['check', '--budget-file', path, '--json', ...flags]);
  return { ...checkResult.parse(JSON.parse(stdout)), status };
}

const NET = { model: 'mobilenet-v1-32', device: PROFILE };
const LOOSE = {
  predicted_latency_us: 1e9,
  flops: 1e12,
  parameters: 1e9,
  memory_bytes: 1e12,
  size_bytes: 1e12,
};

describe('limits that need no device', () => {
  test('that are kept end with 0, the values those of predict and export', async () => {
    const { status, kept, outcomes } = await checked(budget({ ...NET, limits: LOOSE }));
    expect([status, kept]).toEqual([0, 5]);
    const predicted = JSON.parse(
      (await morphline(['predict', NET.model, '--device', PROFILE, '--json'])).stdout,
    ) as Record<string, number>;
    const got = Object.fromEntries(outcomes.map(({ limit, got }) => [limit, got]));
    expect(got).toMatchObject({ flops: predicted.flops, parameters: predicted.parameters });
    expect(got.predicted_latency_us).toBeCloseTo(predicted.latency_us as number, 9);
    await morphline(['export', NET.model, '-o', at('net.onnx')]);
    expect(got.size_bytes).toBe(readFileSync(at('net.onnx')).length);
    expect(got.memory_bytes).toBeGreaterThan(4 * (predicted.parameters as number));
  });

  test('that are broken end with 1, a line for each: got, limit, by how much', async () => {
    const { status, stdout, stderr } = await morphline([
      'check',
      '--budget-file',
      budget({ ...NET, title: 'ours', limits: { ...LOOSE, flops: 1e6, predicted_latency_us: 1 } }),
    ]);
    expect([status, stderr]).toEqual([1, '']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(
      /^predicted_latency_us of ours on amd-.*\.json: [\d.]+ µs, at most 1\.000 µs: [\d.]+ % over$/,
    );
    expect(lines[1]).toMatch(/^flops of ours on .*: [\d.]+ M, at most 1\.00 M: [\d.]+ % over$/);
    expect(lines[2]).toBe('3 of 5 limits kept, 2 broken');
  });

  test('are the same at every run, and know widths, files and batches', async () => {
    await morphline(['export', 'resnet-v1-32', '-o', at('file.onnx')]);
    writeFileSync(at('widths.json'), '{}');
    const path = budget(
      { model: 'file.onnx', device: 'v100', limits: LOOSE },
      { model: 'resnet-v1-32', width_multiplier: 0.5, device: 'v100', limits: LOOSE },
      { model: 'resnet-v1-32', widths: 'widths.json', batch: 8, limits: { flops: 1e12, size_bytes: 1e9 } },
    );
    const first = await checked(path);
    expect(await checked(path)).toEqual(first);
    const value = (entry: number, limit: string) =>
      first.outcomes.filter((each) => each.limit === limit)[entry]?.got as number;
    expect(value(0, 'size_bytes')).toBe(readFileSync(at('file.onnx')).length);
    expect(value(1, 'flops')).toBeLessThan(value(0, 'flops') / 2);
    expect(value(2, 'flops')).toBeCloseTo(8 * value(0, 'flops'), -6);
  });
});

const HOSTILE = '<b>&"\'|`]]>*_#\n::error::x\x1b[31m';

test('names of others are escaped in text, XML and Markdown', async () => {
  const path = budget({ ...NET, title: HOSTILE, limits: { flops: 1, parameters: 1e9 } });
  const [junit, summary] = [at('junit.xml'), at('summary.md')];
  writeFileSync(summary, 'what was there\n');
  const flags = ['--junit', junit, '--summary', summary];
  const { status, stdout } = await morphline(['check', '--budget-file', path, ...flags]);
  expect(status).toBe(1);
  expect(stdout.trimEnd().split('\n')).toHaveLength(2);
  expect(stdout).not.toContain('\x1b');
  const xml = readFileSync(junit, 'utf8');
  expect(XMLValidator.validate(xml)).toBe(true);
  const { testsuites } = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    isArray: (name) => name === 'testcase',
  }).parse(xml) as {
    testsuites: {
      tests: string;
      failures: string;
      testsuite: { testcase: { classname: string; name: string; failure?: { message: string } }[] };
    };
  };
  expect([testsuites.tests, testsuites.failures]).toEqual(['2', '1']);
  const [broken, kept] = testsuites.testsuite.testcase;
  expect(broken?.classname).toMatch(/^<b>&"'\|`\]\]>\*_#\ufffd::error::x\ufffd\[31m on /);
  expect(broken?.name).toBe('flops at most 1');
  expect(broken?.failure?.message).toMatch(/^got [\d.]+ M, at most 1: [\d.]+ % over$/);
  expect(kept?.failure).toBeUndefined();
  const markdown = readFileSync(summary, 'utf8');
  expect(markdown).toMatch(/^what was there\n### Latency budget .*: over budget: 1 of 2 limits broken\n/);
  const rows = markdown.split('\n').filter((line) => /^\| (✅|❌)/.test(line));
  expect(rows).toHaveLength(2);
  for (const row of rows) {
    expect(row.split('|')).toHaveLength(8);
    expect(row).not.toMatch(/[<>"]|::/);
    expect(row).not.toContain('\x1b');
  }
});

test('the summary goes to the step of a workflow by itself', async () => {
  const summary = at('step.md');
  process.env.GITHUB_STEP_SUMMARY = summary;
  try {
    await morphline(['check', '--budget-file', budget({ ...NET, limits: { flops: 1e12 } })]);
  } finally {
    delete process.env.GITHUB_STEP_SUMMARY;
  }
  expect(readFileSync(summary, 'utf8')).toContain(': 1 limits kept');
});

test("--update writes today's values, which are kept then, and leaves ratios and white space", async () => {
  const path = at('update.json');
  const text = `{"schema": "morphline/budget@1",
  "budgets": [
    {"model":"mobilenet-v1-32",   "device": "p100",
     "baseline": {"model": "mobilenet-v1-32"},
     "limits": { "flops": null, "predicted_latency_us" :7, "measured_latency_ratio": 1.5 }}]}
`;
  writeFileSync(path, text);
  const refused = await morphline(['check', '--budget-file', path]);
  expect(refused.status).toBe(2);
  expect(refused.stderr).toMatch(
    /limit flops of mobilenet-v1-32, which is null; expected a number; .*--update/,
  );
  const { status, stdout } = await morphline(['check', '--budget-file', path, '--update']);
  expect(status).toBe(0);
  expect(stdout).toMatch(
    /^predicted_latency_us of mobilenet-v1-32: 7\.000 µs → [\d.]+ µs\nflops of mobilenet-v1-32: none → [\d.]+ M\n2 of 2 limits changed in /,
  );
  const updated = readFileSync(path, 'utf8');
  const numbers = /("flops": )\d+(, "predicted_latency_us" :)[\d.]+/;
  expect(updated).toMatch(numbers);
  expect(updated.replace(numbers, '$1null$27')).toBe(text);
  writeFileSync(path, updated.replace(', "measured_latency_ratio": 1.5', ''));
  expect(await checked(path)).toMatchObject({ status: 0, kept: 2 });
});

describe('measured limits', () => {
  // Ends when it is decided, in seconds on a machine of one's own.
  const LONG = ['--budget', '5m'];

  const against = (limit: number, baseline: object, more: object = {}) =>
    budget({
      model: 'mobilenet-v1-32',
      engine: 'onnxruntime',
      baseline,
      limits: { measured_latency_ratio: limit },
      ...more,
    });

  test('are decided by measuring both: kept ends with 0, broken with 1', async () => {
    const half = { model: 'mobilenet-v1-32', width_multiplier: 0.5 };
    const kept = await checked(against(3, { model: 'mobilenet-v1-32' }), ...LONG);
    expect(kept).toMatchObject({ status: 0, kept: 1 });
    expect(kept.outcomes[0]).toMatchObject({ baseline: 'mobilenet-v1-32', decided_by: null });
    expect(await checked(against(0.5, half), ...LONG)).toMatchObject({ status: 1, broken: 1 });
  }, 600_000);

  test('that the time leaves open end with 3 and what would decide it', async () => {
    const path = against(1.5, { model: 'mobilenet-v1-32' });
    const { status, stdout } = await morphline(['check', '--budget-file', path, '--budget', '0.1s']);
    expect(status).toBe(3);
    expect(stdout).toMatch(
      /^measured_latency_ratio of mobilenet-v1-32 against mobilenet-v1-32: [\d.]+, at most 1\.500: not decided; what decides it: --budget \d+m: 2 loads in \d+ s are too few\n0 of 1 limits kept, 1 not decided\n$/,
    );
  });

  test.each<[string, object, object, RegExp]>([
    [
      'a missing baseline',
      { model: 'none.onnx' },
      {},
      /none\.onnx: .*; expected a file that can be read; correct the path$/,
    ],
    [
      'a commit of a zoo network',
      { commit: 'HEAD' },
      {},
      /baseline mobilenet-v1-32 of commit HEAD; expected a model file/,
    ],
    [
      'a commit that is not there',
      { commit: 'nowhere', model: 'net.onnx' },
      {},
      /got baseline commit 'nowhere' /,
    ],
    [
      'no baseline',
      {},
      { baseline: undefined },
      /without a baseline; expected what the ratio is of; add "baseline"/,
    ],
    [
      'a datasheet',
      { model: 'mobilenet-v1-32' },
      { device: 'p100' },
      /measured_latency_ratio of mobilenet-v1-32 on p100, a datasheet; expected a device profile of the machine that measures/,
    ],
    [
      'a missing device',
      { model: 'mobilenet-v1-32' },
      { device: 'd.json' },
      /got device '.*d\.json'; expected p100, /,
    ],
  ])('%s is one line and exit code 2', async (_, baseline, more, line) => {
    const { status, stdout, stderr } = await morphline([
      'check',
      '--budget-file',
      against(2, baseline, more),
    ]);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr.trimEnd()).not.toContain('\n');
    expect(stderr.trimEnd()).toMatch(line);
  });

  test('a profile of another machine is refused', async () => {
    const profile = JSON.parse(readFileSync(PROFILE, 'utf8')) as { engine: { adapter: string } };
    profile.engine.adapter = 'Another CPU';
    writeFileSync(at('other.json'), JSON.stringify(profile));
    const path = against(2, { model: 'mobilenet-v1-32' }, { device: 'other.json' });
    const { status, stderr } = await morphline(['check', '--budget-file', path]);
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /adapter Another CPU when it was calibrated, .* now; expected a device profile of the machine/,
    );
  });
});

test.each([
  [
    'a missing budget file',
    () => at('none.json'),
    /none\.json.*; expected a budget file, such as morphline\.budget\.json; name one/,
  ],
  [
    'an unknown limit',
    () => budget({ ...NET, limits: { flop: 1 } }),
    /limit 'flop' in .*did you mean 'flops'\?/,
  ],
  [
    'a predicted limit without a device',
    () => budget({ model: NET.model, limits: { predicted_latency_us: 1 } }),
    /limit predicted_latency_us of mobilenet-v1-32 without a device; expected a datasheet device/,
  ],
  [
    'an unknown model',
    () => budget({ model: 'mobilenet', limits: { flops: 1 } }),
    /got network 'mobilenet'; expected one of /,
  ],
])('%s is one line and exit code 2', async (_, path, line) => {
  const { status, stdout, stderr } = await morphline(['check', '--budget-file', path()]);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr.trimEnd()).not.toContain('\n');
  expect(stderr).toMatch(line);
});

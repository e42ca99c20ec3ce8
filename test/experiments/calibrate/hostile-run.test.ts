import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { calibrate } from '../../../experiments/calibrate/calibrate.ts';
import { fitRun } from '../../../experiments/calibrate/fit-run.ts';
import { kernelBytes } from '../../../network/lowering/kernel.ts';
import { zooNetwork } from '../../../network/zoo/index.ts';
import { UserError } from '../../../records/user-error.ts';
import { scriptedEngine } from '../../support/scripted-engine.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const folder = temporaryFolder();
const whole = join(folder, 'whole');

function run(out: string) {
  const engine = scriptedEngine({
    kernelUs: (kernel) => 2000 + kernel.flops / 5e4 + kernelBytes(kernel) / 2e4,
  });
  return calibrate({
    engine,
    networks: [zooNetwork('inception-32')],
    batch: 1,
    seed: 1,
    budgetSeconds: 2,
    int8: false,
    table: false,
    out,
  });
}

beforeAll(async () => {
  await run(whole);
});

/** A copy of the calibration, with one file changed. */
function changed(name: string, file: string, change: (text: string) => string): string {
  const out = join(folder, name);
  cpSync(whole, out, { recursive: true });
  writeFileSync(join(out, file), change(readFileSync(join(out, file), 'utf8')));
  return out;
}

/** A value of a column replaced: of the first network that is reported, where the table says which those are. */
const withValue = (column: string, value: string) => (text: string) => {
  const lines = text.split('\n');
  const at = lines[0]?.split(',').indexOf(column) ?? -1;
  expect(at).toBeGreaterThanOrEqual(0);
  const line = Math.max(
    1,
    lines.findIndex((row) => row.includes(',report,')),
  );
  return lines.with(line, (lines[line] ?? '').split(',').with(at, value).join(',')).join('\n');
};

describe('a calibration that was tampered with is not fitted', () => {
  test.each<[string, string, (text: string) => string, RegExp]>([
    [
      'a negative latency',
      'networks.csv',
      withValue('latency_us', '-5'),
      /row \d+ of .*networks\.csv \(latency_us: /,
    ],
    ['an empty latency', 'rounds.csv', withValue('latency_us', ''), /row 1 of .*rounds\.csv \(latency_us: /],
    [
      'a hexadecimal number',
      'kernels.csv',
      withValue('input_channels', '0x10'),
      /row 1 of .*kernels\.csv \(input_channels: /,
    ],
    [
      'a class that JavaScript has taken',
      'kernels.csv',
      withValue('kernel_class', '__proto__'),
      /row 1 of .*kernels\.csv \(kernel_class: no name that JavaScript has taken/,
    ],
    [
      'another network',
      'networks.csv',
      withValue('network', 'resnet-50'),
      /networks\.csv with a row of resnet-50/,
    ],
    [
      'another law',
      'networks.csv',
      withValue('law', 'gaussian'),
      /networks\.csv with a row of inception-32 by law gaussian/,
    ],
    [
      'rules of another version',
      'run.json',
      (text) => text.replaceAll(/"rules": "[^"]*"/g, '"rules": "onnxruntime-nhwc"'),
      /run\.json with engine\.rules 'onnxruntime-nhwc', which this version does not have/,
    ],
    ['no rows', 'networks.csv', (text) => `${text.split('\n')[0]}\n`, /with no network measured/],
  ])('%s', (name, file, change, message) => {
    const out = changed(name.replaceAll(' ', '-'), file, change);
    for (const anew of [false, true]) {
      // Rounds are read to be summarized anew, and for the intervals.
      expect(() => fitRun(out, [], { anew })).toThrow(UserError);
      expect(() => fitRun(out, [], { anew })).toThrow(message);
    }
  });

  test('no kernels, from which no device model can be', () => {
    const headerOf = (text: string) => `${text.split('\n')[0]}\n`;
    const recorded = changed('no-kernels', 'kernels.csv', headerOf);
    expect(() => fitRun(recorded)).toThrow('too few times of kernels');
    const loads = changed('no-loads', 'kernel-loads.csv', headerOf);
    expect(() => fitRun(loads, [], { anew: true })).toThrow(UserError);
    expect(() => fitRun(loads, [], { anew: true })).toThrow('restore kernels.csv and kernel-loads.csv');
  });

  test.each([
    ['broken', '{"fit":', /plan\.json: /],
    [
      'of a billion networks',
      '{"fit":1000000000,"choose":6,"report":12,"targeted":0,"targetedSeconds":0}',
      /fit: /,
    ],
    ['without a role', '{"fit":12,"choose":6,"targeted":0,"targetedSeconds":0}', /report: /],
  ])('a plan %s is refused when the run is gone on with', async (name, text, message) => {
    const out = changed(`plan-${name.replaceAll(' ', '-')}`, 'plan.json', () => text);
    await expect(run(out)).rejects.toThrow(UserError);
    await expect(run(out)).rejects.toThrow(message);
  });
});

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary.ts';
import { morphline } from './run-cli.ts';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);

function file(name: string, content: string | Uint8Array): string {
  mkdirSync(dirname(at(name)), { recursive: true });
  writeFileSync(at(name), content);
  return at(name);
}

/** Arguments, and what the one line must say: what was got, what was expected. */
const CASES: readonly [title: string, args: () => string[], line: RegExp][] = [
  ['an unknown command', () => ['frobnicate'], /unknown command 'frobnicate'/],
  [
    'an unknown flag',
    () => ['predict', 'inception-v2', '--device', 'p100', '--fast'],
    /unknown option '--fast'/,
  ],
  [
    'a missing required flag',
    () => ['predict', 'inception-v2'],
    /got predict without --device; expected a datasheet device or the path of a device.json; add --device p100/,
  ],
  [
    'an unknown network',
    () => ['predict', 'resnet-1', '--device', 'p100'],
    /got network 'resnet-1'; expected one of inception-v2, /,
  ],
  [
    'a missing device file',
    () => ['predict', 'inception-v2', '--device', at('none.json')],
    /got device '.*none\.json'; expected p100, v100, .* or the path of a device profile/,
  ],
  [
    'a device file of broken JSON',
    () => ['predict', 'inception-v2', '--device', file('broken.json', '{"schema": ')],
    /got .*broken\.json, which is not JSON/,
  ],
  [
    'a profile of another schema version',
    () => ['predict', 'inception-v2', '--device', file('old.json', '{"schema":"morphline/device@0"}')],
    /got .*old\.json with schema "morphline\/device@0"; expected "morphline\/device@1"/,
  ],
  [
    'widths of an unknown layer',
    () => ['predict', 'inception-v2', '--device', 'p100', '--widths', file('w.json', '{"Conv9":3}')],
    /got --widths .*w\.json: a width for layer 'Conv9'; expected a layer of inception-v2/,
  ],
  [
    'a width beyond the full one',
    () => [
      'predict',
      'inception-v2',
      '--device',
      'p100',
      '--widths',
      file('w2.json', '{"Conv2d_2b_1x1":65}'),
    ],
    /got --widths .*w2\.json: width 65 for layer Conv2d_2b_1x1; expected an integer from 0 to 64/,
  ],
  [
    'a width multiplier beside widths',
    () => [
      'predict',
      'inception-32',
      '--device',
      'p100',
      '--widths',
      file('w3.json', '{}'),
      '--width-multiplier',
      '0.5',
    ],
    /got --widths .*w3\.json and --width-multiplier 0\.5; expected one of them; leave the other out/,
  ],
  ...['0', '-0.5', 'NaN', 'half', 'Infinity', '65'].map((text): [string, () => string[], RegExp] => [
    `a width multiplier of ${text}`,
    () => ['export', 'inception-32', '-o', at('m.onnx'), '--width-multiplier', text],
    new RegExp(`got --width-multiplier ${text}; expected a number above 0, at most 64; correct the flag`),
  ]),
  [
    'an unknown engine',
    () => ['calibrate', '--engine', 'cuda', '--out', at('calibrate')],
    /got engine 'cuda'; expected one of /,
  ],
  [
    'a negative sample count',
    () => ['study', '--samples', '-5', '--out', at('study')],
    /got --samples -5; expected an integer of at least 1/,
  ],
  [
    'a budget that is not a time',
    () => ['calibrate', '--budget', 'soon', '--out', at('calibrate')],
    /got duration 'soon'; expected a time such as 90s, 3m or 1h/,
  ],
  [
    'a data folder that does not exist',
    () => ['train', '--device', 'p100', '--data', at('no-images'), '--out', at('train')],
    /got .*no-images.*; expected /,
  ],
  [
    'a data set that is not where it should be',
    () => {
      process.env.MORPHLINE_DATA_MIRROR = 'http://127.0.0.1:9';
      return ['train', '--device', 'p100', '--data', 'mnist', '--cache', at('cache'), '--out', at('train')];
    },
    /got http:\/\/127\.0\.0\.1:9\/train-images-idx3-ubyte\.gz: .*; expected a network, for the first use of the data; put train-images/,
  ],
  [
    'a model of another framework',
    () => ['predict', at('best.keras'), '--device', 'p100'],
    /got .*best\.keras, a Keras file; expected an ONNX file .*; convert it: tensorflowjs_converter --input_format=keras_keras/,
  ],
  [
    'a folder for a model',
    () => ['export', folder, '-o', at('m.onnx')],
    /got .*, a folder; expected an ONNX file \(\.onnx\) or the model\.json/,
  ],
  [
    'an image that cannot be read',
    () => {
      for (const split of ['train', 'test']) file(`images/${split}/cat/broken.jpg`, 'not a picture');
      return ['train', '--device', 'p100', '--data', at('images'), '--out', at('train')];
    },
    /broken\.jpg/,
  ],
  [
    'a report of an empty folder',
    () => ['report', folder, '-o', at('r.html')],
    /got folder .*; expected one that holds device\.json/,
  ],
  [
    'an export to another format',
    () => ['export', 'inception-32', '-o', at('m.pb')],
    /got --output .*m\.pb; expected a name ending in \.onnx/,
  ],
];

describe('bad input', () => {
  test.each(CASES)('%s gets one clear line and exit code 2', async (_, args, line) => {
    const { status, stdout, stderr } = await morphline(args());
    expect(
      stderr
        .trimEnd()
        .split('\n')
        .filter((text) => !/^data +\d+ %/.test(text)),
    ).toHaveLength(1);
    expect(stderr).toMatch(line);
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });

  test('a run folder of other settings is refused and stays as it was', async () => {
    const args = ['study', '--network', 'inception-32', '--samples', '20', '--out', at('kept'), '--quiet'];
    expect((await morphline(args)).status).toBe(0);
    const before = readFileSync(join(at('kept'), 'study.csv'), 'utf8');
    const { status, stderr } = await morphline([...args, '--seed', '2']);
    expect(status).toBe(2);
    expect(stderr).toMatch(/got seed 2 for .*, which holds a run with seed 1/);
    expect(readFileSync(join(at('kept'), 'study.csv'), 'utf8')).toBe(before);
  });
});

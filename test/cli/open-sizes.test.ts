import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sizesFrom } from '../../cli/open-sizes.ts';
import { tinyModel } from '../network/onnx/tiny-model.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { morphline } from './run-cli.ts';

const path = join(temporaryFolder(), 'open.onnx');
const weights = {
  w: { dims: [4, 3, 3, 3], values: new Array<number>(108).fill(0.1) },
  u: { dims: [2, 4, 1, 1], values: new Array<number>(8).fill(0.1) },
};
const nodes = [
  { op: 'Conv', inputs: ['input', 'w'], name: 'conv', attributes: { pads: [1, 1, 1, 1] } },
  { op: 'Conv', inputs: ['conv', 'u'], name: 'out' },
];
writeFileSync(path, tinyModel({ nodes, weights, inputs: { input: [2, 3, 'height', 'width'] } }));

test('flags are sizes, or say what is wrong', () => {
  expect(sizesFrom({ image: '640x480', dim: ['seq=128', 'N=1'] })).toEqual({
    image: [640, 480],
    dims: { seq: 128, N: 1 },
  });
  expect(sizesFrom({ image: null, dim: null })).toEqual({});
  for (const image of ['640', '0x4', '4x', '3.5x4'])
    expect(() => sizesFrom({ image })).toThrow(`--image ${image}`);
  for (const dim of ['seq', 'seq=', 'seq=-1'])
    expect(() => sizesFrom({ dim: [dim] })).toThrow(`--dim ${dim}`);
});

test('a file of any size is costed at the size that is given, and at the batch that it fixes', async () => {
  const asked = await morphline(['predict', path, '--device', 'p100']);
  expect(asked).toMatchObject({ status: 2, stdout: '' });
  expect(asked.stderr).toMatch(/add --image 224x224, or --dim height=224 --dim width=224/);
  for (const flags of [
    ['--image', '16x8'],
    ['--dim', 'height=16', 'width=8'],
  ]) {
    const { status, stdout } = await morphline(['predict', path, '--device', 'p100', '--json', ...flags]);
    expect(status).toBe(0);
    // Two images, 16 × 8 pixels, 2 FLOPs for each of 9 · 3 · 4 and of 4 · 2 products.
    expect(JSON.parse(stdout)).toMatchObject({ batch: 2, flops: 2 * 16 * 8 * 2 * (108 + 8) });
  }
  const { stdout } = await morphline([
    'predict',
    path,
    '--device',
    'p100',
    '--json',
    '--image',
    '16x8',
    '--batch',
    '1',
  ]);
  expect(JSON.parse(stdout)).toMatchObject({ network: 'open-16x8', batch: 1 });
});

test('a study remembers the size in its name', async () => {
  const out = join(temporaryFolder(), 'study');
  const args = [
    'study',
    '--network',
    path,
    '--image',
    '16x8',
    '--samples',
    '2',
    '--device',
    'p100',
    '--out',
    out,
  ];
  const { status, stdout } = await morphline([...args, '--measure', '0', '--json']);
  expect(status).toBe(0);
  expect(stdout).toContain('open-16x8');
});

test('an image too large to be run is costed, and not measured', async () => {
  const size = ['--image', '20000x10000'];
  const { status } = await morphline(['predict', path, '--device', 'p100', '--json', ...size]);
  expect(status).toBe(0);
  const refused = await morphline(['profile', path, '--quiet', ...size]);
  expect(refused.status).toBe(2);
  expect(refused.stderr).toMatch(
    /2 × 20000×10000 pixels of 3 channels at layer input to be run; expected at most/,
  );
});

test('sizes for anything else are refused', async () => {
  const { status, stderr } = await morphline([
    'predict',
    'inception-32',
    '--device',
    'p100',
    '--image',
    '16x8',
  ]);
  expect(status).toBe(2);
  expect(stderr).toMatch(/--image for inception-32; expected a model file that leaves sizes open/);
});

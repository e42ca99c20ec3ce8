import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { deviceProfile } from '../../calibration/device-profile.ts';
import type { Layer } from '../../network/layer.ts';
import { readModelFile } from '../../network/model-file.ts';
import { quantizedNetwork } from '../../network/quantized-network.ts';
import { zooNetwork } from '../../network/zoo/index.ts';
import { ROOT } from '../support/built.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { morphline } from './run-cli.ts';

const folder = temporaryFolder();

test('export --int8 writes a network in 8 bits, which is read as that again', async () => {
  const path = join(folder, 'int8.onnx');
  const plain = join(folder, 'plain.onnx');
  expect((await morphline(['export', 'inception-32', '-o', plain])).status).toBe(0);
  expect((await morphline(['export', plain, '--int8', '-o', path])).status).toBe(0);
  const { network, weights } = readModelFile(path);
  const expected = quantizedNetwork(zooNetwork('inception-32')).layers;
  // Activations are read where they are first needed; a pool that is flattened is called after the pooling alone.
  const typesOf = (layers: readonly Layer[]) =>
    new Map(layers.map(({ name, types }) => [name.replace(/(\/pooled)+$/, ''), types]));
  expect(typesOf(network.layers)).toEqual(typesOf(expected));
  // A quarter of the weights, what their whole numbers stand for, and nodes that round.
  expect(readFileSync(path).length).toBeLessThan(0.4 * readFileSync(plain).length);
  // What was seen of ReLU is not negative, and of what a network of He's weights makes neither tiny nor huge.
  for (const { name, kind, types } of network.layers) {
    if (kind !== 'activation' || types?.output === undefined) continue;
    expect(weights.get(`${name}/output_zero`)?.[0]).toBe(0);
    expect(255 * (weights.get(`${name}/output_scale`)?.[0] as number)).toBeGreaterThan(0.1);
    expect(255 * (weights.get(`${name}/output_scale`)?.[0] as number)).toBeLessThan(100);
  }
  const again = await morphline(['export', path, '--int8', '-o', join(folder, 'again.onnx')]);
  expect([again.status, again.stderr]).toEqual([2, expect.stringMatching(/expected a float32 model/)]);
}, 60_000);

test('a profile of 8 bits predicts a network in them, and is compared with one of floats', async () => {
  const path = join(ROOT, 'profiles/amd-epyc-onnxruntime-1-thread-inception-32.json');
  const profile = deviceProfile.parse(JSON.parse(readFileSync(path, 'utf8')));
  const int8 = join(folder, 'device-int8.json');
  const named = { ...profile, name: 'in 8 bits', settings: { ...profile.settings, int8: true } };
  writeFileSync(int8, JSON.stringify(named));
  const { status, stdout } = await morphline(['predict', 'inception-32', '--compare', path, int8, '--json']);
  expect(status).toBe(0);
  const { layers } = JSON.parse(stdout) as { layers: { name: string; latency_us: (number | null)[] }[] };
  const timed = (index: number) =>
    layers.filter((each) => each.latency_us[index] !== null).map(({ name }) => name);
  expect(timed(1)).toContain('input (quantize)');
  expect(timed(0)).not.toContain('input (quantize)');
  const conv = zooNetwork('inception-32').layers.find(({ kind }) => kind === 'conv2d')?.name;
  expect(timed(0)).toContain(conv);
  expect(timed(1)).toContain(conv);
}, 60_000);

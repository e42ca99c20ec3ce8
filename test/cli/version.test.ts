import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ENGINES } from '../../profiler/engines/registry.ts';
import { ROOT } from '../support/built.ts';
import { morphline } from './run-cli.ts';

const manifest = (name: string): { version: string } =>
  JSON.parse(readFileSync(join(ROOT, name, 'package.json'), 'utf8'));
const installed = (name: string) => manifest(join('node_modules', name)).version;

test('the version is alone on the first line; a line an engine follows, with what it runs on', async () => {
  for (const flag of ['--version', '-V']) {
    const { status, stdout } = await morphline([flag]);
    expect(status).toBe(0);
    const [version, node, ...engines] = stdout.trimEnd().split('\n');
    expect(version).toBe(manifest('.').version);
    expect(node).toContain(process.versions.node);
    expect(engines.map((line) => line.split(' ')[0])).toEqual(ENGINES.map(({ name }) => name));
    expect(stdout).toContain(`onnxruntime-node ${installed('onnxruntime-node')}`);
    // Its package.json is not among its exports.
    expect(stdout).toContain(`webgpu ${installed('webgpu')}`);
  }
});

test('the same as JSON', async () => {
  const { status, stdout } = await morphline(['--version', '--json']);
  expect(status).toBe(0);
  const { morphline: version, engines } = JSON.parse(stdout);
  expect(version).toBe(manifest('.').version);
  expect(engines.wasm).toEqual({
    '@tensorflow/tfjs': installed('@tensorflow/tfjs'),
    '@tensorflow/tfjs-backend-wasm': installed('@tensorflow/tfjs-backend-wasm'),
  });
});

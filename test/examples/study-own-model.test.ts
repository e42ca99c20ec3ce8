import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { seededWeights, writeOnnx, zooNetwork } from '../../network/index.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { runExample } from './run-example.ts';

const folder = temporaryFolder();

beforeAll(() => {
  const network = zooNetwork('mobilenet-v1-32');
  writeFileSync(join(folder, 'mine.onnx'), writeOnnx(network, seededWeights(network, 1)));
});

const PROGRAM = 'study-own-model/study.mjs';

test('it correlates FLOPs with what is predicted and with what was measured, and leaves the rows', async () => {
  const { status, stdout, stderr } = await runExample(PROGRAM, ['mine.onnx', 'study', '12', '4'], folder);
  expect(status, stderr).toBe(0);
  expect(stdout).toMatch(/^FLOPs against p100_us of 12 networks: rank correlation /m);
  expect(stdout).toMatch(/against the latency of 4 networks on wasm here: rank correlation /);
  const rows = readFileSync(join(folder, 'study', 'study.csv'), 'utf8')
    .trim()
    .split('\n');
  expect(rows).toHaveLength(13);
}, 300_000);

test('it asks for a model where none is named', async () => {
  const { status, stderr } = await runExample(PROGRAM, [], folder);
  expect(status).toBe(1);
  expect(stderr).toContain('node study.mjs MODEL');
});

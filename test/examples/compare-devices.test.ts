import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../support/built.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { runExample } from './run-example.ts';

const folder = temporaryFolder();
const PROGRAM = 'compare-devices/compare.mjs';

/** Lines of layers: time on A, time on B. */
const layersOf = (stdout: string) =>
  [...stdout.matchAll(/^ +([\d.]+) +([\d.]+) µs {2}(\S+)/gm)].map(([, a, b]) => [Number(a), Number(b)]);

test('two datasheets: the ratio, the layers that differ most first, and that nobody knows how surely', async () => {
  const { status, stdout, stderr } = await runExample(PROGRAM, [], folder);
  expect(status, stderr).toBe(0);
  expect(stdout).toMatch(/^inception-v2: [\d.]+ µs on p100, [\d.]+ µs on v100$/m);
  expect(stdout).toContain('a datasheet states no error');
  const differences = layersOf(stdout).map(([a = 0, b = 0]) => Math.abs(a - b));
  expect(differences).toHaveLength(8);
  expect(differences).toEqual(differences.toSorted((a, b) => b - a));
});

test('two profiles of one machine by different networks: within their errors of each other', async () => {
  const profile = (name: string) =>
    join(ROOT, 'profiles', `amd-epyc-onnxruntime-1-thread-inception-${name}.json`);
  const { status, stdout, stderr } = await runExample(
    PROGRAM,
    [profile('v2'), profile('mobilenet-resnet'), 'inception-v2'],
    folder,
  );
  expect(status, stderr).toBe(0);
  expect(stdout).toMatch(/takes [\d.]+ × the time \(95 % of [\d.]+ … [\d.]+\): /);
  expect(layersOf(stdout)).toHaveLength(8);
});

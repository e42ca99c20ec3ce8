import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ceilings } from '../../records/ceilings.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { morphline } from './run-cli.ts';

const folder = temporaryFolder();

test.each(['onnxruntime', 'wasm'])(
  'ceilings of %s on a tiny budget: rates, peaks, and the same when resumed',
  async (engine) => {
    const args = ['ceilings', '--engine', engine, '--threads', '1', '--budget', '4s', '--quiet'];
    const out = join(folder, engine);
    const { status, stdout, stderr } = await morphline([...args, '--out', out, '--json']);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const { peaks, bandwidth, compute } = ceilings.parse(JSON.parse(stdout));
    expect(peaks?.computeRateGflops).toBeGreaterThan(0);
    expect(peaks?.bandwidthGBps).toBeGreaterThan(0);
    for (const { gbps } of bandwidth) expect(gbps).toBeGreaterThan(0);
    expect(compute.length).toBeGreaterThan(5);
    const again = await morphline([...args, '--out', out]);
    expect(again.status).toBe(0);
    expect(again.stdout).toContain(peaks?.computeRateGflops.toFixed(1));
    const other = await morphline(['ceilings', '--engine', engine, '--budget', '9s', '--out', out]);
    expect(other.status).toBe(2);
    expect(other.stderr).toMatch(
      /^morphline: got budgetSeconds 9 for .*; expected the settings it was started with/,
    );
  },
);

import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { calibrate } from '../../../experiments/calibrate/calibrate.ts';
import { kernelBytes } from '../../../network/lowering/kernel.ts';
import { zooNetwork } from '../../../network/zoo/index.ts';
import { measurementFiles } from '../../../records/measurement-files.ts';
import { scriptedEngine } from '../../support/scripted-engine.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const folder = temporaryFolder();

/** Dies at the n-th whole-network run, as a killed process would. */
function run(out: string, dieAt = Number.POSITIVE_INFINITY) {
  let runs = 0;
  const engine = scriptedEngine({
    kernelUs: (kernel) => 2000 + kernel.flops / 5e4 + kernelBytes(kernel) / 2e4,
    onRun: () => {
      if (++runs === dieAt) throw new Error('killed');
    },
  });
  return calibrate({
    engine,
    networks: [zooNetwork('inception-32')],
    batch: 1,
    seed: 1,
    budgetSeconds: 2,
    table: false,
    int8: false,
    out,
  });
}

describe('a calibration that is killed', () => {
  test('goes on after its last sample and repeats none', async () => {
    const out = join(folder, 'killed');
    await expect(run(out, 500)).rejects.toThrow('killed');
    const { rounds } = measurementFiles(out);
    const before = rounds.read();
    expect(before.length).toBeGreaterThan(0);
    // A torn line, as a kill in the middle of a write leaves it.
    appendFileSync(rounds.path, 'inception-32,3,');
    const profile = await run(out);
    const after = rounds.read();
    const ids = after.map(({ network, sample, round }) => `${network} ${sample} ${round}`);
    expect(new Set(ids).size).toBe(ids.length);
    expect(after.slice(0, before.length)).toEqual(before);
    expect(profile.validation.mape).toBeLessThan(0.02);
  });

  test('after its networks are measured only fits', async () => {
    const out = join(folder, 'measured');
    const first = await run(out);
    rmSync(join(out, 'device.json'));
    const rows = readFileSync(join(out, 'networks.csv'), 'utf8');
    const second = await run(out);
    expect(readFileSync(join(out, 'networks.csv'), 'utf8')).toBe(rows);
    expect(second.rungs).toEqual(first.rungs);
  });
});

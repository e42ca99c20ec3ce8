import { execFile } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { describe, expect, test } from 'vitest';
import { openDevice } from '../../../calibration/open-device.ts';
import { study } from '../../../experiments/study/study.ts';
import { planChannels } from '../../../network/channel-plan.ts';
import { deployedNetwork } from '../../../network/deployed.ts';
import { Lowering } from '../../../network/lowering/lower.ts';
import { TFJS_RULES } from '../../../network/lowering/rules.ts';
import type { Network } from '../../../network/network.ts';
import { zooNetwork } from '../../../network/zoo/index.ts';
import { MIN_RUNS } from '../../../profiler/timing/bursts.ts';
import { pacerNetwork } from '../../../profiler/timing/pacer.ts';
import { sentinelNetwork } from '../../../profiler/timing/sentinel.ts';
import { CsvFile } from '../../../records/csv-file.ts';
import { measurementFiles } from '../../../records/measurement-files.ts';
import { studyRecord } from '../../../records/study.ts';
import { childScript } from '../../support/built.ts';
import { scriptedEngine } from '../../support/scripted-engine.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const folder = temporaryFolder();
const KILLS = 10;
const COUNT = 24;
const ROUNDS = 4;
/** Most attempts of a disturbed sample, a cold and three hot runs each. */
const RUNS_IN_FLIGHT = 3 * (1 + MIN_RUNS);

function child(name: string, killAt: number | null): Promise<string | number | null> {
  const settings = {
    out: join(folder, name),
    log: join(folder, `${name}.log`),
    network: 'inception-32',
    count: COUNT,
    rounds: ROUNDS,
    killAt,
  };
  const script = childScript('study-child.mjs');
  return new Promise((resolve, reject) => {
    const started = execFile(process.execPath, [script, JSON.stringify(settings)], (_, __, stderr) => {
      if (started.signalCode === null && started.exitCode !== 0) reject(new Error(stderr));
      else resolve(started.signalCode ?? started.exitCode);
    });
  });
}

const rowsOf = (name: string) => new CsvFile(join(folder, name, 'study.csv'), studyRecord).read();

/** Rows without how often the machine that runs this test disturbed them. */
const comparable = (name: string) => rowsOf(name).map(({ measured_disturbed: _, ...row }) => row);

/** FLOPs of all kernels, by which the child tells networks apart. */
function kernelFlops(network: Network): number {
  const kernels = new Lowering(deployedNetwork(network), TFJS_RULES, 1).kernels();
  return kernels.reduce((sum, { flops }) => sum + flops, 0);
}

/** Runs of networks (not of the sentinel or the pacer) that were timed, by FLOPs. */
function timedRuns(name: string, networks: ReadonlySet<string>): number {
  const lines = readFileSync(join(folder, `${name}.log`), 'utf8')
    .trimEnd()
    .split('\n');
  return lines.filter((line) => line.startsWith('timed ') && networks.has(line.slice(6))).length;
}

describe('a study', () => {
  test('that is killed ten times in its runs and writes loses and repeats nothing but the network in flight', async () => {
    await child('whole', null);
    const random = xoroshiro128plus(2024);
    let kills = 0;
    while (kills < KILLS) {
      const ended = await child('killed', uniformInt(random, 1, 150));
      if (ended === 'SIGKILL') kills++;
      else break;
    }
    expect(kills).toBe(KILLS);
    expect(await child('killed', null)).toBe(0);
    expect(comparable('killed')).toEqual(comparable('whole'));
    expect(rowsOf('killed').filter(({ measured_rounds }) => measured_rounds === ROUNDS)).toHaveLength(COUNT);
    const rounds = measurementFiles(join(folder, 'killed')).rounds.read();
    expect(rounds).toHaveLength(COUNT * ROUNDS);
    expect(new Set(rounds.map(({ sample, round }) => `${sample} ${round}`)).size).toBe(COUNT * ROUNDS);
    const warmed = readFileSync(join(folder, 'whole.log'), 'utf8').matchAll(/^warm (\d+)$/gm);
    const networks = new Set([...warmed].map(([, flops]) => flops ?? ''));
    const sentinel = sentinelNetwork(planChannels(zooNetwork('inception-32')));
    for (const other of [sentinel, pacerNetwork()]) networks.delete(String(kernelFlops(other)));
    expect(networks.size).toBe(COUNT);
    const kept = rounds.reduce((sum, { attempts, runs }) => sum + attempts * (runs + 1), 0);
    const timed = timedRuns('killed', networks);
    expect(timed).toBeGreaterThanOrEqual(kept);
    expect(timed).toBeLessThanOrEqual(kept + KILLS * RUNS_IN_FLIGHT);
  });
});

const base = {
  network: zooNetwork('inception-32'),
  samples: 12,
  law: 'uniform',
  batch: 1,
  seed: 5,
} as const;

function run(out: string, options: { devices: string[]; measure?: number; seed?: number; rounds?: number }) {
  const engine = scriptedEngine({ kernelUs: ({ flops }) => 2000 + flops / 1e4 });
  const { devices, measure, rounds = 2, seed = base.seed } = options;
  return study({
    ...base,
    seed,
    devices: devices.map(openDevice),
    out,
    ...(measure === undefined ? {} : { measure: { count: measure, rounds, engine } }),
  });
}

describe('a study goes on', () => {
  test('with more devices, more measurements, or none', async () => {
    const out = join(folder, 'on');
    await run(out, { devices: ['p100'] });
    await run(out, { devices: ['p100'], measure: 4 });
    const rounds = readFileSync(join(out, 'rounds.csv'), 'utf8');
    const summary = await run(out, { devices: ['v100', 'p100'] });
    expect(summary.measured?.networks).toBe(4);
    expect(summary.devices.map(({ column }) => column)).toEqual(['v100_us', 'p100_us']);
    await run(out, { devices: ['v100'], measure: 6 });
    expect(readFileSync(join(out, 'rounds.csv'), 'utf8').startsWith(rounds)).toBe(true);
    const rows = new CsvFile(join(out, 'study.csv'), studyRecord).read();
    expect(rows.map(({ measured_rounds }) => measured_rounds)).toEqual([
      ...Array(6).fill(2),
      ...Array(6).fill(null),
    ]);
    expect(rows.every(({ v100_us, p100_us }) => Number(v100_us) > 0 && p100_us === undefined)).toBe(true);
  });

  test.each(['networks', 'rounds'] as const)('after a torn last line of %s.csv', async (file) => {
    const out = join(folder, `torn-${file}`);
    await run(out, { devices: ['p100'], measure: 3 });
    const before = readFileSync(join(out, 'study.csv'), 'utf8');
    const { path } = measurementFiles(out)[file];
    expect(existsSync(path)).toBe(true);
    const whole = readFileSync(path, 'utf8');
    appendFileSync(path, 'inception-32,7,');
    await run(out, { devices: ['p100'], measure: 3 });
    expect(readFileSync(path, 'utf8')).toBe(whole);
    expect(readFileSync(join(out, 'study.csv'), 'utf8')).toBe(before);
  });

  test('after its last round, killed before it could say so, without a round more', async () => {
    const out = join(folder, 'last');
    await run(out, { devices: ['p100'], measure: 3 });
    const files = ['rounds.csv', 'study.csv'].map((name) => join(out, name));
    const before = files.map((path) => readFileSync(path, 'utf8'));
    rmSync(measurementFiles(out).networks.path);
    await run(out, { devices: ['p100'], measure: 3 });
    expect(files.map((path) => readFileSync(path, 'utf8'))).toEqual(before);
  });

  test('with the same settings only', async () => {
    const out = join(folder, 'settings');
    await run(out, { devices: ['p100'], measure: 2 });
    await expect(run(out, { devices: ['p100'], seed: 6 })).rejects.toThrow(/got seed 6 .* with seed 5/);
    await expect(run(out, { devices: ['p100'], measure: 2, rounds: 3 })).rejects.toThrow(
      /got rounds 3 .* with rounds 2/,
    );
  });

  test('and measures no more than it draws', async () => {
    await expect(run(join(folder, 'most'), { devices: ['p100'], measure: 13 })).rejects.toThrow(
      /got --measure 13 of 12 samples/,
    );
    expect(existsSync(join(folder, 'most'))).toBe(false);
  });
});

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { drawSample, familyOf } from '../../../experiments/samples/family.ts';
import { measureSamples } from '../../../experiments/samples/measure-samples.ts';
import { NetworkBuilder } from '../../../network/builder.ts';
import type { Network } from '../../../network/network.ts';
import { zooNetwork } from '../../../network/zoo/index.ts';
import { openIsolated } from '../../../profiler/timing/isolation/isolated-measurer.ts';
import { type BlockOptions, type CaseFailure, measureBlock } from '../../../profiler/timing/measure-block.ts';
import type { LoadSample } from '../../../profiler/timing/measure-networks.ts';
import { LoadDeath, type Measurer } from '../../../profiler/timing/measurer.ts';
import { measurementFiles } from '../../../records/measurement-files.ts';
import { BUILT, childScript } from '../../support/built.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const folder = temporaryFolder();
const dying = pathToFileURL(childScript('dying-adapter.mjs')).href;

/** The children of this process. */
function childrenOfThis(): number[] {
  return readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter((text) => text !== '')
    .map(Number)
    .filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('isolation/child.js'));
}

function small(name: string): Network {
  const builder = new NetworkBuilder(name);
  const input = builder.add({ kind: 'input', name: 'input', inputs: [], height: 4, width: 4, channels: 2 });
  builder.add({
    kind: 'conv2d',
    name: 'conv',
    inputs: [input],
    filters: 3,
    kernelSize: [3, 3],
    strides: [1, 1],
    padding: 'same',
    useBias: true,
  });
  return builder.build();
}

const options: BlockOptions = {
  batch: 1,
  seed: 1,
  sentinel: small('sentinel'),
  loads: 3,
  policy: { minRounds: 6, maxRounds: 6, deadlineMs: 0 },
};

function caseOf(name: string, profiled = false) {
  return { id: name, network: small(name), profiled };
}

describe('a measurer in children', () => {
  test('knows its engine without opening it, and takes no other later', async () => {
    const measurer = await openIsolated({ module: dying, threads: 2 });
    expect(measurer.description).toMatchObject({ engine: 'wasm', threads: 2, adapter: 'scripted processor' });
    expect(measurer.rules.name).toBe('tfjs');
    expect(await measurer.trial([small('a'), small('b')], 1)).toHaveLength(2);
    expect(childrenOfThis()).toEqual([]);
  });

  test('measures a network in as many processes as loads, kernels too', async () => {
    const samples: LoadSample[] = [];
    const measurer = await openIsolated({ module: dying, threads: 1 });
    const { networks } = await measureBlock(measurer, [caseOf('a', true), caseOf('b')], {
      ...options,
      onSample: (sample) => samples.push(sample),
    });
    expect(networks).toMatchObject([
      { id: 'a', rounds: 6, loads: 3 },
      { id: 'b', rounds: 6, loads: 3, kernels: [] },
    ]);
    expect(networks[0]?.kernels).toHaveLength(1);
    expect(networks[0]?.kernels[0]?.latencyUs).toBeCloseTo(10, 0);
    expect(networks[0]?.kernels[0]?.rounds).toBe(6);
    expect(samples.map(({ load }) => load)).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]);
  });

  test.each([
    ['is killed when run', 'its process was killed by SIGKILL'],
    ['is killed when loaded', 'its process was killed by SIGKILL'],
    ['aborts when run', 'its process was killed by SIGABRT'],
    ['throws when loaded', 'kernel refused'],
    ['throws when read', 'kernel refused'],
  ])('leaves out a network that %s, and measures the others', async (name, reason) => {
    const failures: CaseFailure[] = [];
    const measurer = await openIsolated({ module: dying, threads: 1 });
    const { networks } = await measureBlock(measurer, [caseOf('a'), caseOf(name, true), caseOf('b')], {
      ...options,
      onFailure: (failure) => failures.push(failure),
    });
    expect(networks.map(({ id, rounds }) => [id, rounds])).toEqual([
      ['a', 6],
      ['b', 6],
    ]);
    expect(failures).toEqual([{ id: name, reason: expect.stringContaining(reason) }]);
  });

  test('leaves out a network that hangs, and measures the others', async () => {
    const failures: CaseFailure[] = [];
    const measurer = await openIsolated({ module: dying, threads: 1, silenceLimitMs: 2000 });
    const cases = [caseOf('a'), caseOf('hangs when loaded')];
    const { networks } = await measureBlock(measurer, cases, {
      ...options,
      onFailure: (failure) => failures.push(failure),
    });
    expect(networks.map(({ id, rounds }) => [id, rounds])).toEqual([['a', 6]]);
    expect(failures).toEqual([
      { id: 'hangs when loaded', reason: 'its process told nothing for 2 s and was ended' },
    ]);
    expect(childrenOfThis()).toEqual([]);
  });

  test('gives up with the reason when even the sentinel kills', async () => {
    const measurer = await openIsolated({ module: dying, threads: 1 });
    const sentinel = small('is killed when run');
    const measuring = measureBlock(measurer, [caseOf('a')], { ...options, sentinel });
    await expect(measuring).rejects.toThrow(LoadDeath);
    await expect(measuring).rejects.toThrow('killed by SIGKILL');
  });

  test("passes on the user's mistakes as they are", async () => {
    const measurer = await openIsolated({ module: dying, threads: 1 });
    await expect(
      measureBlock(measurer, [caseOf('a'), caseOf('is too large when loaded')], options),
    ).rejects.toThrow('got a network; expected a smaller one; shrink it');
    await expect(openIsolated({ engine: 'abacus', threads: 1 })).rejects.toThrow("got engine 'abacus'");
  });
});

/** Kills the child that measures at each of these samples. */
function killing(measurer: Measurer, at: number[]): Measurer {
  let taken = 0;
  return {
    ...measurer,
    measureLoad: (job, listener) =>
      measurer.measureLoad(job, {
        ...listener,
        onSample(sample) {
          listener.onSample?.(sample);
          if (++taken !== at[0]) return;
          at.shift();
          for (const pid of childrenOfThis()) process.kill(pid, 'SIGKILL');
        },
      }),
  };
}

test('20 networks on ONNX Runtime, three children killed: none lost, none measured twice', async () => {
  const out = join(folder, 'killed');
  const family = familyOf(zooNetwork('inception-32'));
  const kills = [7, 31, 50];
  const measurer = killing(await openIsolated({ engine: 'onnxruntime', threads: 1 }), kills);
  const rows = await measureSamples({
    measurer,
    samples: Array.from({ length: 20 }, (_, sample) =>
      drawSample({ network: 'inception-32', sample, role: 'fit', law: 'uniform' }, family, 1),
    ),
    batch: 1,
    seed: 1,
    out,
    loads: 2,
    minRounds: 4,
    maxRounds: 4,
    deadlineMs: 0,
  });
  expect(kills).toEqual([]);
  expect(rows).toHaveLength(20);
  const files = measurementFiles(out);
  const rounds = files.rounds.read().map(({ sample, round }) => `${sample} ${round}`);
  expect(new Set(rounds).size).toBe(rounds.length);
  expect(rounds.length).toBe(20 * (rows[0]?.rounds ?? 0));
  expect(new Set(files.kernels.read().map(({ sample }) => sample)).size).toBe(20);
  expect(existsSync(files.failures.path)).toBe(false);
});

/** Runs a program that measures without end in a child; resolves with it and the child's pid. */
async function endless(temporary: string): Promise<{ parent: ChildProcess; child: number }> {
  const program = `
    const { openIsolated } = await import('${BUILT}/profiler/timing/isolation/isolated-measurer.js');
    const { zooNetwork } = await import('${BUILT}/network/zoo/index.js');
    const network = zooNetwork('inception-32');
    const measurer = await openIsolated({ engine: 'onnxruntime', threads: 1 });
    const policy = { minRounds: 1e9, maxRounds: 1e9, deadlineMs: 0 };
    const job = { cases: [{ id: 'a', network, profiled: true }], batch: 1, seed: 1, sentinel: network, done: new Map(), policy };
    await measurer.measureLoad(job, { onSample: () => process.stdout.write('.') });`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TMPDIR: temporary },
  });
  await new Promise((resolve) => parent.stdout?.once('data', resolve));
  const children = readFileSync(`/proc/${parent.pid}/task/${parent.pid}/children`, 'utf8').trim();
  return { parent, child: Number(children) };
}

/** Whether it computes: neither gone nor a zombie that nobody has waited for. */
function runs(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
}

test.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
  'a parent that ends by %s leaves no child and no files',
  async (signal) => {
    const temporary = mkdtempSync(join(folder, 'tmp-'));
    const { parent, child } = await endless(temporary);
    expect(runs(child)).toBe(true);
    const gone = new Promise((resolve) => parent.once('exit', (_, by) => resolve(by)));
    parent.kill(signal);
    expect(await gone).toBe(signal);
    for (let wait = 0; wait < 200 && runs(child); wait++) await delay(50);
    expect(runs(child)).toBe(false);
    expect(readdirSync(temporary)).toEqual([]);
  },
);

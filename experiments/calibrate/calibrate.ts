import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type DeviceProfile, deviceProfile } from '../../calibration/device-profile.ts';
import { fitProfile, type NetworkSample, networkSample } from '../../calibration/fit-profile.ts';
import { probeNetworks } from '../../calibration/probe-networks.ts';
import {
  DEFAULT_COUNTS,
  type ProposedSample,
  proposeSamples,
  type SampleCounts,
} from '../../calibration/propose-samples.ts';
import { type ChannelPlan, planChannels } from '../../network/channel-plan.ts';
import { deployedNetwork } from '../../network/deployed.ts';
import { Lowering } from '../../network/lowering/lower.ts';
import { MorphNetView } from '../../network/morph-net-view.ts';
import type { Network } from '../../network/network.ts';
import { sampleWidths } from '../../network/sampling.ts';
import { shuffled } from '../../network/shuffle.ts';
import { seededWeights } from '../../network/weights.ts';
import { resizeNetwork } from '../../network/widths.ts';
import { CsvFile } from '../../profiler/csv-file.ts';
import type { Engine } from '../../profiler/engine.ts';
import { describeMachine } from '../../profiler/machine.ts';
import { measureNetworks, type NetworkCase } from '../../profiler/measure-networks.ts';
import { kernelRecord, kernelRow, networkRecord, networkRow } from '../../profiler/records.ts';
import type { ProgressListener } from '../progress.ts';
import { openRun, writeJson } from '../run-file.ts';

export interface CalibrateOptions {
  readonly engine: Engine;
  /** The family: sub-networks of these are measured. */
  readonly networks: readonly Network[];
  readonly batch: number;
  readonly seed: number;
  readonly budgetSeconds: number;
  /** Folder for run.json, kernels.csv, networks.csv and device.json. */
  readonly out: string;
  readonly name?: string;
  readonly onProgress?: ProgressListener;
}

/** Networks loaded and measured together; a full Inception V2 takes some 100 MB, twice when profiled. */
const BLOCK_SIZE = 15;
const MIN_ROUNDS = 4;
const MAX_ROUNDS = 30;
const PROBE = 'probe';

/** A sample with its widths and the network they make. */
interface Drawn {
  readonly proposed: ProposedSample;
  readonly family: Network;
  readonly plan: ChannelPlan;
  readonly widths: Int32Array;
}

function draw(proposed: ProposedSample, families: ReadonlyMap<string, Family>, seed: number): Drawn {
  const found = families.get(proposed.network);
  if (found === undefined) throw new Error(`no network ${proposed.network} in this calibration`);
  const { network, plan } = found;
  const { law, sample } = proposed;
  const widths = law === 'full' || law === PROBE ? plan.fullWidths : sampleWidths(plan, law, seed, sample);
  return { proposed, family: network, plan, widths };
}

interface Family {
  readonly network: Network;
  readonly plan: ChannelPlan;
}

/**
 * How many networks the budget allows: a trial of the full networks tells what loading and running cost here.
 */
async function affordableCounts(
  options: CalibrateOptions,
  families: readonly Family[],
): Promise<SampleCounts> {
  const { engine, batch, budgetSeconds } = options;
  let secondsEach = 0;
  for (const { network } of families) {
    const start = performance.now();
    const deployed = deployedNetwork(network);
    const loaded = await engine.load(deployed, { batch, weights: seededWeights(deployed, 1) });
    await loaded.run();
    const loadSeconds = (performance.now() - start) / 1e3;
    const runSeconds = (await loaded.run()) / 1e6;
    await loaded.dispose();
    // Sub-networks take about a third of the full one; a profiled one is loaded twice and run five times a round.
    secondsEach += (0.6 * loadSeconds + MIN_ROUNDS * 5 * 0.35 * runSeconds) / families.length;
  }
  const total = DEFAULT_COUNTS.fit + DEFAULT_COUNTS.choose + DEFAULT_COUNTS.report;
  const share = Math.min(1, (0.8 * budgetSeconds) / (secondsEach * total));
  const scaled = (count: number, least: number) => Math.max(least, Math.round((count * share) / 3) * 3);
  return {
    fit: scaled(DEFAULT_COUNTS.fit, 12),
    choose: scaled(DEFAULT_COUNTS.choose, 6),
    report: scaled(DEFAULT_COUNTS.report, 12),
  };
}

/** Blocks of samples: the probes first, then the family in shuffled order, so that each block holds every role. */
function blocksOf(
  samples: readonly ProposedSample[],
  probes: readonly ProposedSample[],
  seed: number,
): ProposedSample[][] {
  const order = Array.from(shuffled(samples.length, seed, 0), (index) => samples[index] as ProposedSample);
  const blocks = [[...probes]];
  for (let at = 0; at < order.length; at += BLOCK_SIZE) blocks.push(order.slice(at, at + BLOCK_SIZE));
  return blocks;
}

/** Stops after an even number of rounds once the block's time is up. */
function roundRule(deadlineMs: number): (rounds: number, seconds: number) => boolean {
  return (rounds, seconds) => {
    if (rounds < MIN_ROUNDS) return true;
    if (rounds % 2 === 1) return true;
    const pairMs = (2e3 * seconds) / rounds;
    return rounds < MAX_ROUNDS && performance.now() + pairMs < deadlineMs;
  };
}

/**
 * Calibrates a device: measures probe kernels and random sub-networks in blocks of shuffled rounds, fits the ladder of
 * device models, validates it on networks that were not used for the fit, and writes `device.json`.
 * A killed run resumes at the first block that was not finished.
 */
export async function calibrate(options: CalibrateOptions): Promise<DeviceProfile> {
  const { engine, batch, seed, out, budgetSeconds } = options;
  const machine = await describeMachine();
  const family = new Map(
    options.networks.map((network) => [network.name, { network, plan: planChannels(network) }]),
  );
  const probes = new Map(
    probeNetworks().map((network) => [network.name, { network, plan: planChannels(network) }]),
  );
  const families = new Map([...family, ...probes]);
  const { run, resumed } = openRun(out, {
    command: 'calibrate',
    settings: {
      engine: engine.description.engine,
      threads: engine.description.threads,
      rules: engine.description.rules,
      networks: [...family.keys()],
      batch,
      seed,
      budgetSeconds,
    },
    context: { engine: engine.description, machine },
  });
  const kernelsFile = new CsvFile(join(out, 'kernels.csv'), kernelRecord);
  const networksFile = new CsvFile(join(out, 'networks.csv'), networkRecord);
  const countsPath = join(out, 'counts.json');
  if (resumed) {
    kernelsFile.repair();
    networksFile.repair();
  }
  const start = performance.now();
  options.onProgress?.({ fraction: 0, text: 'trial run' });
  const counts = await savedCounts(countsPath, () => affordableCounts(options, [...family.values()]));
  const samples = proposeSamples([...family.keys()], counts);
  const probeSamples = [...probes.keys()].map(
    (network, sample): ProposedSample => ({ network, sample, role: PROBE, law: PROBE }),
  );
  const blocks = blocksOf(samples, probeSamples, seed);
  const key = (row: { network: string; sample: number }) => `${row.network} ${row.sample}`;
  const done = new Set(networksFile.read().map(key));
  dropRows(kernelsFile, (row) => done.has(key(row)));
  for (const [index, block] of blocks.entries()) {
    const waiting = block
      .filter((proposed) => !done.has(key(proposed)))
      .map((proposed) => draw(proposed, families, seed));
    if (waiting.length === 0) continue;
    const left = blocks.length - index;
    const now = performance.now();
    const deadlineMs = now + Math.max(0, budgetSeconds * 1e3 - (now - start)) / left;
    await measureBlock(options, index, waiting, deadlineMs, { kernelsFile, networksFile }, (fraction) =>
      options.onProgress?.({
        fraction: (index + fraction) / blocks.length,
        text: `block ${index + 1} of ${blocks.length}: ${waiting.length} networks`,
      }),
    );
  }
  const measured = networksFile.read();
  const networkSamples: NetworkSample[] = [];
  for (const record of measured) {
    const { law, role, network, sample } = record;
    if (role === PROBE) continue;
    const drawn = draw({ network, sample, role, law: law as ProposedSample['law'] }, families, seed);
    networkSamples.push(
      networkSample(record, drawn.family, drawn.plan, drawn.widths, engine.rules.name, batch),
    );
  }
  const profile = fitProfile(kernelsFile.read(), networkSamples, {
    name: options.name ?? `${machine.processor} ${engine.description.engine} ×${engine.description.threads}`,
    engine: engine.description,
    machine,
    measuredAt: run.startedAt,
    settings: {
      networks: [...family.keys()],
      batch,
      seed,
      budgetSeconds,
      samples: { ...counts, probe: probes.size },
      rounds: Math.min(...measured.map(({ rounds }) => rounds)),
    },
  });
  writeJson(join(out, 'device.json'), deviceProfile.parse(profile));
  return profile;
}

/** Counts are decided once: a resumed run must draw the same samples. */
async function savedCounts(path: string, decide: () => Promise<SampleCounts>): Promise<SampleCounts> {
  const { readFileSync } = await import('node:fs');
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as SampleCounts;
  const counts = await decide();
  writeJson(path, counts);
  return counts;
}

/** Rewrites a file without the rows of a block that a kill cut short. */
function dropRows(
  file: CsvFile<typeof kernelRecord>,
  keep: (row: { network: string; sample: number }) => boolean,
): void {
  const rows = file.read();
  const kept = rows.filter(keep);
  if (kept.length === rows.length) return;
  rmSync(file.path);
  file.append(kept);
}

async function measureBlock(
  options: CalibrateOptions,
  index: number,
  drawn: readonly Drawn[],
  deadlineMs: number,
  files: { kernelsFile: CsvFile<typeof kernelRecord>; networksFile: CsvFile<typeof networkRecord> },
  onFraction: (fraction: number) => void,
): Promise<void> {
  const { engine, batch, seed } = options;
  const cases = drawn.map(({ proposed, plan, widths }): NetworkCase => {
    const { network, sample, role } = proposed;
    return {
      id: `${network} ${sample}`,
      network: resizeNetwork(plan, widths),
      profiled: role === 'fit' || role === PROBE,
    };
  });
  const blockStartMs = performance.now();
  const spanMs = Math.max(1, deadlineMs - blockStartMs);
  const block = await measureNetworks(engine, cases, {
    batch,
    seed,
    another: roundRule(deadlineMs),
    onSample: () => onFraction(Math.min(0.99, (performance.now() - blockStartMs) / spanMs)),
  });
  const totals = new Float64Array(0);
  for (const [at, { proposed, family, plan, widths }] of drawn.entries()) {
    const measured = block.networks[at];
    if (measured === undefined) throw new Error(`sample ${proposed.sample} was not measured`);
    const { network, sample, role, law } = proposed;
    const clock = engine.description.clock;
    files.kernelsFile.append(
      measured.kernels.map((kernel) => kernelRow({ network, sample, role, clock }, kernel)),
    );
    const { flops, parameters } = new MorphNetView(plan, batch).totals(widths, [], totals);
    const kernels = new Lowering(family, engine.rules, batch).kernels(widths).length;
    const source = { network, sample, role, law, block: index, flops, parameters, kernels };
    files.networksFile.append([networkRow(source, block, measured)]);
  }
}

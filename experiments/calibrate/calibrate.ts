import { existsSync, readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
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
import { multipliedWidths, sampleWidths } from '../../network/sampling.ts';
import { shuffled } from '../../network/shuffle.ts';
import { seededWeights } from '../../network/weights.ts';
import { resizeNetwork } from '../../network/widths.ts';
import { CsvFile } from '../../profiler/csv-file.ts';
import type { Engine } from '../../profiler/engine.ts';
import { describeMachine } from '../../profiler/machine.ts';
import { measureNetworks, type NetworkCase } from '../../profiler/measure-networks.ts';
import { kernelRecord, kernelRow, networkRecord, networkRow, roundRecord } from '../../profiler/records.ts';
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

/** Share of the machine's memory that loaded networks may take. */
const MEMORY_SHARE = 0.35;
/** Bytes that a loaded network takes per byte of its weights: the engine keeps packed copies. */
const BYTES_PER_WEIGHT_BYTE = 2.5;
/** Of the budget; the rest goes into reading the recordings and fitting. */
const MEASURING_SHARE = 0.87;
const MIN_ROUNDS = 4;
const MAX_ROUNDS = 60;
/** The sentinel is the family's first network at this width multiplier. */
const SENTINEL_ALPHA = 0.5;
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

/**
 * Networks that are loaded and measured together, in shuffled order: all of them where memory allows, so that every
 * round compares them in one state of the machine.
 */
function blocksOf(drawn: readonly Drawn[], seed: number): Drawn[][] {
  const limit = MEMORY_SHARE * totalmem();
  const blocks: Drawn[][] = [[]];
  let bytes = 0;
  for (const index of shuffled(drawn.length, seed, 0)) {
    const next = drawn[index] as Drawn;
    const { parameters } = new MorphNetView(next.plan).totals(next.widths, [], new Float64Array(0));
    const copies = isProfiled(next.proposed) ? 2 : 1;
    const size = 4 * parameters * copies * BYTES_PER_WEIGHT_BYTE;
    if (bytes + size > limit && bytes > 0) {
      blocks.push([]);
      bytes = 0;
    }
    bytes += size;
    blocks.at(-1)?.push(next);
  }
  return blocks;
}

/** Kernels are recorded where they are fitted. */
function isProfiled({ role }: ProposedSample): boolean {
  return role === 'fit' || role === PROBE;
}

/** Stops after an even number of rounds once the block's time is up. */
function roundRule(deadlineMs: number, earlierRounds: number): (rounds: number, seconds: number) => boolean {
  return (rounds, seconds) => {
    const own = rounds - earlierRounds;
    if (own < MIN_ROUNDS || rounds % 2 === 1) return true;
    const pairMs = (2e3 * seconds) / own;
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
  const roundsFile = new CsvFile(join(out, 'rounds.csv'), roundRecord);
  const countsPath = join(out, 'counts.json');
  if (resumed) {
    kernelsFile.repair();
    networksFile.repair();
    roundsFile.repair();
  }
  const start = performance.now();
  options.onProgress?.({ fraction: 0, text: 'trial run' });
  const counts = await savedCounts(countsPath, () => affordableCounts(options, [...family.values()]));
  const samples = proposeSamples([...family.keys()], counts);
  const probeSamples = [...probes.keys()].map(
    (network, sample): ProposedSample => ({ network, sample, role: PROBE, law: PROBE }),
  );
  const drawn = [...probeSamples, ...samples].map((proposed) => draw(proposed, families, seed));
  const blocks = blocksOf(drawn, seed);
  const done = new Set(networksFile.read().map(caseId));
  kernelsFile.keep((row) => done.has(caseId(row)));
  const [first] = family.values();
  const sentinel = resizeNetwork(
    (first as Family).plan,
    multipliedWidths((first as Family).plan, SENTINEL_ALPHA),
  );
  for (const [index, block] of blocks.entries()) {
    const waiting = block.filter(({ proposed }) => !done.has(caseId(proposed)));
    if (waiting.length === 0) continue;
    const left = blocks.length - index;
    const now = performance.now();
    const deadlineMs = now + Math.max(0, MEASURING_SHARE * budgetSeconds * 1e3 - (now - start)) / left;
    await measureBlock(
      options,
      index,
      waiting,
      sentinel,
      deadlineMs,
      { kernelsFile, networksFile, roundsFile },
      (fraction) =>
        options.onProgress?.({
          fraction: (index + fraction) / blocks.length,
          text: `${waiting.length} networks${blocks.length > 1 ? `, block ${index + 1} of ${blocks.length}` : ''}`,
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
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as SampleCounts;
  const counts = await decide();
  writeJson(path, counts);
  return counts;
}

interface Files {
  readonly kernelsFile: CsvFile<typeof kernelRecord>;
  readonly networksFile: CsvFile<typeof networkRecord>;
  readonly roundsFile: CsvFile<typeof roundRecord>;
}

const caseId = ({ network, sample }: { network: string; sample: number }) => `${network} ${sample}`;

/** Rounds that a killed process completed for all of these cases, by case. */
function earlierRounds(file: CsvFile<typeof roundRecord>, ids: ReadonlySet<string>): Map<string, number[]> {
  const times = new Map<string, number[]>([...ids].map((id) => [id, []]));
  for (const row of file.read()) times.get(caseId(row))?.push(row.latency_us);
  const complete = Math.min(...[...times.values()].map((rounds) => rounds.length));
  file.keep((row) => !ids.has(caseId(row)) || row.round < complete);
  return new Map([...times].map(([id, rounds]) => [id, rounds.slice(0, complete)]));
}

async function measureBlock(
  options: CalibrateOptions,
  index: number,
  drawn: readonly Drawn[],
  sentinel: Network,
  deadlineMs: number,
  files: Files,
  onFraction: (fraction: number) => void,
): Promise<void> {
  const { engine, batch, seed } = options;
  const cases = drawn.map(
    ({ proposed, plan, widths }): NetworkCase => ({
      id: caseId(proposed),
      network: resizeNetwork(plan, widths),
      profiled: isProfiled(proposed),
    }),
  );
  const earlier = earlierRounds(files.roundsFile, new Set(cases.map(({ id }) => id)));
  const roundsBefore = earlier.get(cases[0]?.id ?? '')?.length ?? 0;
  const proposedOf = new Map(drawn.map(({ proposed }) => [caseId(proposed), proposed]));
  const blockStartMs = performance.now();
  const spanMs = Math.max(1, deadlineMs - blockStartMs);
  const block = await measureNetworks(engine, cases, {
    batch,
    seed,
    sentinel,
    earlier,
    another: roundRule(deadlineMs, roundsBefore),
    onSample: ({ id, round, latencyUs, runs, disturbed, attempts }) => {
      const { network, sample } = proposedOf.get(id) as ProposedSample;
      files.roundsFile.append([{ network, sample, round, latency_us: latencyUs, runs, disturbed, attempts }]);
      onFraction(Math.min(0.99, (performance.now() - blockStartMs) / spanMs));
    },
  });
  for (const [at, { proposed, family, plan, widths }] of drawn.entries()) {
    const measured = block.networks[at];
    if (measured === undefined) throw new Error(`sample ${proposed.sample} was not measured`);
    const { network, sample, role, law } = proposed;
    const { clock } = engine.description;
    files.kernelsFile.append(
      measured.kernels.map((kernel) => kernelRow({ network, sample, role, clock }, kernel)),
    );
    const { flops, parameters } = new MorphNetView(plan, batch).totals(widths, [], new Float64Array(0));
    const kernels = new Lowering(family, engine.rules, batch).kernels(widths).length;
    const source = { network, sample, role, law, block: index, flops, parameters, kernels };
    files.networksFile.append([networkRow(source, block, measured)]);
  }
}

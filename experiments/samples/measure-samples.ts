import { mkdirSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import type { ProposedSample } from '../../calibration/propose/propose-samples.ts';
import { type ChannelPlan, planChannels } from '../../network/channel-plan.ts';
import { Lowering } from '../../network/lowering/lower.ts';
import { MorphNetView } from '../../network/morph-net-view.ts';
import type { Network } from '../../network/network.ts';
import { sampleWidths } from '../../network/sampling.ts';
import { shuffled } from '../../network/shuffle.ts';
import { gridWidths } from '../../network/width-grid.ts';
import { resizeNetwork } from '../../network/widths.ts';
import { type BlockOptions, type EarlierLoads, measureBlock } from '../../profiler/timing/measure-block.ts';
import type { KernelFigures, NetworkCase } from '../../profiler/timing/measure-load.ts';
import type { LoadSample } from '../../profiler/timing/measure-networks.ts';
import { kernelRow, networkRow } from '../../profiler/timing/measurement-rows.ts';
import type { Measurer } from '../../profiler/timing/measurer.ts';
import { sentinelNetwork } from '../../profiler/timing/sentinel.ts';
import { CsvFile } from '../../records/csv-file.ts';
import {
  failureRecord,
  type KernelLoadRecord,
  kernelLoadRecord,
  kernelRecord,
  type NetworkRecord,
  networkRecord,
  type RoundRecord,
  roundRecord,
} from '../../records/measurements.ts';
import type { ProgressListener } from '../progress.ts';

/** A network that samples are drawn from. */
export interface Family {
  readonly network: Network;
  readonly plan: ChannelPlan;
}

/** A sample with its widths, drawn by whatever law. */
export interface DrawnSample {
  readonly proposed: Omit<ProposedSample, 'law'> & { readonly law: string };
  readonly family: Family;
  readonly widths: Int32Array;
}

export function familyOf(network: Network): Family {
  return { network, plan: planChannels(network) };
}

/** Widths of a proposed sample; probes and the full network have all channels. */
export function drawSample(proposed: ProposedSample, family: Family, seed: number): DrawnSample {
  const { law, sample } = proposed;
  const { plan } = family;
  const widths =
    law === 'full' || law === 'probe'
      ? plan.fullWidths
      : law === 'grid'
        ? gridWidths(plan, seed, sample)
        : sampleWidths(plan, law, seed, sample);
  return { proposed, family, widths };
}

export interface MeasureSamplesOptions {
  readonly measurer: Measurer;
  readonly samples: readonly DrawnSample[];
  readonly batch: number;
  readonly seed: number;
  /** Folder of networks.csv, kernels.csv, rounds.csv, kernel-loads.csv and failures.csv. */
  readonly out: string;
  /** How often each network is loaded anew; its rounds are shared out among the loads. */
  readonly loads: number;
  readonly minRounds: number;
  readonly maxRounds: number;
  /** Time when the rounds of all blocks must be done, beyond the least number, on performance.now()'s clock. */
  readonly deadlineMs: number;
  /** Enough rounds were taken once the relative standard error of every network's median is at most this. */
  readonly targetError?: number;
  /** Of which half the width is re-timed all along, to compare blocks; by default that of the first sample. */
  readonly sentinelFamily?: Family;
  /** Number of the first block, where others were measured before. */
  readonly firstBlock?: number;
  /** Blocks whose networks repeat worse than this are measured for as many rounds again, up to so many. */
  readonly steady?: { readonly repeatability: number; readonly maxRounds: number };
  /** Most networks that are loaded at once. */
  readonly networksPerBlock?: number;
  readonly onProgress?: ProgressListener;
}

/** Engines that never free what they pooled for a shape must not see too many of them in one process. */
const NETWORKS_PER_BLOCK = 128;
/** Share of the machine's memory that loaded networks may take. */
const MEMORY_SHARE = 0.35;
/** WebAssembly addresses 4 GiB; networks, their maps and what was freed in between must fit. */
const HEAP_BYTES: Partial<Record<string, number>> = { wasm: 2 ** 31 };
/** Bytes that a loaded network takes per byte of its weights: the engine keeps packed copies. */
const BYTES_PER_WEIGHT_BYTE = 2.5;

interface Files {
  readonly kernels: CsvFile<typeof kernelRecord>;
  readonly networks: CsvFile<typeof networkRecord>;
  readonly rounds: CsvFile<typeof roundRecord>;
  readonly kernelLoads: CsvFile<typeof kernelLoadRecord>;
  readonly failures: CsvFile<typeof failureRecord>;
}

/** The files that measuring writes in a folder. */
export function measurementFiles(out: string): Files {
  return {
    kernels: new CsvFile(join(out, 'kernels.csv'), kernelRecord),
    networks: new CsvFile(join(out, 'networks.csv'), networkRecord),
    rounds: new CsvFile(join(out, 'rounds.csv'), roundRecord),
    kernelLoads: new CsvFile(join(out, 'kernel-loads.csv'), kernelLoadRecord),
    failures: new CsvFile(join(out, 'failures.csv'), failureRecord),
  };
}

const caseId = ({ network, sample }: { network: string; sample: number }) => `${network} ${sample}`;

/** Kernels are recorded where they are fitted. */
function isProfiled({ role }: Pick<ProposedSample, 'role'>): boolean {
  return role === 'fit' || role === 'probe';
}

/**
 * Networks that are loaded and measured together, in shuffled order: all of them where memory allows, so that every
 * round compares them in one state of the machine.
 */
function blocksOf(
  samples: readonly DrawnSample[],
  seed: number,
  most: number,
  heapBytes = Number.POSITIVE_INFINITY,
): DrawnSample[][] {
  const limit = Math.min(heapBytes, MEMORY_SHARE * totalmem());
  const blocks: DrawnSample[][] = [[]];
  let bytes = 0;
  const views = new Map<Family, MorphNetView>();
  for (const index of shuffled(samples.length, seed, 0)) {
    const next = samples[index] as DrawnSample;
    const view = views.get(next.family) ?? new MorphNetView(next.family.plan);
    views.set(next.family, view);
    const { parameters } = view.totals(next.widths, [], new Float64Array(0));
    const size = 4 * parameters * (isProfiled(next.proposed) ? 2 : 1) * BYTES_PER_WEIGHT_BYTE;
    if ((bytes + size > limit && bytes > 0) || blocks.at(-1)?.length === most) {
      blocks.push([]);
      bytes = 0;
    }
    bytes += size;
    blocks.at(-1)?.push(next);
  }
  return blocks;
}

/**
 * Measures samples in blocks of shuffled rounds, over several loads. Every sample is written as soon as it is taken,
 * the kernels of a load once it ends, and every network once its block is done, so that a killed run goes on where it
 * was. Networks that kill what measures them are left out and named in failures.csv.
 * @returns the rows of networks.csv
 */
export async function measureSamples(options: MeasureSamplesOptions): Promise<NetworkRecord[]> {
  const { samples, seed, out, deadlineMs } = options;
  mkdirSync(out, { recursive: true });
  const files = measurementFiles(out);
  for (const file of Object.values(files)) file.repair();
  const done = new Set(files.networks.read().map(caseId));
  files.kernels.keep((row) => done.has(caseId(row)));
  for (const row of files.failures.read()) done.add(caseId(row));
  const [first] = samples.filter(({ proposed }) => proposed.role !== 'probe');
  if (first === undefined) return files.networks.read();
  const sentinel = sentinelNetwork((options.sentinelFamily ?? first.family).plan);
  const blocks = blocksOf(
    samples,
    seed,
    options.networksPerBlock ?? NETWORKS_PER_BLOCK,
    HEAP_BYTES[options.measurer.description.engine],
  );
  const earlier = new EarlierRows(files, done);
  for (const [index, block] of blocks.entries()) {
    const waiting = block.filter(({ proposed }) => !done.has(caseId(proposed)));
    if (waiting.length === 0) continue;
    const now = performance.now();
    const blockDeadlineMs = now + Math.max(0, deadlineMs - now) / (blocks.length - index);
    await measureSampleBlock(
      options,
      index + (options.firstBlock ?? 0),
      waiting,
      sentinel,
      blockDeadlineMs,
      files,
      earlier,
      (fraction, text) =>
        options.onProgress?.({
          fraction: (index + fraction) / blocks.length,
          text: `${waiting.length} networks${blocks.length > 1 ? `, block ${index + 1} of ${blocks.length}` : ''}${text}`,
        }),
    );
  }
  return files.networks.read();
}

/** Rows by case, of those that have no row of networks.csv yet. */
function rowsByCase<T extends { network: string; sample: number }>(
  rows: readonly T[],
  done: ReadonlySet<string>,
): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const row of rows) {
    const id = caseId(row);
    if (done.has(id)) continue;
    const list = found.get(id);
    if (list === undefined) found.set(id, [row]);
    else list.push(row);
  }
  return found;
}

/** What killed processes left of networks that they did not finish: at most a few blocks, read once. */
class EarlierRows {
  readonly rounds: ReadonlyMap<string, readonly RoundRecord[]>;
  readonly kernelLoads: ReadonlyMap<string, readonly KernelLoadRecord[]>;

  constructor(files: Files, done: ReadonlySet<string>) {
    this.rounds = rowsByCase(files.rounds.read(), done);
    this.kernelLoads = rowsByCase(files.kernelLoads.read(), done);
  }
}

/**
 * What killed processes measured of these cases. A case's rounds are written in order, so they have no gaps; of its
 * kernels in one load a kill may have left out the last.
 */
function earlierLoads(
  rows: EarlierRows,
  cases: readonly NetworkCase[],
  { measurer, batch }: MeasureSamplesOptions,
): EarlierLoads {
  const samples: LoadSample[] = [];
  const kernels = new Map<string, Map<number, KernelFigures[]>>();
  for (const { id } of cases) {
    for (const row of rows.rounds.get(id) ?? []) {
      const { round, runs, disturbed, attempts, load } = row;
      const { latency_us: latencyUs, cold_us: coldUs = latencyUs } = row;
      samples.push({ id, round, latencyUs, coldUs, runs, disturbed, attempts, load });
    }
    for (const row of rows.kernelLoads.get(id) ?? []) {
      const { kernel, spread, rounds, load } = row;
      const loads = kernels.get(id) ?? new Map<number, KernelFigures[]>();
      const figures = loads.get(load) ?? [];
      figures.push({ kernel, latencyUs: row.latency_us, spread, minUs: row.min_us, rounds });
      kernels.set(id, loads.set(load, figures));
    }
  }
  const whole = new Map<string, KernelFigures[][]>();
  for (const { id, network } of cases) {
    const loads = kernels.get(id);
    if (loads === undefined) continue;
    const count = new Lowering(network, measurer.rules, batch).kernels().length;
    whole.set(
      id,
      [...loads.values()].filter(({ length }) => length === count),
    );
  }
  return { samples, kernels: whole };
}

/** Told how much of a block is done, and what is being done. */
type BlockProgress = (fraction: number, text: string) => void;

/** Progress of a block by rounds or by time, whichever its policy is nearer to ending by. */
function blockProgress(
  { minRounds, maxRounds }: MeasureSamplesOptions,
  cases: number,
  taken: number,
  deadlineMs: number,
  onProgress: BlockProgress,
): Required<Pick<BlockOptions, 'onSample' | 'onStage'>> {
  const startMs = performance.now();
  let samples = taken;
  let loading = 0;
  const tell = (text: string) => {
    const now = performance.now();
    const byTime = deadlineMs > startMs ? (now - startMs) / (deadlineMs - startMs) : 0;
    const byLeast = samples / (cases * minRounds);
    const byMost = samples / (cases * maxRounds);
    onProgress(Math.min(0.99, byLeast, Math.max(byTime, byMost)), text);
  };
  let where = '';
  return {
    onStage({ step, id }, load) {
      if (step === 'load') loading = id === null ? 0 : loading + 1;
      where = load.of > 1 ? `, load ${load.index + 1} of ${load.of}` : '';
      if (step === 'load') tell(`${where}: loading ${loading} of ${cases}`);
    },
    onSample() {
      samples++;
      tell(where);
    },
  };
}

async function measureSampleBlock(
  options: MeasureSamplesOptions,
  index: number,
  samples: readonly DrawnSample[],
  sentinel: Network,
  deadlineMs: number,
  files: Files,
  earlierRows: EarlierRows,
  onProgress: BlockProgress,
): Promise<void> {
  const { measurer, batch, seed, loads, minRounds, maxRounds, targetError } = options;
  const cases = samples.map(
    ({ proposed, family, widths }): NetworkCase => ({
      id: caseId(proposed),
      network: resizeNetwork(family.plan, widths),
      profiled: isProfiled(proposed),
    }),
  );
  const earlier = earlierLoads(earlierRows, cases, options);
  const sampleOf = new Map(samples.map((sample) => [caseId(sample.proposed), sample]));
  const proposedOf = (id: string) => (sampleOf.get(id) as DrawnSample).proposed;
  const progress = blockProgress(options, cases.length, earlier.samples.length, deadlineMs, onProgress);
  const block = await measureBlock(measurer, cases, {
    batch,
    seed,
    sentinel,
    loads,
    policy: {
      minRounds,
      maxRounds,
      deadlineMs: performance.timeOrigin + deadlineMs,
      ...(targetError === undefined ? {} : { targetError }),
    },
    earlier,
    ...(options.steady === undefined ? {} : { steady: options.steady }),
    onStage: progress.onStage,
    onSample(taken) {
      const { id, round, latencyUs, coldUs, runs, disturbed, attempts, load } = taken;
      const { network, sample } = proposedOf(id);
      files.rounds.append([
        { network, sample, round, latency_us: latencyUs, cold_us: coldUs, runs, disturbed, attempts, load },
      ]);
      progress.onSample(taken);
    },
    onKernels(load, kernels) {
      for (const [id, figures] of kernels) {
        const { network, sample } = proposedOf(id);
        files.kernelLoads.append(
          figures.map(({ kernel, latencyUs, spread, minUs, rounds }) => {
            return { network, sample, load, kernel, latency_us: latencyUs, spread, min_us: minUs, rounds };
          }),
        );
      }
    },
    onFailure({ id, reason }) {
      const { network, sample, role, law } = proposedOf(id);
      files.failures.append([{ network, sample, role, law, reason }]);
    },
  });
  const { rules, description } = measurer;
  const families = new Map<Family, { view: MorphNetView; lowering: Lowering }>();
  const costsOf = (family: Family) => {
    const known = families.get(family);
    if (known !== undefined) return known;
    const view = new MorphNetView(family.plan, batch);
    const made = { view, lowering: new Lowering(family.network, rules, batch) };
    families.set(family, made);
    return made;
  };
  for (const measured of block.networks) {
    const { proposed, family, widths } = sampleOf.get(measured.id) as DrawnSample;
    const { network, sample, role, law } = proposed;
    const source = { network, sample, role };
    files.kernels.append(
      measured.kernels.map((kernel) => kernelRow({ ...source, clock: description.clock }, kernel)),
    );
    const { view, lowering } = costsOf(family);
    const { flops, parameters } = view.totals(widths, [], new Float64Array(0));
    const kernels = lowering.kernels(widths).length;
    files.networks.append([
      networkRow({ ...source, law, block: index, flops, parameters, kernels }, block, measured),
    ]);
  }
}

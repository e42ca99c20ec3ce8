import { totalmem } from 'node:os';
import { join } from 'node:path';
import type { ProposedSample } from '../calibration/propose-samples.ts';
import { type ChannelPlan, planChannels } from '../network/channel-plan.ts';
import { Lowering } from '../network/lowering/lower.ts';
import { MorphNetView } from '../network/morph-net-view.ts';
import type { Network } from '../network/network.ts';
import { multipliedWidths, sampleWidths } from '../network/sampling.ts';
import { shuffled } from '../network/shuffle.ts';
import { resizeNetwork } from '../network/widths.ts';
import { CsvFile } from '../profiler/csv-file.ts';
import type { Engine } from '../profiler/engine.ts';
import { measureNetworks, type NetworkCase } from '../profiler/measure-networks.ts';
import {
  kernelRecord,
  kernelRow,
  type NetworkRecord,
  networkRecord,
  networkRow,
  roundRecord,
} from '../profiler/records.ts';
import type { ProgressListener } from './progress.ts';

/** A network that samples are drawn from. */
export interface Family {
  readonly network: Network;
  readonly plan: ChannelPlan;
}

/** A sample with its widths. */
export interface DrawnSample {
  readonly proposed: ProposedSample;
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
  const widths = law === 'full' || law === 'probe' ? plan.fullWidths : sampleWidths(plan, law, seed, sample);
  return { proposed, family, widths };
}

export interface MeasureSamplesOptions {
  readonly engine: Engine;
  readonly samples: readonly DrawnSample[];
  readonly batch: number;
  readonly seed: number;
  /** Folder of networks.csv, kernels.csv and rounds.csv. */
  readonly out: string;
  readonly minRounds: number;
  readonly maxRounds: number;
  /** Time when the rounds of all blocks must be done, beyond the least number, on performance.now()'s clock. */
  readonly deadlineMs: number;
  readonly onProgress?: ProgressListener;
}

/** Share of the machine's memory that loaded networks may take. */
const MEMORY_SHARE = 0.35;
/** Bytes that a loaded network takes per byte of its weights: the engine keeps packed copies. */
const BYTES_PER_WEIGHT_BYTE = 2.5;
/** The sentinel is the first family's network at this width multiplier. */
const SENTINEL_ALPHA = 0.5;

interface Files {
  readonly kernels: CsvFile<typeof kernelRecord>;
  readonly networks: CsvFile<typeof networkRecord>;
  readonly rounds: CsvFile<typeof roundRecord>;
}

/** The files that measuring writes in a folder. */
export function measurementFiles(out: string): Files {
  return {
    kernels: new CsvFile(join(out, 'kernels.csv'), kernelRecord),
    networks: new CsvFile(join(out, 'networks.csv'), networkRecord),
    rounds: new CsvFile(join(out, 'rounds.csv'), roundRecord),
  };
}

const caseId = ({ network, sample }: { network: string; sample: number }) => `${network} ${sample}`;

/** Kernels are recorded where they are fitted. */
function isProfiled({ role }: ProposedSample): boolean {
  return role === 'fit' || role === 'probe';
}

/**
 * Networks that are loaded and measured together, in shuffled order: all of them where memory allows, so that every
 * round compares them in one state of the machine.
 */
function blocksOf(samples: readonly DrawnSample[], seed: number): DrawnSample[][] {
  const limit = MEMORY_SHARE * totalmem();
  const blocks: DrawnSample[][] = [[]];
  let bytes = 0;
  for (const index of shuffled(samples.length, seed, 0)) {
    const next = samples[index] as DrawnSample;
    const { parameters } = new MorphNetView(next.family.plan).totals(next.widths, [], new Float64Array(0));
    const size = 4 * parameters * (isProfiled(next.proposed) ? 2 : 1) * BYTES_PER_WEIGHT_BYTE;
    if (bytes + size > limit && bytes > 0) {
      blocks.push([]);
      bytes = 0;
    }
    bytes += size;
    blocks.at(-1)?.push(next);
  }
  return blocks;
}

/**
 * Measures samples in blocks of shuffled rounds. Every round is written as soon as it is timed and every network once
 * its block is done, so that a killed run goes on after its last whole round.
 * @returns the rows of networks.csv
 */
export async function measureSamples(options: MeasureSamplesOptions): Promise<NetworkRecord[]> {
  const { samples, seed, out, deadlineMs } = options;
  const files = measurementFiles(out);
  for (const file of Object.values(files)) file.repair();
  const done = new Set(files.networks.read().map(caseId));
  files.kernels.keep((row) => done.has(caseId(row)));
  const [first] = samples.filter(({ proposed }) => proposed.role !== 'probe');
  if (first === undefined) return files.networks.read();
  const { plan } = first.family;
  const sentinel = resizeNetwork(plan, multipliedWidths(plan, SENTINEL_ALPHA));
  const blocks = blocksOf(samples, seed);
  for (const [index, block] of blocks.entries()) {
    const waiting = block.filter(({ proposed }) => !done.has(caseId(proposed)));
    if (waiting.length === 0) continue;
    const now = performance.now();
    const blockDeadlineMs = now + Math.max(0, deadlineMs - now) / (blocks.length - index);
    await measureBlock(options, index, waiting, sentinel, blockDeadlineMs, files, (fraction) =>
      options.onProgress?.({
        fraction: (index + fraction) / blocks.length,
        text: `${waiting.length} networks${blocks.length > 1 ? `, block ${index + 1} of ${blocks.length}` : ''}`,
      }),
    );
  }
  return files.networks.read();
}

/** Rounds that a killed process completed for all of these cases, by case. */
function earlierRounds(file: Files['rounds'], ids: ReadonlySet<string>): Map<string, number[]> {
  const times = new Map<string, number[]>([...ids].map((id) => [id, []]));
  for (const row of file.read()) times.get(caseId(row))?.push(row.latency_us);
  const complete = Math.min(...[...times.values()].map((rounds) => rounds.length));
  file.keep((row) => !ids.has(caseId(row)) || row.round < complete);
  return new Map([...times].map(([id, rounds]) => [id, rounds.slice(0, complete)]));
}

async function measureBlock(
  options: MeasureSamplesOptions,
  index: number,
  samples: readonly DrawnSample[],
  sentinel: Network,
  deadlineMs: number,
  files: Files,
  onFraction: (fraction: number) => void,
): Promise<void> {
  const { engine, batch, seed, minRounds, maxRounds } = options;
  const cases = samples.map(
    ({ proposed, family, widths }): NetworkCase => ({
      id: caseId(proposed),
      network: resizeNetwork(family.plan, widths),
      profiled: isProfiled(proposed),
    }),
  );
  const earlier = earlierRounds(files.rounds, new Set(cases.map(({ id }) => id)));
  const before = earlier.get(cases[0]?.id ?? '')?.length ?? 0;
  const proposedOf = new Map(samples.map(({ proposed }) => [caseId(proposed), proposed]));
  const startMs = performance.now();
  let taken = 0;
  const block = await measureNetworks(engine, cases, {
    batch,
    seed,
    sentinel,
    earlier,
    // An even number, so that the two interleaved passes are equal. Kernels are recorded in this process's rounds.
    another(rounds, seconds) {
      const own = rounds - before;
      if (rounds < minRounds || own < 2 || rounds % 2 === 1) return true;
      return rounds < maxRounds && performance.now() + (2e3 * seconds) / own < deadlineMs;
    },
    onSample({ id, round, latencyUs, runs, disturbed, attempts }) {
      const { network, sample } = proposedOf.get(id) as ProposedSample;
      files.rounds.append([{ network, sample, round, latency_us: latencyUs, runs, disturbed, attempts }]);
      taken++;
      const byTime = (performance.now() - startMs) / Math.max(1, deadlineMs - startMs);
      const byLeast = taken / (cases.length * Math.max(1, minRounds - before));
      onFraction(Math.min(0.99, byLeast, Math.max(byTime, taken / (cases.length * maxRounds))));
    },
  });
  for (const [at, { proposed, family, widths }] of samples.entries()) {
    const measured = block.networks[at];
    if (measured === undefined) throw new Error(`sample ${proposed.sample} was not measured`);
    const { network, sample, role, law } = proposed;
    const { clock } = engine.description;
    files.kernels.append(
      measured.kernels.map((kernel) => kernelRow({ network, sample, role, clock }, kernel)),
    );
    const { flops, parameters } = new MorphNetView(family.plan, batch).totals(
      widths,
      [],
      new Float64Array(0),
    );
    const kernels = new Lowering(family.network, engine.rules, batch).kernels(widths).length;
    const source = { network, sample, role, law, block: index, flops, parameters, kernels };
    files.networks.append([networkRow(source, block, measured)]);
  }
}

// Measures drawn sub-networks block by block, resumable; calibration and study share it.
import { resizeNetwork } from '../../network/widths.ts';
import { engineNamed } from '../../profiler/engines/registry.ts';
import { measureBlock } from '../../profiler/timing/measure-block.ts';
import type { NetworkCase } from '../../profiler/timing/measure-load.ts';
import type { Measurer } from '../../profiler/timing/measurer.ts';
import type { PrecisionTarget } from '../../profiler/timing/next-step.ts';
import { pacerNetwork } from '../../profiler/timing/pacer.ts';
import { sentinelNetwork } from '../../profiler/timing/sentinel.ts';
import { makeFolder } from '../../records/make-folder.ts';
import { type MeasurementFiles, measurementFiles } from '../../records/measurement-files.ts';
import type { NetworkRecord } from '../../records/measurements.ts';
import type { ProgressListener } from '../progress.ts';
import { allotBlocks, NETWORKS_PER_BLOCK } from './allot-blocks.ts';
import { type BlockProgress, blockProgress } from './block-progress.ts';
import { EarlierRows } from './earlier-loads.ts';
import { type DrawnSample, type Family, isProfiled, sampleId } from './family.ts';
import { recordAsTaken, recordBlock } from './record-block.ts';

export interface MeasureSamplesOptions {
  readonly measurer: Measurer;
  readonly samples: readonly DrawnSample[];
  readonly batch: number;
  readonly seed: number;
  /** Folder of networks.csv, kernels.csv, rounds.csv, kernel-loads.csv and failures.csv. */
  readonly out: string;
  /** How often each network is loaded anew; with least loads, at most. */
  readonly loads: number;
  /** After so many a block ends at its deadline, and shares out its time until then; all of them by default. */
  readonly leastLoads?: number;
  /** Networks that are less sure go on alone. */
  readonly precision?: PrecisionTarget;
  readonly minRounds: number;
  readonly maxRounds: number;
  /** Time when the rounds of all blocks must be done, beyond the least number, on performance.now()'s clock. */
  readonly deadlineMs: number;
  /** Of which half the width is re-timed all along, to compare blocks; by default that of the first sample. */
  readonly sentinelFamily?: Family;
  /** Number of the first block, where others were measured before. */
  readonly firstBlock?: number;
  /** Most networks that are loaded at once. */
  readonly networksPerBlock?: number;
  readonly onProgress?: ProgressListener;
}

/** What a folder holds already: its files, cut to whole rows, and the samples that are done with. */
function openFolder(out: string): { files: MeasurementFiles; done: ReadonlySet<string> } {
  makeFolder(out);
  const files = measurementFiles(out);
  for (const file of Object.values(files)) file.repair();
  const done = new Set(files.networks.read().map(sampleId));
  files.kernels.keep((row) => done.has(sampleId(row)));
  for (const row of files.failures.read()) done.add(sampleId(row));
  return { files, done };
}

/**
 * Measures samples in blocks of shuffled rounds, over several loads:
 *
 *     samples ─▶ allot to blocks ─▶ per block: go on with what a killed process left ─▶ measure, writing each sample
 *                                              as it is taken ─▶ write kernels and networks
 *
 * A killed run goes on where it was. Networks that kill what measures them are left out and named in failures.csv.
 * @returns the rows of networks.csv
 */
export async function measureSamples(options: MeasureSamplesOptions): Promise<NetworkRecord[]> {
  const { samples, measurer, seed, out, deadlineMs, firstBlock = 0 } = options;
  const { files, done } = openFolder(out);
  const first = samples.find(({ proposed }) => proposed.role !== 'probe');
  if (first === undefined) return files.networks.read();
  const family = options.sentinelFamily ?? first.family;
  const { heapBytes } = engineNamed(measurer.description.engine);
  const blocks = allotBlocks(samples, seed, options.networksPerBlock ?? NETWORKS_PER_BLOCK, heapBytes);
  const earlier = new EarlierRows(files, done);
  const waitingIn = blocks.map((block) => block.filter(({ proposed }) => !done.has(sampleId(proposed))));
  let left = waitingIn.reduce((sum, { length }) => sum + length, 0);
  for (const [index, waiting] of waitingIn.entries()) {
    if (waiting.length === 0) continue;
    // A block's share of the time is that of its networks.
    const share = waiting.length / left;
    left -= waiting.length;
    const now = performance.now();
    const where = blocks.length > 1 ? `, block ${index + 1} of ${blocks.length}` : '';
    await measureSampleBlock(options, {
      samples: waiting,
      family,
      number: index + firstBlock,
      deadlineMs: now + share * Math.max(0, deadlineMs - now),
      files,
      earlier,
      onProgress(fraction, text) {
        const what = `${waiting.length} networks${where}${text}`;
        options.onProgress?.({ fraction: (index + fraction) / blocks.length, text: what });
      },
    });
  }
  return files.networks.read();
}

/** Some samples that are measured together. */
interface SampleBlock {
  readonly samples: readonly DrawnSample[];
  /** Of the sentinel. */
  readonly family: Family;
  readonly number: number;
  /** On performance.now()'s clock. */
  readonly deadlineMs: number;
  readonly files: MeasurementFiles;
  readonly earlier: EarlierRows;
  readonly onProgress: BlockProgress;
}

async function measureSampleBlock(options: MeasureSamplesOptions, block: SampleBlock): Promise<void> {
  const { measurer, batch, seed, loads, leastLoads, minRounds, maxRounds, precision } = options;
  const { samples, deadlineMs, files } = block;
  const { rules, description } = measurer;
  const cases = samples.map(
    ({ proposed, family, widths }): NetworkCase => ({
      id: sampleId(proposed),
      network: resizeNetwork(family.plan, widths),
      profiled: isProfiled(proposed),
    }),
  );
  const earlier = block.earlier.of(cases, rules, batch);
  const record = recordAsTaken(files, samples);
  const progress = blockProgress(options, cases.length, earlier.samples.length, deadlineMs, block.onProgress);
  const measured = await measureBlock(measurer, cases, {
    batch,
    seed,
    sentinel: sentinelNetwork(block.family.plan),
    pacer: pacerNetwork(),
    loads,
    ...(leastLoads === undefined ? {} : { leastLoads }),
    policy: {
      minRounds,
      maxRounds,
      deadlineMs: performance.timeOrigin + deadlineMs,
    },
    earlier,
    ...(precision === undefined ? {} : { precision }),
    ...record,
    onStage: progress.onStage,
    onSample(taken) {
      record.onSample(taken);
      progress.onSample(taken);
    },
  });
  recordBlock(files, samples, measured, { block: block.number, batch, rules, clock: description.clock });
}

import { join } from 'node:path';
import type { Device } from '../../calibration/device-profile.ts';
import { driftSince } from '../../calibration/profile-match.ts';
import type { ChannelPlan } from '../../network/channel-plan.ts';
import type { Network } from '../../network/network.ts';
import type { Engine } from '../../profiler/engines/engine.ts';
import { type Measurer, measurerOf } from '../../profiler/timing/measurer.ts';
import type { EngineDescription } from '../../records/engine-description.ts';
import { engineChoice } from '../../records/engine-description.ts';
import type { NetworkRecord } from '../../records/measurements.ts';
import { REPEATABILITY_LIMIT } from '../../records/repeatability.ts';
import { writeJson } from '../../records/run-file.ts';
import { type StudyRecord, type StudySummary, studySummary } from '../../records/study.ts';
import { UserError } from '../../records/user-error.ts';
import type { ProgressListener } from '../progress.ts';
import { type DrawnSample, familyOf, measurementFiles, measureSamples } from '../samples/measure-samples.ts';
import { DEFAULT_SPREAD, drawsOf, filesHash, type StudyLaw, type WidthsFile } from './draw.ts';
import { withRate } from './rate.ts';
import { addMeasurements, type Column, columnsOf, predictRows, writeRows } from './rows.ts';
import { type Shard, samplesOf, shardName } from './shard.ts';
import { type BaseSettings, type MeasuringSettings, openStudyRun } from './study-run.ts';
import { sentinelOf, summaryOf } from './summary.ts';

export interface StudyMeasuring {
  /** Number of samples, from the first on, that are measured too. */
  readonly count: number;
  readonly rounds: number;
  readonly engine: Engine | Measurer;
}

export interface StudyOptions {
  readonly network: Network;
  readonly samples: number;
  readonly law: StudyLaw;
  /** Structure files: the centre of law `around`, the samples of law `file`. */
  readonly files?: readonly WidthsFile[];
  /** Of law `around`: standard deviation of the logarithm of a width. */
  readonly spread?: number;
  readonly devices: readonly Device[];
  readonly batch: number;
  readonly seed: number;
  readonly measure?: StudyMeasuring;
  /** The part of the samples that this study is. */
  readonly shard?: Shard;
  /** Folder for run.json, study.csv, study.json and the files of the measurements. */
  readonly out: string;
  /** Most networks that are loaded and measured together. */
  readonly networksPerBlock?: number;
  /** Whether study.parquet is written beside study.csv. */
  readonly parquet?: boolean;
  readonly onProgress?: ProgressListener;
}

/** Networks that do not repeat are measured for so many times the rounds, at most. */
const MOST_ROUNDS = 3;
/** How often each network is loaded where its rounds allow: what is predicted is the median over loads. */
const LOADS = 2;

/** Loads of each network that so many rounds are shared out among. */
export function loadsOf(rounds: number): number {
  return Math.min(LOADS, Math.max(1, Math.floor(rounds / 2)));
}

/** Settings of a study before it measures. */
export function baseSettings(options: StudyOptions): BaseSettings {
  const { network, law, seed, batch, files, shard } = options;
  return {
    network: network.name,
    law,
    seed,
    batch,
    ...(law === 'around' ? { spread: options.spread ?? DEFAULT_SPREAD } : {}),
    ...(files === undefined ? {} : { widths_sha256: filesHash(files) }),
    ...(shard === undefined ? {} : { shard: shardName(shard) }),
  };
}

/** What measuring adds to them; null without. */
export function measuringSettings({ measure }: StudyOptions): MeasuringSettings | null {
  if (measure === undefined) return null;
  const { description } = measurerOf(measure.engine);
  return { engine: engineChoice(description), threads: description.threads, rounds: measure.rounds };
}

/**
 * The samples to measure, with their widths.
 * @throws UserError for more than there are
 */
export function samplesToMeasure(options: StudyOptions, count: number, plan: ChannelPlan): DrawnSample[] {
  const { network, law, samples, shard } = options;
  if (count > samples) {
    throw new UserError({
      got: `--measure ${count} of ${samples} samples`,
      expected: 'at most as many as are drawn',
      fix: 'lower it or raise --samples',
    });
  }
  const widthsOf = drawsOf(plan, options);
  const family = { network, plan };
  return samplesOf(count, shard).map((sample) => ({
    proposed: { network: network.name, sample, role: 'report', law },
    family,
    widths: widthsOf(sample),
  }));
}

async function measured(
  options: StudyOptions,
  { rounds }: StudyMeasuring,
  measurer: Measurer,
  drawn: readonly DrawnSample[],
): Promise<NetworkRecord[]> {
  return measureSamples({
    measurer,
    samples: drawn,
    batch: options.batch,
    seed: options.seed,
    out: options.out,
    loads: loadsOf(rounds),
    minRounds: rounds,
    maxRounds: rounds,
    steady: { repeatability: REPEATABILITY_LIMIT, maxRounds: MOST_ROUNDS * rounds },
    deadlineMs: performance.now(),
    ...(options.networksPerBlock === undefined ? {} : { networksPerBlock: options.networksPerBlock }),
    ...(options.onProgress === undefined ? {} : { onProgress: withRate(options.onProgress, drawn.length) }),
  });
}

function summarized(
  options: StudyOptions,
  columns: readonly Column[],
  rows: readonly StudyRecord[],
  networks: readonly NetworkRecord[],
  engine: EngineDescription | null,
  predictSeconds: number,
): StudySummary {
  const { network, samples, law, seed, batch, shard } = options;
  const calibrated = columns.find(({ device }) => device.kind === 'measured');
  const drift = (description: EngineDescription) =>
    calibrated === undefined || networks.length === 0
      ? null
      : driftSince(calibrated.device, {
          network: network.name,
          batch,
          engine: description,
          sentinelUs: sentinelOf(networks),
        });
  return summaryOf(
    {
      network: network.name,
      samples,
      law,
      seed,
      batch,
      ...(shard === undefined ? {} : { shard: shardName(shard) }),
    },
    rows,
    columns.map(({ name, device, predictor }) => ({
      column: name,
      name: device.name,
      kind: device.kind,
      view: predictor.view,
    })),
    predictSeconds,
    engine === null ? null : { networks, engine, driftSinceCalibration: drift(engine) },
  );
}

/**
 * The random-model study: FLOPs, weights, bytes and predicted latencies of random sub-networks, and the measured
 * latency of the first of them. Sample k depends on the seed and k alone. A folder that holds the same study is gone on
 * with: predictions are made anew on the devices given, measurements are those in its files and what is missing.
 * @throws UserError for a folder of another study, or more measurements than samples
 */
export async function study(options: StudyOptions): Promise<StudySummary> {
  const { network, samples, batch, out, measure, shard, parquet = false } = options;
  const { plan } = familyOf(network);
  const widthsOf = drawsOf(plan, options);
  const drawn = samplesToMeasure(options, measure?.count ?? 0, plan);
  const measurer = measure === undefined ? null : measurerOf(measure.engine);
  const description = measurer?.description ?? null;
  const { context } = openStudyRun(out, baseSettings(options), measuringSettings(options), {
    engine: description,
    ...(options.files === undefined ? {} : { widths: [...options.files] }),
  });
  const columns = columnsOf(options.devices, plan, batch);
  const startMs = performance.now();
  const rows = predictRows(options, plan, columns, samplesOf(samples, shard), widthsOf);
  const predictSeconds = (performance.now() - startMs) / 1e3;
  const { networks: networksFile } = measurementFiles(out);
  networksFile.repair();
  addMeasurements(rows, networksFile.read());
  if (measure !== undefined && measurer !== null && drawn.length > 0) {
    // There to be looked at while networks are measured.
    await writeRows(out, rows, false);
    addMeasurements(rows, await measured(options, measure, measurer, drawn));
  }
  await writeRows(out, rows, parquet);
  const known = new Set(rows.map(({ sample }) => sample));
  const networks = networksFile.read().filter(({ sample }) => known.has(sample));
  const summary = summarized(options, columns, rows, networks, context.engine, predictSeconds);
  writeJson(join(out, 'study.json'), studySummary.parse(summary));
  return summary;
}

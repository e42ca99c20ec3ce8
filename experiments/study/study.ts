import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { mean, median } from 'simple-statistics';
import type { Device } from '../../calibration/device-profile.ts';
import { type LatencyPredictor, latencyPredictor } from '../../calibration/predict.ts';
import { driftSince } from '../../calibration/profile-match.ts';
import { MorphNetView } from '../../network/morph-net-view.ts';
import type { Network } from '../../network/network.ts';
import { type SamplingLaw, sampleWidths } from '../../network/sampling.ts';
import type { Engine, EngineDescription } from '../../profiler/engine.ts';
import { engineChoice } from '../../profiler/engines.ts';
import { type Measurer, measurerOf } from '../../profiler/measurer.ts';
import type { NetworkRecord } from '../../profiler/records.ts';
import { repeatabilityOf } from '../../profiler/round-statistics.ts';
import { drawSample, familyOf, measureSamples } from '../measure-samples.ts';
import type { ProgressListener } from '../progress.ts';
import { openRun, writeFileAtomic, writeJson } from '../run-file.ts';
import { correlationOf } from './correlations.ts';
import { predictedUs, STUDY_SCHEMA, type StudyRecord, type StudySummary, studySummary } from './records.ts';

export interface StudyOptions {
  readonly network: Network;
  readonly samples: number;
  readonly law: SamplingLaw;
  readonly devices: readonly Device[];
  readonly batch: number;
  readonly seed: number;
  /** Number of samples, from the first on, that are measured too, in how many rounds, and on what. */
  readonly measure?: { readonly count: number; readonly rounds: number; readonly engine: Engine | Measurer };
  /** Folder for run.json, study.csv, study.json and the files of the measurements. */
  readonly out: string;
  readonly onProgress?: ProgressListener;
}

/** How often each network is loaded where its rounds allow: what is predicted is the median over loads. */
const LOADS = 2;

interface Column {
  readonly name: string;
  readonly device: Device;
  readonly predictor: LatencyPredictor;
}

/** Column names: datasheet devices by name, measured ones `calibrated`, `calibrated_2`, … */
function columnsOf(options: StudyOptions, plan: ReturnType<typeof familyOf>['plan']): Column[] {
  let measured = 0;
  return options.devices.map((device) => {
    let name = device.name.replaceAll('-', '_');
    if (device.kind === 'measured') name = ++measured === 1 ? 'calibrated' : `calibrated_${measured}`;
    return {
      name: `${name}_us`,
      device,
      predictor: latencyPredictor(plan, device, { batch: options.batch }),
    };
  });
}

/** FLOPs, weights and a latency per device for every sample. */
function predictAll(
  options: StudyOptions,
  columns: readonly Column[],
  plan: ReturnType<typeof familyOf>['plan'],
): StudyRecord[] {
  const view = new MorphNetView(plan, options.batch);
  const none = new Float64Array(0);
  const rows: StudyRecord[] = [];
  for (let sample = 0; sample < options.samples; sample++) {
    const widths = sampleWidths(plan, options.law, options.seed, sample);
    const { flops, parameters } = view.totals(widths, [], none);
    const row: StudyRecord = {
      sample,
      law: options.law,
      flops,
      parameters,
      measured_us: null,
      measured_spread: null,
      measured_rounds: null,
      measured_disturbed: null,
    };
    for (const { name, predictor } of columns) row[name] = predictor.latencyUs(widths);
    rows.push(row);
  }
  return rows;
}

function addMeasurements(rows: StudyRecord[], measured: readonly NetworkRecord[]): void {
  for (const record of measured) {
    const row = rows[record.sample];
    if (row === undefined) continue;
    row.measured_us = record.latency_us;
    row.measured_spread = record.spread;
    row.measured_rounds = record.rounds;
    row.measured_disturbed = record.disturbed;
  }
}

function measuredSummary(
  rows: readonly StudyRecord[],
  measured: readonly NetworkRecord[],
  columns: readonly Column[],
  engine: EngineDescription,
  { network, batch }: Pick<StudyOptions, 'network' | 'batch'>,
): NonNullable<StudySummary['measured']> {
  const { engine: name, threads, adapter } = engine;
  const timed = rows.filter(({ measured_us }) => measured_us !== null);
  const latencies = timed.map(({ measured_us }) => measured_us as number);
  const of = (column: string) =>
    timed.map((row) => (column === 'flops' ? row.flops : predictedUs(row, column)));
  const calibrated = columns.find(({ device }) => device.kind === 'measured');
  const sentinelUs = median(measured.map(({ sentinel_us }) => sentinel_us));
  const drift =
    calibrated === undefined
      ? null
      : driftSince(calibrated.device, { network: network.name, batch, engine, sentinelUs });
  return {
    networks: timed.length,
    engine: name,
    threads,
    adapter,
    repeatability: repeatabilityOf(
      measured.map(({ pass_1_us, pass_2_us }) => ({ passesUs: [pass_1_us, pass_2_us] })),
    ),
    against_measured: ['flops', ...columns.map((column) => column.name)].map((column) =>
      correlationOf(column, of(column), latencies),
    ),
    calibrated_mape:
      calibrated === undefined
        ? null
        : mean(
            of(calibrated.name).map((predicted, i) =>
              Math.abs((predicted * (1 + (drift ?? 0))) / (latencies[i] as number) - 1),
            ),
          ),
    drift_since_calibration: drift,
  };
}

/**
 * The random-model study: FLOPs, weights and predicted latencies of random sub-networks, and the measured latency of
 * the first of them. Sample k does not depend on how many are drawn.
 */
export async function study(options: StudyOptions): Promise<StudySummary> {
  const { network, samples, law, batch, seed, out, measure } = options;
  const measurer = measure === undefined ? null : measurerOf(measure.engine);
  const description = measurer?.description ?? null;
  const family = familyOf(network);
  openRun(out, {
    command: 'study',
    settings: {
      network: network.name,
      law,
      seed,
      batch,
      ...(description === null || measure === undefined
        ? {}
        : { engine: engineChoice(description), threads: description.threads, rounds: measure.rounds }),
    },
    context: { engine: description },
  });
  const columns = columnsOf(options, family.plan);
  const startMs = performance.now();
  const rows = predictAll(options, columns, family.plan);
  const predictSeconds = (performance.now() - startMs) / 1e3;
  let measured: NetworkRecord[] = [];
  if (measure !== undefined && measurer !== null && measure.count > 0) {
    const drawn = Array.from({ length: Math.min(measure.count, samples) }, (_, sample) =>
      drawSample({ network: network.name, sample, role: 'report', law }, family, seed),
    );
    measured = await measureSamples({
      measurer,
      samples: drawn,
      batch,
      seed,
      out,
      loads: Math.min(LOADS, Math.max(1, Math.floor(measure.rounds / 2))),
      minRounds: measure.rounds,
      maxRounds: measure.rounds,
      deadlineMs: startMs,
      ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
    });
    addMeasurements(rows, measured);
  }
  const header = Object.keys(rows[0] ?? {});
  writeFileAtomic(join(out, 'study.csv'), stringify(rows, { header: true, columns: header }));
  const flops = rows.map((row) => row.flops);
  const summary: StudySummary = {
    schema: STUDY_SCHEMA,
    network: network.name,
    samples,
    law,
    seed,
    batch,
    devices: columns.map(({ name, device, predictor }) => ({
      column: name,
      name: device.name,
      kind: device.kind,
      view: predictor.view,
    })),
    predict_seconds: predictSeconds,
    flops_against_predicted: columns.map(({ name }) =>
      correlationOf(
        name,
        flops,
        rows.map((row) => predictedUs(row, name)),
      ),
    ),
    measured:
      description === null || measured.length === 0
        ? null
        : measuredSummary(rows, measured, columns, description, options),
  };
  writeJson(join(out, 'study.json'), studySummary.parse(summary));
  return summary;
}

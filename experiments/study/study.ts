// A study from its options to its files: draw, predict, measure, sum up.
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { deviceFrom } from '../../calibration/device-from.ts';
import { driftSince } from '../../calibration/profile-match.ts';
import { measurerOf } from '../../profiler/timing/measurer.ts';
import { withMeasurer } from '../../profiler/timing/with-measurer.ts';
import type { EngineDescription } from '../../records/engine-description.ts';
import { holdingFolder } from '../../records/folder-lock.ts';
import { measurementFiles } from '../../records/measurement-files.ts';
import type { NetworkRecord } from '../../records/measurements.ts';
import { writeJson } from '../../records/run-file.ts';
import { valueFromCode } from '../../records/run-settings.ts';
import { type StudyRecord, type StudySummary, studySummary } from '../../records/study.ts';
import { type DrawnStudy, drawStudy } from './drawn-study.ts';
import { measureStudy } from './measure-study.ts';
import { addMeasurements, type Column, columnsOf, rowPredictor, writeRows } from './rows.ts';
import { shardName } from './shard.ts';
import { type CompleteStudyOptions, type StudyOptions, settingsOf } from './study-options.ts';
import { openStudyRun, type StudyContext } from './study-run.ts';
import { DEFAULT_DEVICES, DEFAULT_SAMPLES, studySettings } from './study-settings.ts';
import { type MeasuredStudy, pacerOf, sentinelOf, summaryOf } from './summary.ts';

/** What a study's run.json says it found when it started. */
function contextOf({ measure, files }: CompleteStudyOptions): StudyContext {
  return {
    engine: measure === undefined ? null : measurerOf(measure.engine).description,
    ...(files === undefined ? {} : { widths: [...files] }),
  };
}

interface Predictions {
  readonly columns: readonly Column[];
  readonly rows: StudyRecord[];
  readonly seconds: number;
}

/** Samples between two turns of the event loop, in which a signal is heard. */
const SAMPLES_PER_TURN = 500;

/** Predictions of all samples on all devices. */
async function predict(
  options: CompleteStudyOptions,
  { family, samples, widthsOf }: DrawnStudy,
): Promise<Predictions> {
  const columns = columnsOf(options.devices, family.plan, options.batch);
  const startMs = performance.now();
  const predictOf = rowPredictor(options, family.plan, columns, widthsOf);
  const rows: StudyRecord[] = [];
  for (const sample of samples) {
    rows.push(predictOf(sample));
    if (rows.length % SAMPLES_PER_TURN === 0) await setImmediate();
  }
  return { columns, rows, seconds: (performance.now() - startMs) / 1e3 };
}

/**
 * Fills in what earlier starts measured, measures what is left and fills that in.
 * @returns the measured networks that have a row
 */
async function measureInto(
  rows: readonly StudyRecord[],
  options: CompleteStudyOptions,
  { toMeasure }: DrawnStudy,
): Promise<NetworkRecord[]> {
  const { out, measure } = options;
  const file = measurementFiles(out).networks;
  file.repair();
  addMeasurements(rows, file.read());
  if (measure !== undefined && toMeasure.length > 0) {
    // There to be looked at while networks are measured.
    await writeRows(out, rows, false);
    addMeasurements(rows, await measureStudy(options, measure, toMeasure));
  }
  const known = new Set(rows.map(({ sample }) => sample));
  return file.read().filter(({ sample }) => known.has(sample));
}

/** What was measured, with the machine's drift since the first measured device was calibrated; null for nothing. */
function measuredStudy(
  { network, batch }: CompleteStudyOptions,
  columns: readonly Column[],
  networks: readonly NetworkRecord[],
  engine: EngineDescription | null,
): MeasuredStudy | null {
  if (engine === null || networks.length === 0) return null;
  const calibrated = columns.find(({ device }) => device.kind === 'measured');
  const session = {
    network: network.name,
    batch,
    engine,
    sentinelUs: sentinelOf(networks),
    pacerUs: pacerOf(networks),
  };
  const drift = calibrated === undefined ? null : driftSince(calibrated.device, session);
  return { networks, engine, driftSinceCalibration: drift };
}

/** What study.json says of a study. */
function aboutStudy({ network, samples, law, seed, batch, shard }: CompleteStudyOptions) {
  return {
    network: network.name,
    samples,
    law,
    seed,
    batch,
    ...(shard === undefined ? {} : { shard: shardName(shard) }),
  };
}

const deviceOf = ({ name, device, predictor }: Column): StudySummary['devices'][number] => ({
  column: name,
  name: device.name,
  kind: device.kind,
  view: predictor.view,
});

/**
 * The random-model study: FLOPs, weights, bytes and predicted latencies of random sub-networks, and the measured
 * latency of the first of them. Sample k depends on the seed and k alone. A folder that holds the same study is gone on
 * with: predictions are made anew on the devices given, measurements are those in its files and what is missing.
 *
 * ```
 *  network, law, seed ─▶ drawStudy ─┬─▶ predict ─▶ rows ──▶ measureInto ──▶ rows ─▶ study.csv
 *                                   │   (devices)           ▲       │                (study.parquet)
 *                                   └─▶ toMeasure ──────────┘       ▼
 *                                       (engine)              networks.csv ─▶ summaryOf ─▶ study.json
 * ```
 * @throws UserError for a setting or an engine that there is not, a folder of another study or another process, or more
 * measurements than samples
 */
export async function study(given: StudyOptions): Promise<StudySummary> {
  const { measure: measuring, ...others } = given;
  const { samples, law } = studySettings.fields;
  const options: CompleteStudyOptions = {
    ...others,
    samples: valueFromCode('samples', samples, given.samples) ?? DEFAULT_SAMPLES,
    law: given.law === 'file' ? 'file' : (valueFromCode('law', law, given.law) ?? 'uniform'),
    devices: given.devices ?? DEFAULT_DEVICES.map(deviceFrom),
    ...studySettings.complete(given),
  };
  const drawn = drawStudy(
    measuring === undefined ? options : { ...options, measure: { count: measuring.count } },
  );
  return holdingFolder(options.out, 'study', () => {
    if (measuring === undefined) return studyDrawn(options, drawn);
    const { count } = measuring;
    const rounds = valueFromCode('measure.rounds', studySettings.fields.rounds, measuring.rounds);
    return withMeasurer(measuring, (engine) =>
      studyDrawn({ ...options, measure: { count, rounds, engine } }, drawn),
    );
  });
}

async function studyDrawn(options: CompleteStudyOptions, drawn: DrawnStudy): Promise<StudySummary> {
  const { out, parquet = false } = options;
  const { context } = openStudyRun(out, { settings: settingsOf(options), context: contextOf(options) });

  const { columns, rows, seconds } = await predict(options, drawn);
  const networks = await measureInto(rows, options, drawn);
  await writeRows(out, rows, parquet);

  const measured = measuredStudy(options, columns, networks, context.engine);
  const summary = summaryOf(aboutStudy(options), rows, columns.map(deviceOf), seconds, measured);
  writeJson(join(out, 'study.json'), studySummary.parse(summary));
  return summary;
}

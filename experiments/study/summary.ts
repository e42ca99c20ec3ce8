// study.json: what the rows of a study say, by themselves and against what was measured.
import { mean, median } from 'simple-statistics';
import { driftOf } from '../../calibration/drift.ts';
import { repeatabilityOf } from '../../profiler/timing/round-statistics.ts';
import type { EngineDescription } from '../../records/engine-description.ts';
import type { NetworkRecord } from '../../records/measurements.ts';
import { predictedUs, STUDY_SCHEMA, type StudyRecord, type StudySummary } from '../../records/study.ts';
import { correlationOf } from './correlations.ts';

type DeviceColumn = StudySummary['devices'][number];

/** What was measured, and what it takes to compare predictions with it. */
export interface MeasuredStudy {
  readonly networks: readonly NetworkRecord[];
  readonly engine: Pick<EngineDescription, 'engine' | 'threads' | 'adapter'>;
  /** How much slower the machine was than when the first measured device was calibrated; null: not known. */
  readonly driftSinceCalibration: number | null;
}

/** The sentinel in the typical block of a study, in µs. */
export function sentinelOf(networks: readonly NetworkRecord[]): number {
  return driftOf(networks).sentinelUs;
}

/** The pacer's time at the speed that most of the networks are quoted at, in µs; null where any lacks it. */
export function pacerOf(networks: readonly NetworkRecord[]): number | null {
  const us = networks.flatMap(({ pacer_us }) => pacer_us ?? []);
  return us.length > 0 && us.length === networks.length ? median(us) : null;
}

function measuredSummary(
  rows: readonly StudyRecord[],
  devices: readonly DeviceColumn[],
  { networks, engine, driftSinceCalibration: drift }: MeasuredStudy,
): NonNullable<StudySummary['measured']> {
  const timed = rows.filter(({ measured_us }) => measured_us !== null);
  const latencies = timed.map(({ measured_us }) => measured_us as number);
  const of = (column: string) =>
    timed.map((row) => (column === 'flops' ? row.flops : predictedUs(row, column)));
  const calibrated = devices.find(({ kind }) => kind === 'measured');
  return {
    networks: timed.length,
    engine: engine.engine,
    threads: engine.threads,
    adapter: engine.adapter,
    repeatability: repeatabilityOf(
      networks.map(({ pass_1_us, pass_2_us }) => ({ passesUs: [pass_1_us, pass_2_us] })),
    ),
    against_measured: ['flops', ...devices.map(({ column }) => column)].map((column) =>
      correlationOf(column, of(column), latencies),
    ),
    calibrated_mape:
      calibrated === undefined
        ? null
        : mean(
            of(calibrated.column).map((predicted, i) =>
              Math.abs((predicted * (1 + (drift ?? 0))) / (latencies[i] as number) - 1),
            ),
          ),
    drift_since_calibration: drift,
  };
}

/** What the rows of a study say. */
export function summaryOf(
  about: Pick<StudySummary, 'network' | 'samples' | 'law' | 'seed' | 'batch' | 'shard' | 'shards'>,
  rows: readonly StudyRecord[],
  devices: readonly DeviceColumn[],
  predictSeconds: number,
  measured: MeasuredStudy | null,
): StudySummary {
  const flops = rows.map((row) => row.flops);
  return {
    schema: STUDY_SCHEMA,
    ...about,
    devices: [...devices],
    predict_seconds: predictSeconds,
    flops_against_predicted: devices.map(({ column }) =>
      correlationOf(
        column,
        flops,
        rows.map((row) => predictedUs(row, column)),
      ),
    ),
    measured:
      measured === null || measured.networks.length === 0 ? null : measuredSummary(rows, devices, measured),
  };
}

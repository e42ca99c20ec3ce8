// The rows of study.csv: predictions of every sample, and what was measured of the first of them.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import type { Device } from '../../calibration/device-profile.ts';
import { driftOf, slownessOf } from '../../calibration/drift.ts';
import { type LatencyPredictor, latencyPredictor } from '../../calibration/predict.ts';
import type { ChannelPlan } from '../../network/channel-plan.ts';
import { MorphNetView } from '../../network/morph-net-view.ts';
import type { NetworkRecord } from '../../records/measurements.ts';
import { writeFileAtomic } from '../../records/run-file.ts';
import type { StudyRecord } from '../../records/study.ts';

/** A predicting device and its column in study.csv. */
export interface Column {
  readonly name: string;
  readonly device: Device;
  readonly predictor: LatencyPredictor;
}

/** Column names: datasheet devices by name, measured ones `calibrated`, `calibrated_2`, … */
export function columnsOf(devices: readonly Device[], plan: ChannelPlan, batch: number): Column[] {
  let measured = 0;
  return devices.map((device) => {
    let name = device.name.replaceAll('-', '_');
    if (device.kind === 'measured') name = ++measured === 1 ? 'calibrated' : `calibrated_${measured}`;
    return { name: `${name}_us`, device, predictor: latencyPredictor(plan, device, { batch }) };
  });
}

/** No clock resolves a tenth of a nanosecond. */
const roundedUs = (us: number) => Math.round(us * 1e4) / 1e4;
const roundedFraction = (fraction: number) => Math.round(fraction * 1e6) / 1e6;

/** Of a sample: FLOPs, weights, bytes and a latency per device. */
export function rowPredictor(
  { law, batch }: { law: string; batch: number },
  plan: ChannelPlan,
  columns: readonly Column[],
  widthsOf: (sample: number) => Int32Array,
): (sample: number) => StudyRecord {
  const view = new MorphNetView(plan, batch);
  const none = new Float64Array(0);
  return (sample) => {
    const widths = widthsOf(sample);
    const { flops, parameters, bytes } = view.totals(widths, [], none);
    const row: StudyRecord = {
      sample,
      law,
      flops,
      parameters,
      bytes,
      measured_us: null,
      measured_spread: null,
      measured_rounds: null,
      measured_disturbed: null,
      measured_drift: null,
      measured_sentinel_us: null,
      measured_cold_us: null,
    };
    for (const { name, device, predictor } of columns) {
      const us = predictor.latencyUs(widths);
      row[name] = device.kind === 'datasheet' ? us : roundedUs(us);
    }
    return row;
  };
}

/** Fills in what was measured, the machine's drift between blocks divided out; networks without a row are left out. */
export function addMeasurements(rows: readonly StudyRecord[], measured: readonly NetworkRecord[]): void {
  if (measured.length === 0) return;
  const rowOf = new Map(rows.map((row) => [row.sample, row]));
  const drift = driftOf(measured);
  for (const record of measured) {
    const row = rowOf.get(record.sample);
    if (row === undefined) continue;
    const slow = slownessOf(record, drift);
    row.measured_us = roundedUs(record.latency_us / slow);
    row.measured_spread = roundedFraction(record.spread);
    row.measured_rounds = record.rounds;
    row.measured_disturbed = record.disturbed;
    row.measured_drift = roundedFraction(slow - 1);
    row.measured_sentinel_us = roundedUs(drift.sentinelUs);
    row.measured_cold_us = record.cold_us === undefined ? null : roundedUs(record.cold_us / slow);
  }
}

/** Writes study.csv, and study.parquet where it is asked for or is there already: the two are always in step. */
export async function writeRows(out: string, rows: readonly StudyRecord[], parquet: boolean): Promise<void> {
  const header = Object.keys(rows[0] ?? {});
  writeFileAtomic(join(out, 'study.csv'), stringify([...rows], { header: true, columns: header }));
  const parquetPath = join(out, 'study.parquet');
  if (!parquet && !existsSync(parquetPath)) return;
  const { parquetBytes } = await import('./parquet.ts');
  writeFileAtomic(parquetPath, parquetBytes(rows));
}

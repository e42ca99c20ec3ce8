// The columns that an analysis compares, all over the same networks: costs, predictions and the measured latency.
import { quantile } from 'simple-statistics';
import { predictedUs, type StudyRecord } from '../../records/study.ts';
import type { Quantiles } from '../../records/study-analysis.ts';
import type { DrawnNetworks } from './drawn-networks.ts';

/** The measured latency, with the drift between blocks divided out. */
export const MEASURED = 'measured_us';

/** By name, all of one length. */
export type Columns = ReadonlyMap<string, readonly number[]>;

/** The networks that a study is about: those measured, or all where none was. */
export interface StudiedNetworks {
  readonly rows: readonly StudyRecord[];
  readonly isMeasured: boolean;
}

export function studiedNetworks(all: readonly StudyRecord[]): StudiedNetworks {
  const measured = all.filter(({ measured_us }) => measured_us !== null);
  return measured.length > 0 ? { rows: measured, isMeasured: true } : { rows: all, isMeasured: false };
}

/** @throws Error for a name that the study has no column of */
export function columnOf(columns: Columns, name: string): readonly number[] {
  const values = columns.get(name);
  if (values === undefined) throw new Error(`the study has no column ${name}`);
  return values;
}

/** Of the networks at these indices alone. */
export function columnsAt(columns: Columns, indices: readonly number[]): Columns {
  return new Map([...columns].map(([name, values]) => [name, indices.map((i) => values[i] as number)]));
}

/** Names of predicted and measured latencies, in the columns' order. */
export function latencyNames(columns: Columns): string[] {
  return [...columns.keys()].filter((name) => name.endsWith('_us'));
}

/** As study.csv has it; studies of earlier versions have no such column. */
function totalBytes(rows: readonly StudyRecord[], { view, widthsOf }: DrawnNetworks): number[] {
  return rows.map((row) => row.bytes ?? view.ops(widthsOf(row)).reduce((sum, op) => sum + op.bytes, 0));
}

/** FLOPs, weights, bytes, each device's prediction and, where there is one, the measured latency. */
export function studiedColumns(
  { rows, isMeasured }: StudiedNetworks,
  deviceColumns: readonly string[],
  drawn: DrawnNetworks,
): Columns {
  const predictions = deviceColumns.map((name) => [name, rows.map((row) => predictedUs(row, name))] as const);
  return new Map([
    ['flops', rows.map((row) => row.flops)],
    ['parameters', rows.map((row) => row.parameters)],
    ['bytes', totalBytes(rows, drawn)],
    ...predictions,
    ...(isMeasured ? [[MEASURED, rows.map((row) => row.measured_us as number)] as const] : []),
  ]);
}

/** How much slower the machine was in its slowest block than in its fastest; null where that is not recorded. */
export function driftRange(rows: readonly StudyRecord[]): number | null {
  const drifts = rows.map((row) => row.measured_drift ?? null).filter((drift) => drift !== null);
  if (drifts.length < rows.length || rows.length === 0) return null;
  const most = drifts.reduce((a, b) => Math.max(a, b));
  const least = drifts.reduce((a, b) => Math.min(a, b));
  return (1 + most) / (1 + least) - 1;
}

/** The 5th, 50th and 95th percentile of each column. */
export function columnRanges(columns: Columns): Record<string, Quantiles> {
  return Object.fromEntries(
    [...columns].map(([name, values]) => {
      const [p5, median, p95] = quantile([...values], [0.05, 0.5, 0.95]) as [number, number, number];
      return [name, { p5, median, p95 }];
    }),
  );
}

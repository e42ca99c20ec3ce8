// How the columns of a study are called in titles and sentences.
import type { StudyAnalysis } from '../../records/study-analysis.ts';
import { deviceTitle } from '../device-title.ts';

const TITLES: Readonly<Record<string, string>> = {
  flops: 'FLOPs',
  parameters: 'weights',
  bytes: 'bytes',
  measured_us: 'measured',
};

/** A column of a study as a reader knows it: "P100", "measured", "calibrated prediction". */
export function columnTitle({ devices }: Pick<StudyAnalysis, 'devices'>, column: string): string {
  const over = /^measured_over_(.*)$/.exec(column)?.[1];
  if (over !== undefined) return `measured / ${columnTitle({ devices }, over)}`;
  const device = devices.find((each) => each.column === column);
  if (device === undefined) return TITLES[column] ?? column;
  if (device.kind === 'datasheet') return `${deviceTitle(device)} datasheet`;
  const several = devices.filter(({ kind }) => kind === 'measured').length > 1;
  return several ? `calibrated prediction (${device.name})` : 'calibrated prediction';
}

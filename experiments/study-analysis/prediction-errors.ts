// How far predictions are from what was measured: as they are, without the drift, and scaled.
import { median } from 'simple-statistics';
import { type Device, deviceProfile } from '../../calibration/device-profile.ts';
import { errorMetricsOf } from '../../calibration/error-metrics.ts';
import { driftSince } from '../../calibration/profile-match.ts';
import type { EngineDescription } from '../../records/engine-description.ts';
import type { StudyRecord } from '../../records/study.ts';
import type { PredictionError } from '../../records/study-analysis.ts';
import type { StudyFiles } from './read-study.ts';
import { type Columns, MEASURED } from './studied-columns.ts';

/** What was measured, and on what. */
export interface MeasuredLatencies {
  /** As measured, in µs: the drift is divided out of the predictions' side here. */
  readonly latencyUs: readonly number[];
  /** Of each network's block; null where not recorded. */
  readonly sentinelUs: readonly (number | null)[];
  readonly session: { readonly network: string; readonly batch: number; readonly engine: EngineDescription };
}

/**
 * How well a column predicts the measured latencies.
 * @param device whose prediction it is; null for FLOPs, or a profile that is not at hand
 */
export function predictionError(
  column: string,
  kind: 'datasheet' | 'measured' | 'cost',
  predicted: readonly number[],
  device: Device | null,
  { latencyUs, sentinelUs, session }: MeasuredLatencies,
): PredictionError {
  const drifts = sentinelUs.map((us) =>
    us === null || device === null ? null : driftSince(device, { ...session, sentinelUs: us, pacerUs: null }),
  );
  const known = drifts.filter((drift) => drift !== null);
  const hasDrift = kind === 'measured' && known.length === drifts.length;
  const factor = median(predicted.map((value, i) => (latencyUs[i] as number) / value));
  return {
    column,
    raw: kind === 'measured' ? errorMetricsOf(predicted, latencyUs) : null,
    drift_corrected: hasDrift
      ? errorMetricsOf(
          predicted.map((value, i) => value * (1 + (known[i] as number))),
          latencyUs,
        )
      : null,
    drift_since_calibration: hasDrift ? median(known) : null,
    scaled: errorMetricsOf(
      predicted.map((value) => value * factor),
      latencyUs,
    ),
  };
}

/**
 * How well every other column predicts what was measured of these rows, in the columns' order; none where the run file
 * does not say on which engine that was.
 */
export function predictionErrors(
  { summary, run, devices }: StudyFiles,
  rows: readonly StudyRecord[],
  columns: Columns,
): PredictionError[] {
  const engine = deviceProfile.shape.engine.safeParse(run.context.engine);
  if (!engine.success || rows.length === 0 || !columns.has(MEASURED)) return [];
  const measured: MeasuredLatencies = {
    latencyUs: rows.map((row) => row.measured_us as number),
    sentinelUs: rows.map((row) => row.measured_sentinel_us ?? null),
    session: { network: summary.network, batch: summary.batch, engine: engine.data },
  };
  return [...columns]
    .filter(([name]) => name !== MEASURED)
    .map(([name, predicted]) => {
      const index = summary.devices.findIndex(({ column }) => column === name);
      const kind = summary.devices[index]?.kind ?? 'cost';
      return predictionError(name, kind, predicted, devices[index] ?? null, measured);
    });
}

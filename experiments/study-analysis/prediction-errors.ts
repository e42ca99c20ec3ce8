import { median } from 'simple-statistics';
import type { Device } from '../../calibration/device-profile.ts';
import { errorMetricsOf } from '../../calibration/error-metrics.ts';
import { driftSince } from '../../calibration/profile-match.ts';
import type { EngineDescription } from '../../records/engine-description.ts';
import type { PredictionError } from '../../records/study-analysis.ts';

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
    us === null || device === null ? null : driftSince(device, { ...session, sentinelUs: us }),
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

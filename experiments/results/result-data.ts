// What the folders of finished runs hold, read back for reports.
import type { DeviceProfile } from '../../calibration/device-profile.ts';
import type { KernelRecord, NetworkRecord } from '../../records/measurements.ts';
import type { StudyRecord, StudySummary } from '../../records/study.ts';
import type { LayerRecord, MetricsRecord, TrainResult } from '../../records/training.ts';

/** One layer of a network on several devices, in µs; null where a device's engine fuses it into another. */
export interface LayerTableRow {
  readonly layer: string;
  readonly kind: string;
  readonly flops: number;
  readonly p100Us: number;
  readonly v100Us: number;
  readonly deviceUs: number | null;
}

export interface CalibrationData {
  readonly directory: string;
  readonly profile: DeviceProfile;
  readonly kernels: readonly KernelRecord[];
  readonly networks: readonly NetworkRecord[];
  /** Predicted latency of each of `networks`, in µs, in their order; null for probes. */
  readonly predictedUs: readonly (number | null)[];
  /** Layers of the calibrated network: P100 and V100 by datasheet, and this device. */
  readonly layerTable: { readonly network: string; readonly rows: readonly LayerTableRow[] };
}

export interface StudyData {
  readonly directory: string;
  readonly summary: StudySummary;
  readonly rows: readonly StudyRecord[];
}

export interface TrainingData {
  readonly directory: string;
  readonly result: TrainResult;
  readonly metrics: readonly MetricsRecord[];
  readonly layers: readonly LayerRecord[];
}

/** What a set of results folders holds, by the command that left each. */
export interface Results {
  readonly calibrations: readonly CalibrationData[];
  readonly studies: readonly StudyData[];
  readonly trainings: readonly TrainingData[];
}

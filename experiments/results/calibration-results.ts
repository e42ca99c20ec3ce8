// The folder of a finished calibration, for reports: its profile, what it was fitted to, and what it predicts of that.
import { join } from 'node:path';
import { type DeviceProfile, parseDeviceProfile } from '../../calibration/device-profile.ts';
import { latencyPredictor } from '../../calibration/predict.ts';
import type { ProposedSample } from '../../calibration/propose/propose-samples.ts';
import { zooNetwork } from '../../network/zoo/index.ts';
import { measurementFiles } from '../../records/measurement-files.ts';
import type { KernelRecord, NetworkRecord, RoundRecord } from '../../records/measurements.ts';
import { readText } from '../../records/read-bytes.ts';
import { drawSample, familyOf } from '../samples/family.ts';
import { type LayerTableRow, layerTable } from './layer-table.ts';
import type { ResultKind } from './result-kind.ts';

/** What the folder of a calibration holds. */
export interface CalibrationData {
  readonly directory: string;
  readonly profile: DeviceProfile;
  readonly kernels: readonly KernelRecord[];
  readonly networks: readonly NetworkRecord[];
  /** In the order in which they were timed. */
  readonly rounds: readonly RoundRecord[];
  /** Predicted latency of each of `networks`, in µs, in their order; null for probes. */
  readonly predictedUs: readonly (number | null)[];
  /** Layers of the calibrated network: P100 and V100 by datasheet, and this device. */
  readonly layerTable: { readonly network: string; readonly rows: readonly LayerTableRow[] };
}

const MARKER = 'device.json';

/** Predicted latency of each network, drawn again from its number, in µs; null for probes and other families. */
function predictionsOf(profile: DeviceProfile, records: readonly NetworkRecord[]): (number | null)[] {
  const { batch, seed, networks } = profile.settings;
  const device = { kind: 'measured', name: profile.name, profile } as const;
  const families = new Map(
    networks.map((name) => {
      const family = familyOf(zooNetwork(name));
      return [name, { family, predictor: latencyPredictor(family.plan, device, { batch }) }];
    }),
  );
  return records.map(({ network, sample, role, law }) => {
    const found = families.get(network);
    if (role === 'probe' || found === undefined) return null;
    const proposed = { network, sample, role, law: law as ProposedSample['law'] };
    return found.predictor.latencyUs(drawSample(proposed, found.family, seed).widths);
  });
}

function readCalibration(directory: string): CalibrationData {
  const path = join(directory, MARKER);
  const profile = parseDeviceProfile(readText(path), path);
  const files = measurementFiles(directory);
  const networks = files.networks.read();
  const name = profile.settings.networks[0] ?? '';
  return {
    directory,
    profile,
    kernels: files.kernels.read(),
    networks,
    rounds: files.rounds.read(),
    predictedUs: predictionsOf(profile, networks),
    layerTable: { network: name, rows: layerTable(zooNetwork(name), profile) },
  };
}

export const calibrationResults: ResultKind<CalibrationData> = {
  command: 'calibrate',
  marker: MARKER,
  read: readCalibration,
};

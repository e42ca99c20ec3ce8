// The folder of a finished calibration, for reports: its profile, what it was fitted to, and what it predicts of that.
import { join } from 'node:path';
import { type DeviceProfile, parseDeviceProfile } from '../../calibration/device-profile.ts';
import { rungPredictor } from '../../calibration/predict.ts';
import type { ProposedSample } from '../../calibration/propose/propose-samples.ts';
import type { Network } from '../../network/network.ts';
import { ZOO } from '../../network/zoo/index.ts';
import { measurementFiles } from '../../records/measurement-files.ts';
import type { KernelRecord, NetworkRecord, RoundRecord } from '../../records/measurements.ts';
import { readText } from '../../records/read-bytes.ts';
import type { FilterScan } from '../filter-cost/filter-cost.ts';
import { drawSample, familyOf } from '../samples/family.ts';
import { type LayerTableRow, layerTable } from './layer-table.ts';
import type { ResultKind } from './result-kind.ts';
import { widthScans } from './width-scans.ts';

/** What a calibration left in its folder, with what its profile predicts of it. */
export interface CalibrationData {
  readonly directory: string;
  readonly profile: DeviceProfile;
  readonly kernels: readonly KernelRecord[];
  readonly networks: readonly NetworkRecord[];
  /** In the order in which they were timed. */
  readonly rounds: readonly RoundRecord[];
  /** By rung: predicted latency of each of `networks`, in µs, in their order; null for probes. */
  readonly rungsUs: Readonly<Record<string, readonly (number | null)[]>>;
  /** Layers of the calibrated network: P100 and V100 by datasheet, and this device. */
  readonly layerTable: { readonly network: string; readonly rows: readonly LayerTableRow[] };
  /** Of the calibrated network: latency over the widths of the layers that take most of it. */
  readonly widthScans: readonly FilterScan[];
}

const MARKER = 'device.json';

/** Null of a model file: a calibration keeps what it measured, not the networks. */
function networkNamed(name: string): Network | null {
  return Object.hasOwn(ZOO, name) ? (ZOO[name]?.() ?? null) : null;
}

/** By rung, predicted latency of each network, in µs; null for probes and networks of files. */
function predictionsOf(
  profile: DeviceProfile,
  records: readonly NetworkRecord[],
): Record<string, (number | null)[]> {
  const { batch, seed, networks } = profile.settings;
  const families = new Map(
    networks.flatMap((name) => {
      const network = networkNamed(name);
      if (network === null) return [];
      return [[name, { family: familyOf(network), predict: rungPredictor(network, profile, batch) }]];
    }),
  );
  const predicted = records.map(({ network, sample, role, law }) => {
    const found = families.get(network);
    if (role === 'probe' || found === undefined) return null;
    const proposed = { network, sample, role, law: law as ProposedSample['law'] };
    return found.predict(drawSample(proposed, found.family, seed).widths);
  });
  return Object.fromEntries(
    profile.rungs.map(({ model: { rung } }) => [rung, predicted.map((each) => each?.[rung] ?? null)]),
  );
}

function readCalibration(directory: string): CalibrationData {
  const path = join(directory, MARKER);
  const profile = parseDeviceProfile(readText(path), path);
  const files = measurementFiles(directory);
  const networks = files.networks.read();
  const name = profile.settings.networks[0] ?? '';
  const network = networkNamed(name);
  return {
    directory,
    profile,
    kernels: files.kernels.read(),
    networks,
    rounds: files.rounds.read(),
    rungsUs: predictionsOf(profile, networks),
    layerTable: { network: name, rows: network === null ? [] : layerTable(network, profile) },
    widthScans: network === null ? [] : widthScans(network, profile),
  };
}

export const calibrationResults: ResultKind<CalibrationData> = {
  command: 'calibrate',
  marker: MARKER,
  read: readCalibration,
};

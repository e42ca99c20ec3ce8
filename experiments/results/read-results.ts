import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { datasheetDevice } from '../../calibration/datasheet-devices.ts';
import { type DeviceProfile, parseDeviceProfile } from '../../calibration/device-profile.ts';
import { latencyPredictor } from '../../calibration/predict.ts';
import type { ProposedSample } from '../../calibration/propose/propose-samples.ts';
import { MorphNetView, type OpCost, type Roof } from '../../network/morph-net-view.ts';
import type { Network } from '../../network/network.ts';
import { zooNetwork } from '../../network/zoo/index.ts';
import { CsvFile } from '../../records/csv-file.ts';
import { parsedJson, readJsonFile } from '../../records/json-file.ts';
import type { NetworkRecord } from '../../records/measurements.ts';
import { studyRecord, studySummary } from '../../records/study.ts';
import { layerRecord, metricsRecord, trainResult } from '../../records/training.ts';
import { UserError } from '../../records/user-error.ts';
import { drawSample, familyOf, measurementFiles } from '../samples/measure-samples.ts';
import { LAYER_KINDS } from '../study-analysis/layer-ratios.ts';
import type { CalibrationData, LayerTableRow, Results, StudyData, TrainingData } from './result-data.ts';

/** What a results folder holds, told by the file that its command writes last. */
const KINDS = { calibration: 'device.json', study: 'study.json', training: 'result.json' } as const;

function readJson<T>(path: string, schema: z.ZodType<T>): T {
  const value = readJsonFile(path, {
    expected: 'the JSON that a morphline command wrote',
    fix: 'run the command again, or restore the file',
  });
  const advice = {
    expected: 'the file as this version of morphline writes it',
    fix: 'run the command again with this version',
  };
  return parsedJson(value, schema, advice, path);
}

function readCsv<T extends z.ZodObject>(path: string, schema: T): z.infer<T>[] {
  if (existsSync(path)) return new CsvFile(path, schema).read();
  throw new UserError({
    got: `no ${path}`,
    expected: 'the files that the command left beside it',
    fix: 'restore it, or run the command again',
  });
}

/** Layers of a network on the P100 and V100 by datasheet and on a measured device. */
export function layerTable(network: Network, profile: DeviceProfile): LayerTableRow[] {
  const { plan } = familyOf(network);
  const roofUs = (op: OpCost, { computeRateGflops, bandwidthGBps }: Roof) =>
    Math.max(op.flops / computeRateGflops, op.bytes / bandwidthGBps) / 1e3;
  const [p100, v100] = [datasheetDevice('p100'), datasheetDevice('v100')];
  if (p100 === undefined || v100 === undefined) throw new Error('the datasheet devices are gone');
  const predictor = latencyPredictor(plan, { kind: 'measured', name: profile.name, profile });
  const deviceUs = new Map(
    predictor.detail(plan.fullWidths).layers.map(({ name, latencyUs }) => [name, latencyUs]),
  );
  return new MorphNetView(plan)
    .ops(plan.fullWidths)
    .filter(({ kind }) => LAYER_KINDS.has(kind))
    .map((op) => ({
      layer: op.name,
      kind: op.kind,
      flops: op.flops,
      p100Us: roofUs(op, p100),
      v100Us: roofUs(op, v100),
      deviceUs: deviceUs.get(op.name) ?? null,
    }));
}

function predictions(profile: DeviceProfile, records: readonly NetworkRecord[]): (number | null)[] {
  const { batch, seed } = profile.settings;
  const families = new Map(profile.settings.networks.map((name) => [name, familyOf(zooNetwork(name))]));
  const predictors = new Map(
    [...families].map(([name, { plan }]) => [
      name,
      latencyPredictor(plan, { kind: 'measured', name: profile.name, profile }, { batch }),
    ]),
  );
  return records.map(({ network, sample, role, law }) => {
    const family = families.get(network);
    if (role === 'probe' || family === undefined) return null;
    const { widths } = drawSample({ network, sample, role, law: law as ProposedSample['law'] }, family, seed);
    return predictors.get(network)?.latencyUs(widths) ?? null;
  });
}

function readCalibration(directory: string): CalibrationData {
  const path = join(directory, KINDS.calibration);
  const profile = parseDeviceProfile(readFileSync(path, 'utf8'), path);
  const files = measurementFiles(directory);
  const networks = files.networks.read();
  const name = profile.settings.networks[0] ?? '';
  return {
    directory,
    profile,
    kernels: files.kernels.read(),
    networks,
    predictedUs: predictions(profile, networks),
    layerTable: { network: name, rows: layerTable(zooNetwork(name), profile) },
  };
}

function readStudy(directory: string): StudyData {
  return {
    directory,
    summary: readJson(join(directory, KINDS.study), studySummary),
    rows: readCsv(join(directory, 'study.csv'), studyRecord),
  };
}

function readTraining(directory: string): TrainingData {
  return {
    directory,
    result: readJson(join(directory, KINDS.training), trainResult),
    metrics: readCsv(join(directory, 'metrics.csv'), metricsRecord),
    layers: readCsv(join(directory, 'layers.csv'), layerRecord),
  };
}

/**
 * Reads what calibrate, study and train left in these folders.
 * @throws UserError for a folder that holds none of them
 */
export function readResults(directories: readonly string[]): Results {
  const calibrations: CalibrationData[] = [];
  const studies: StudyData[] = [];
  const trainings: TrainingData[] = [];
  for (const directory of directories) {
    const has = (file: string) => existsSync(join(directory, file));
    if (has(KINDS.calibration)) calibrations.push(readCalibration(directory));
    else if (has(KINDS.study)) studies.push(readStudy(directory));
    else if (has(KINDS.training)) trainings.push(readTraining(directory));
    else {
      throw new UserError({
        got: `folder ${directory}`,
        expected: `one that holds ${Object.values(KINDS).join(', ')}`,
        fix: 'name the --out folders of finished calibrate, study or train runs',
      });
    }
  }
  return { calibrations, studies, trainings };
}

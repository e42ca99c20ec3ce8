import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { openDevice } from '../../../calibration/open-device.ts';
import { latencyPredictor } from '../../../calibration/predict.ts';
import { planChannels } from '../../../network/channel-plan.ts';
import { MorphNetView } from '../../../network/morph-net-view.ts';
import { sampleWidths } from '../../../network/sampling.ts';
import { zooNetwork } from '../../../network/zoo/index.ts';
import { writeJson } from '../../../records/run-file.ts';
import { STUDY_SCHEMA, type StudyRecord } from '../../../records/study.ts';

export const PROFILE = join(
  import.meta.dirname,
  '../../../profiles/amd-epyc-onnxruntime-1-thread-inception-32.json',
);
const NETWORK = 'inception-32';
const SEED = 5;

export interface PlantedNetwork {
  readonly sample: number;
  readonly flops: number;
  /** As the calibrated profile predicts. */
  readonly calibratedUs: number;
}

/**
 * Writes the files of a study as `morphline study` does, whose measured latency is what the caller says.
 * @param sentinelUs of the study; by default the profile's own
 * @param drift of the block of a sample
 */
export function plantStudy(
  directory: string,
  samples: number,
  measuredUs: (network: PlantedNetwork) => number,
  sentinelUs?: (sample: number) => number,
  drift?: (sample: number) => number,
): void {
  const plan = planChannels(zooNetwork(NETWORK));
  const view = new MorphNetView(plan);
  const devices = [openDevice('p100'), openDevice('v100'), openDevice(PROFILE)];
  const columns = ['p100_us', 'v100_us', 'calibrated_us'];
  const predictors = devices.map((device) => latencyPredictor(plan, device));
  const calibrated = devices[2];
  if (calibrated?.kind !== 'measured') throw new Error('the shipped profile is gone');
  const { engine, sentinelUs: sentinelThenUs = 1 } = calibrated.profile;
  const rows = Array.from({ length: samples }, (_, sample): StudyRecord => {
    const widths = sampleWidths(plan, 'uniform', SEED, sample);
    const { flops, parameters } = view.totals(widths, [], new Float64Array(0));
    const predicted = predictors.map((predictor) => predictor.latencyUs(widths));
    return {
      sample,
      law: 'uniform',
      flops,
      parameters,
      measured_us: measuredUs({ sample, flops, calibratedUs: predicted[2] as number }),
      measured_spread: 0.01,
      measured_rounds: 4,
      measured_disturbed: 0,
      measured_drift: drift?.(sample) ?? 0,
      measured_sentinel_us: sentinelUs?.(sample) ?? sentinelThenUs,
      ...Object.fromEntries(columns.map((name, i) => [name, predicted[i] as number])),
    } as StudyRecord;
  });
  writeFileSync(join(directory, 'study.csv'), stringify(rows, { header: true }));
  writeJson(join(directory, 'run.json'), {
    schema: 'morphline/run@1',
    command: 'study',
    settings: {
      network: NETWORK,
      law: 'uniform',
      seed: SEED,
      batch: 1,
      engine: 'onnxruntime',
      threads: 1,
      rounds: 4,
    },
    context: { engine },
    versions: { morphline: '0.1.0', node: 'v20.20.2' },
    startedAt: '2026-11-22T12:00:00.000Z',
  });
  const { engine: name, adapter, threads } = engine;
  writeJson(join(directory, 'study.json'), {
    schema: STUDY_SCHEMA,
    network: NETWORK,
    samples,
    law: 'uniform',
    seed: SEED,
    batch: 1,
    devices: columns.map((column, i) => ({
      column,
      name: devices[i]?.name,
      kind: devices[i]?.kind,
      view: predictors[i]?.view,
    })),
    predict_seconds: 1,
    flops_against_predicted: [],
    measured: {
      networks: samples,
      engine: name,
      threads,
      adapter,
      repeatability: 0.01,
      against_measured: [],
      calibrated_mape: null,
      drift_since_calibration: null,
    },
  });
}

// What all phases of a sweep share: its folder, its predictor, and what each seed trains with.
import { join } from 'node:path';
import { deviceIdentity } from '../../calibration/device-identity.ts';
import type { Device } from '../../calibration/device-profile.ts';
import { type LatencyPredictor, latencyPredictor } from '../../calibration/predict.ts';
import { type ChannelPlan, planChannels } from '../../network/channel-plan.ts';
import type { Network } from '../../network/network.ts';
import { networkIdentity } from '../../network/network-identity.ts';
import type { TrainingEngine } from '../../profiler/engines/engine.ts';
import { describeMachine } from '../../profiler/machine.ts';
import type { Measurer } from '../../profiler/timing/measurer.ts';
import { CsvFile } from '../../records/csv-file.ts';
import { makeFolder } from '../../records/make-folder.ts';
import { openRun } from '../../records/run-file.ts';
import { sweepRecord } from '../../records/sweep.ts';
import { metricsRecord } from '../../records/training.ts';
import { type Dataset, normalization } from '../data/index.ts';
import type { ProgressListener } from '../progress.ts';
import { requireFit } from '../train/data-fit.ts';
import { LATER_FACTS } from '../train/train-settings.ts';
import { dropUnsavedEpochs, type TrainingSetup } from '../train/train-stage.ts';
import { type SweepSettings, sweepSettings } from './sweep-settings.ts';

export interface SweepOptions extends SweepSettings {
  readonly network: Network;
  readonly data: Dataset;
  /** Where the networks will run: what is measured, and the price of methods `latency` and `knapsack`. */
  readonly device: Device;
  /** Prices of method `datasheet`. */
  readonly datasheetDevice: Device;
  /** Random seeds of this sweep or of its shard. */
  readonly seeds: readonly number[];
  readonly training: TrainingEngine;
  readonly openMeasurer: () => Promise<Measurer>;
  readonly out: string;
  readonly onProgress?: ProgressListener;
}

export interface SweepRun {
  readonly options: SweepOptions;
  readonly plan: ChannelPlan;
  readonly predictor: LatencyPredictor;
  readonly rows: CsvFile<typeof sweepRecord>;
  /** What a network trains with, in a folder of its own. */
  setupOf(seed: number, id: string): TrainingSetup;
}

/**
 * Starts a sweep in its folder, or goes on with the one there.
 * @throws UserError if the data does not fit the network, or the folder holds a run of other settings
 */
export async function openSweep(options: SweepOptions): Promise<SweepRun> {
  const {
    network,
    data,
    device,
    datasheetDevice: _,
    seeds: _seeds,
    training,
    openMeasurer: _open,
    out,
    onProgress: _listener,
    ...settings
  } = options;
  requireFit(network, data);
  const start = {
    command: 'sweep',
    settings: sweepSettings.record(settings, {
      network: network.name,
      data: data.name,
      trainImages: data.train.count,
      testImages: data.test.count,
      device: device.name,
      networkSha256: networkIdentity(network),
      deviceSha256: deviceIdentity(device),
    }),
    context: { trainingEngine: training.description, machine: await describeMachine() },
  };
  openRun(out, start, LATER_FACTS);
  const rows = new CsvFile(join(out, 'sweep.csv'), sweepRecord);
  rows.repair();
  const plan = planChannels(network);
  const normalized = normalization(data.train);
  return {
    options,
    plan,
    predictor: latencyPredictor(plan, device),
    rows,
    setupOf(seed, id) {
      const folder = join(out, `seed-${seed}`, id);
      makeFolder(folder);
      const metrics = new CsvFile(join(folder, 'metrics.csv'), metricsRecord);
      dropUnsavedEpochs(folder, metrics);
      return {
        tf: training.tf,
        data,
        normalization: normalized,
        batch: settings.batch,
        seed,
        augment: settings.augment,
        out: folder,
        metrics,
      };
    },
  };
}

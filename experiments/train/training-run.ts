// What all phases of a training run share: its folder, its budget, and the predictor of its device.
import { join } from 'node:path';
import { deviceIdentity } from '../../calibration/device-identity.ts';
import type { Device } from '../../calibration/device-profile.ts';
import { type LatencyPredictor, latencyPredictor } from '../../calibration/predict.ts';
import type { Resource } from '../../morphnet/resource.ts';
import { type ChannelPlan, planChannels } from '../../network/channel-plan.ts';
import type { Network } from '../../network/network.ts';
import { networkIdentity } from '../../network/network-identity.ts';
import type { Weights } from '../../network/weights.ts';
import { widthsByLayer } from '../../network/widths.ts';
import type { TrainingEngine } from '../../profiler/engines/engine.ts';
import { describeMachine } from '../../profiler/machine.ts';
import type { Measurer } from '../../profiler/timing/measurer.ts';
import { CsvFile } from '../../records/csv-file.ts';
import { openRun, type RunFile } from '../../records/run-file.ts';
import { metricsRecord } from '../../records/training.ts';
import { type Dataset, normalization } from '../data/index.ts';
import type { ProgressListener } from '../progress.ts';
import { budgetOf } from './cost-goal.ts';
import { requireFit } from './data-fit.ts';
import { targetResource } from './target-resource.ts';
import { writeTensorboard } from './tensorboard.ts';
import { LATER_FACTS, type TrainSettings, trainSettings } from './train-settings.ts';
import { dropUnsavedEpochs, type TrainingSetup } from './train-stage.ts';

/** What `train` takes: its settings, the network, the data, the device, and what trains and measures. */
export interface TrainOptions extends TrainSettings {
  readonly network: Network;
  readonly data: Dataset;
  /** Where the network will run: its latency is predicted on it, and targeted if the target is latency. */
  readonly device: Device;
  /** Closing it is left to whoever opened it. */
  readonly training: TrainingEngine;
  /** Measures the networks before and after; opened when it is needed, and closed. */
  readonly openMeasurer: () => Promise<Measurer>;
  readonly out: string;
  /** Whether `tensorboard/` is written beside metrics.csv. */
  readonly tensorboard?: boolean;
  readonly onProgress?: ProgressListener;
}

export interface TrainingRun {
  readonly options: TrainOptions;
  /** What every stage of it trains with. */
  readonly setup: TrainingSetup;
  /** Of the network that shrinks: the seed, or in a later iteration what was expanded before. */
  readonly plan: ChannelPlan;
  /** Widths of the seed network, by layer. */
  readonly seedWidths: Readonly<Record<string, number>>;
  /** What is saved. */
  readonly resource: Resource;
  /** Cost to reach, in the resource's unit. */
  readonly budget: number;
  readonly predictor: LatencyPredictor;
}

/** A trained network of a run. */
export interface TrainedNetwork {
  readonly network: Network;
  /** Of each channel group of the network it was chosen of. */
  readonly widths: Int32Array;
  readonly weights: Weights;
  readonly testAccuracy: number;
}

/** Writes run.json, or checks that the run in the folder has the same settings. */
async function openTrainingFolder(options: TrainOptions): Promise<{ run: RunFile; resumed: boolean }> {
  // Named one by one: what is left must be what the settings declare, all of it.
  const {
    network,
    data,
    device,
    training,
    openMeasurer,
    out,
    tensorboard: _,
    onProgress,
    ...settings
  } = options;
  const start = {
    command: 'train',
    settings: trainSettings.record(settings, {
      network: network.name,
      data: data.name,
      trainImages: data.train.count,
      testImages: data.test.count,
      device: device.name,
      networkSha256: networkIdentity(network),
      deviceSha256: deviceIdentity(device),
    }),
    context: {
      trainingEngine: training.description,
      machine: await describeMachine(),
      // How far the potential that latency slopes come from lies from the predictions of whole networks.
      slopeGap: (device.kind === 'measured' && device.profile.smoothing?.networks) || null,
    },
  };
  return openRun(out, start, LATER_FACTS);
}

/**
 * Starts a run in its folder, or resumes the one there.
 * @throws UserError if the data does not fit the network, or the folder holds a run of other settings
 */
export async function openTrainingRun(options: TrainOptions): Promise<TrainingRun> {
  const { network, data, device, target, costRatio, out } = options;
  requireFit(network, data);
  const { run, resumed } = await openTrainingFolder(options);
  const metrics = new CsvFile(join(out, 'metrics.csv'), metricsRecord);
  if (resumed) dropUnsavedEpochs(out, metrics);
  const plan = planChannels(network);
  const resource = targetResource(target, plan, device);
  return {
    options,
    setup: {
      tf: options.training.tf,
      data,
      normalization: normalization(data.train),
      batch: options.batch,
      seed: options.seed,
      augment: options.augment,
      out,
      metrics,
      ...(options.tensorboard === true
        ? { onEpoch: () => writeTensorboard(out, metrics.read(), run.startedAt) }
        : {}),
    },
    plan,
    seedWidths: widthsByLayer(plan, plan.fullWidths),
    resource,
    budget: budgetOf(costRatio, target, resource.cost(plan.fullWidths)),
    predictor: latencyPredictor(plan, device),
  };
}

/** The same run around another network: what an iteration expanded is what the next one shrinks. */
export function rebased(run: TrainingRun, { network }: TrainedNetwork): TrainingRun {
  const { target, device } = run.options;
  const plan = planChannels(network);
  const resource = targetResource(target, plan, device);
  return { ...run, plan, resource, predictor: latencyPredictor(plan, device) };
}

/** Predicted latency of a network of the run, whatever it was chosen of, in µs. */
export function latencyOf({ options: { device } }: TrainingRun, { network }: TrainedNetwork): number {
  const plan = planChannels(network);
  return latencyPredictor(plan, device).latencyUs(plan.fullWidths);
}

import { join } from 'node:path';
import type * as tfTypes from '@tensorflow/tfjs';
import type { Device } from '../../calibration/device-profile.ts';
import { latencyPredictor } from '../../calibration/predict.ts';
import { ChannelSlots } from '../../morphnet/channel-slots.ts';
import { type Expansion, expandSnapped, expandWidths } from '../../morphnet/expand.ts';
import { GammaFlops, GammaLatency, GammaModelSize } from '../../morphnet/gamma.ts';
import { writeWeights } from '../../morphnet/model-weights.ts';
import type { NetworkRegularizer } from '../../morphnet/network-regularizer.ts';
import { flopsResource, latencyResource, modelSizeResource, type Resource } from '../../morphnet/resource.ts';
import { saveLayersModel, saveOnnx } from '../../morphnet/save-model.ts';
import { shrinkWeights } from '../../morphnet/shrink-weights.ts';
import { structureOf } from '../../morphnet/structure.ts';
import { trainableModel } from '../../morphnet/trainable-model.ts';
import { type ChannelPlan, planChannels } from '../../network/channel-plan.ts';
import { MorphNetView } from '../../network/morph-net-view.ts';
import type { Network } from '../../network/network.ts';
import type { Weights } from '../../network/weights.ts';
import { multiplyWidths } from '../../network/width-multiplier.ts';
import { resizeNetwork, widthsByLayer } from '../../network/widths.ts';
import type { Engine } from '../../profiler/engines/engine.ts';
import type { TrainingEngine } from '../../profiler/engines/training.ts';
import { describeMachine } from '../../profiler/machine.ts';
import { measureReloaded, type ReloadedMeasurement } from '../../profiler/timing/measure-reloaded.ts';
import { sentinelNetwork } from '../../profiler/timing/sentinel.ts';
import { CsvFile } from '../../records/csv-file.ts';
import { decidedOnce, openRun, writeJson } from '../../records/run-file.ts';
import {
  layerRecord,
  metricsRecord,
  RESULT_SCHEMA,
  type TrainResult,
  trainResult,
} from '../../records/training.ts';
import { type Dataset, normalization } from '../data/index.ts';
import { type ProgressListener, partOf } from '../progress.ts';
import { requireFit } from './data-fit.ts';
import { cosineRate } from './learning-rate.ts';
import { dropUnsavedEpochs, type TrainingSetup, trainStage } from './network-training.ts';
import { reestimatedAccuracy } from './reestimate.ts';
import { shrinkStage } from './shrink-stage.ts';

export type Target = 'latency' | 'flops' | 'model-size';

export interface TrainOptions {
  readonly network: Network;
  readonly data: Dataset;
  readonly target: Target;
  /** Where the network will run: its latency is predicted on it, and targeted if the target is latency. */
  readonly device: Device;
  /** Cost to reach, as a share of the seed network's. */
  readonly costRatio: number;
  /** Shrinking goes on to this share of the cost to reach; the expansion fills the rest. */
  readonly shrinkShare: number;
  /** Of the seed network, the expanded one and the width multiplier's. */
  readonly epochs: number;
  /** At most, of the regularized stage. */
  readonly shrinkEpochs: number;
  readonly batch: number;
  readonly learningRate: number;
  /** Initial, in units of 1 / (cost of the seed network); chosen from the length of the stage by default. */
  readonly strength?: number;
  readonly seed: number;
  readonly augment: boolean;
  /** Whether the expansion may round widths to the device's cheap channel counts. */
  readonly snap: boolean;
  readonly training: TrainingEngine;
  /** Measures the networks before and after; opened when it is needed. */
  readonly openMeasuringEngine: () => Promise<Engine>;
  readonly out: string;
  readonly onProgress?: ProgressListener;
}

/** Of the fixed rate while shrinking, against the peak of the others. */
const SHRINK_RATE = 0.2;
const MEASURED_LOADS = 6;
const MEASURED_ROUNDS = 6;
/** Width multipliers tried when looking for the one that is as fast as the expanded network. */
const MULTIPLIER_CANDIDATES = 9;

function resourceOf(target: Target, plan: ChannelPlan, device: Device): Resource {
  if (target === 'flops') return flopsResource(plan);
  return target === 'model-size' ? modelSizeResource(plan) : latencyResource(plan, device);
}

function regularizerOf({ device, target }: TrainOptions): (model: tfTypes.LayersModel) => NetworkRegularizer {
  return (model) => {
    if (target === 'flops') return new GammaFlops(model);
    return target === 'model-size' ? new GammaModelSize(model) : new GammaLatency(model, { device });
  };
}

/** Measures networks together, in rounds, loaded anew several times; ids as given. */
async function measured(
  engine: Engine,
  networks: readonly { id: string; network: Network }[],
  sentinel: Network,
  seed: number,
  onProgress?: ProgressListener,
): Promise<ReloadedMeasurement> {
  let samples = 0;
  const all = MEASURED_LOADS * MEASURED_ROUNDS * networks.length;
  return measureReloaded(
    engine,
    networks.map((entry) => ({ ...entry, profiled: false })),
    MEASURED_LOADS,
    {
      batch: 1,
      seed,
      sentinel,
      another: (rounds) => rounds < MEASURED_ROUNDS,
      onSample: () => onProgress?.({ fraction: ++samples / all, text: 'measuring' }),
    },
  );
}

/** Multipliers around the one that is predicted to take as long as the expanded network. */
function candidateMultipliers(
  plan: ChannelPlan,
  cost: (widths: Int32Array) => number,
  target: number,
): number[] {
  let low = 0.05;
  let high = 2;
  for (let step = 0; step < 30; step++) {
    const middle = (low + high) / 2;
    if (cost(multiplyWidths(plan, middle)) <= target) low = middle;
    else high = middle;
  }
  return Array.from(
    { length: MULTIPLIER_CANDIDATES },
    (_, i) => low * (0.8 + (0.4 * i) / (MULTIPLIER_CANDIDATES - 1)),
  );
}

/**
 * MorphNet's Algorithm 1 on one device: train the seed network, shrink it with the regularizer, expand what is left
 * to the budget, retrain; beside it, the width multiplier that is measured as fast. Then all are measured.
 * A killed run goes on after its last whole epoch.
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const { network, data, device, target, out, seed, training, epochs } = options;
  requireFit(network, data);
  const { resumed } = openRun(out, {
    command: 'train',
    settings: {
      network: network.name,
      data: data.name,
      trainImages: data.train.count,
      testImages: data.test.count,
      target,
      device: device.name,
      costRatio: options.costRatio,
      shrinkShare: options.shrinkShare,
      epochs,
      shrinkEpochs: options.shrinkEpochs,
      batch: options.batch,
      learningRate: options.learningRate,
      strength: options.strength ?? null,
      seed,
      augment: options.augment,
      snap: options.snap,
    },
    context: {
      trainingEngine: training.description,
      machine: await describeMachine(),
      // How far the potential that latency slopes come from lies from the predictions of whole networks.
      slopeGap: (device.kind === 'measured' && device.profile.smoothing?.networks) || null,
    },
  });
  const metrics = new CsvFile(join(out, 'metrics.csv'), metricsRecord);
  if (resumed) dropUnsavedEpochs(out, metrics);
  const setup: TrainingSetup = {
    tf: training.tf,
    data,
    normalization: normalization(data.train),
    batch: options.batch,
    seed,
    augment: options.augment,
    out,
    metrics,
  };
  const plan = planChannels(network);
  const resource = resourceOf(target, plan, device);
  const seedCost = resource.cost(plan.fullWidths);
  const budget = options.costRatio * seedCost;
  const rate = (done: number) => cosineRate(options.learningRate, done);
  const part = (from: number, to: number) => partOf(options.onProgress, from, to);

  const seedNetwork = await trainStage(
    setup,
    { stage: 'seed', network, epochs, rate, extra: null },
    part(0, 0.33),
  );
  const shrink = await shrinkStage(
    setup,
    {
      network,
      start: seedNetwork.weights,
      epochs: options.shrinkEpochs,
      learningRate: SHRINK_RATE * options.learningRate,
      ...(options.strength === undefined ? {} : { strength: options.strength }),
      targetCost: options.shrinkShare * budget,
      regularizer: regularizerOf(options),
    },
    part(0.33, 0.6),
  );
  const alive = Uint8Array.from(shrink.extra.alive);
  const shrunk = shrunkNetwork(plan, alive, shrink.weights);
  writeJson(join(out, 'structure.json'), structureOf(plan, shrunk.widths));
  const shrunkAccuracy = await reestimatedAccuracy(setup, shrunk.network, shrunk.weights);
  const expand = options.snap ? expandSnapped : expandWidths;
  const expansion = expand(plan, shrunk.widths, (widths) => resource.cost(widths), budget);
  const expandedNetwork = resizeNetwork(plan, expansion.widths);
  const expanded = await trainStage(
    setup,
    { stage: 'expanded', network: expandedNetwork, epochs, rate, extra: null },
    part(0.6, 0.78),
  );

  const engine = await options.openMeasuringEngine();
  const sentinel = sentinelNetwork(plan);
  const predictor = latencyPredictor(plan, device);
  const { multiplier: alpha } = await decidedOnce(join(out, 'multiplier.json'), async () => ({
    multiplier: await equallyFastMultiplier(options, engine, plan, expansion, sentinel),
  }));
  const multiplierWidths = multiplyWidths(plan, alpha);
  const multiplierNetwork = resizeNetwork(plan, multiplierWidths);
  const multiplier = await trainStage(
    setup,
    { stage: 'multiplier', network: multiplierNetwork, epochs, rate, extra: null },
    part(0.8, 0.97),
  );

  const rows = [
    { name: 'seed', network, widths: plan.fullWidths, accuracy: seedNetwork.testAccuracy },
    { name: 'shrunk', network: shrunk.network, widths: shrunk.widths, accuracy: shrunkAccuracy },
    { name: 'expanded', network: expandedNetwork, widths: expansion.widths, accuracy: expanded.testAccuracy },
    {
      name: 'multiplier',
      network: multiplierNetwork,
      widths: multiplierWidths,
      accuracy: multiplier.testAccuracy,
    },
  ] as const;
  const block = await measured(
    engine,
    rows.map(({ name, network: each }) => ({ id: name, network: each })),
    sentinel,
    seed,
    part(0.97, 1),
  );
  const view = new MorphNetView(plan);
  const seedPredicted = predictor.latencyUs(plan.fullWidths);
  const seedMeasured = block.networks[0]?.latencyUs as number;
  const result: TrainResult = {
    schema: RESULT_SCHEMA,
    network: network.name,
    data: { name: data.name, origin: data.origin, train: data.train.count, test: data.test.count },
    target: resource.name,
    device: device.name,
    cost_unit: resource.unit,
    budget,
    omega: expansion.omega,
    multiple_of: expansion.multipleOf,
    multiplier: alpha,
    networks: rows.map(({ name, widths, accuracy }, index) => {
      const predicted = predictor.latencyUs(widths);
      const measurement = block.networks[index];
      if (measurement === undefined) throw new Error(`network ${name} was not measured`);
      return {
        name,
        widths: widthsByLayer(plan, widths),
        ...view.totals(widths, [], new Float64Array(0)),
        test_accuracy: accuracy,
        cost: resource.cost(widths),
        predicted_latency_us: predicted,
        measured_latency_us: measurement.latencyUs,
        measured_spread: measurement.spread,
        predicted_speedup: seedPredicted / predicted,
        measured_speedup: seedMeasured / measurement.latencyUs,
      };
    }),
    measured_on: `${engine.description.engine} ×${engine.description.threads}, ${engine.description.adapter}`,
    repeatability: block.repeatability,
    trained_on: `${training.description.engine} ×${training.description.threads}, ${training.description.provider}`,
    seconds: metrics.read().reduce((sum, { seconds }) => sum + seconds, 0),
  };
  writeLayers(out, plan, rows);
  writeJson(join(out, 'result.json'), trainResult.parse(result));
  const model = trainableModel(expandedNetwork, 0);
  writeWeights(model, expanded.weights);
  await saveOnnx(model, join(out, 'model.onnx'));
  await saveLayersModel(model, join(out, 'model'));
  model.dispose();
  return result;
}

function shrunkNetwork(plan: ChannelPlan, alive: Uint8Array, weights: Weights) {
  const slots = new ChannelSlots(plan);
  const widths = slots.widths(alive);
  const network = resizeNetwork(plan, widths);
  return { widths, network, weights: shrinkWeights(slots, alive, weights, network) };
}

/** The multiplier whose network is measured closest to the expanded one. */
async function equallyFastMultiplier(
  options: TrainOptions,
  engine: Engine,
  plan: ChannelPlan,
  expansion: Expansion,
  sentinel: Network,
): Promise<number> {
  const predictor = latencyPredictor(plan, options.device);
  const alphas = candidateMultipliers(
    plan,
    (widths) => predictor.latencyUs(widths),
    predictor.latencyUs(expansion.widths),
  );
  const block = await measured(
    engine,
    [
      { id: 'expanded', network: resizeNetwork(plan, expansion.widths) },
      ...alphas.map((alpha) => ({
        id: alpha.toFixed(4),
        network: resizeNetwork(plan, multiplyWidths(plan, alpha)),
      })),
    ],
    sentinel,
    options.seed,
    partOf(options.onProgress, 0.78, 0.8),
  );
  const goal = block.networks[0]?.latencyUs as number;
  const off = alphas.map((_, i) => Math.abs(Math.log((block.networks[i + 1]?.latencyUs as number) / goal)));
  return alphas[off.indexOf(Math.min(...off))] as number;
}

function writeLayers(out: string, plan: ChannelPlan, rows: readonly { widths: Int32Array }[]): void {
  const [seed, shrunk, expanded, multiplier] = rows.map(({ widths }) => widthsByLayer(plan, widths));
  const records = Object.keys(seed ?? {}).map((layer) => ({
    layer,
    seed_width: seed?.[layer] ?? 0,
    shrunk_width: shrunk?.[layer] ?? 0,
    expanded_width: expanded?.[layer] ?? 0,
    multiplier_width: multiplier?.[layer] ?? 0,
  }));
  const file = new CsvFile(join(out, 'layers.csv'), layerRecord);
  file.keep(() => false);
  file.append(records);
}

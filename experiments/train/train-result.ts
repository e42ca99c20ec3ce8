// What a training run found, as result.json and layers.csv say it.
import type { Expansion } from '../../morphnet/expand.ts';
import type { ChannelPlan } from '../../network/channel-plan.ts';
import { MorphNetView } from '../../network/morph-net-view.ts';
import { widthsByLayer } from '../../network/widths.ts';
import type { EngineDescription } from '../../records/engine-description.ts';
import {
  type LayerRecord,
  RESULT_SCHEMA,
  TRAINED_NETWORKS,
  type TrainedNetworkName,
  type TrainResult,
  trainResult,
} from '../../records/training.ts';
import type { TimedNetworks } from './time-networks.ts';
import type { TrainedNetwork, TrainingRun } from './training-run.ts';

export type TrainedNetworks = Readonly<Record<TrainedNetworkName, TrainedNetwork>>;

export interface TrainingOutcome {
  readonly networks: TrainedNetworks;
  readonly expansion: Expansion;
  readonly multiplier: number;
  readonly timed: TimedNetworks<TrainedNetworkName>;
  readonly measuredOn: EngineDescription;
}

/** Each network's size, accuracy, and latency as predicted and measured, with its speed-up over the seed's. */
function networkResults(
  { plan, resource, predictor }: TrainingRun,
  { networks, timed }: TrainingOutcome,
): TrainResult['networks'] {
  const view = new MorphNetView(plan);
  const seedPredictedUs = predictor.latencyUs(networks.seed.widths);
  const seedMeasuredUs = timed.of('seed').latencyUs;
  return TRAINED_NETWORKS.map((name) => {
    const { widths, testAccuracy } = networks[name];
    const predictedUs = predictor.latencyUs(widths);
    const { latencyUs: measuredUs, spread } = timed.of(name);
    return {
      name,
      widths: widthsByLayer(plan, widths),
      ...view.totals(widths, [], new Float64Array(0)),
      test_accuracy: testAccuracy,
      cost: resource.cost(widths),
      predicted_latency_us: predictedUs,
      measured_latency_us: measuredUs,
      measured_spread: spread,
      predicted_speedup: seedPredictedUs / predictedUs,
      measured_speedup: seedMeasuredUs / measuredUs,
    };
  });
}

export function resultOf(run: TrainingRun, outcome: TrainingOutcome): TrainResult {
  const { options, setup, resource, budget } = run;
  const { expansion, multiplier, measuredOn } = outcome;
  const { network, data, device, training } = options;
  const trainedOn = training.description;
  return trainResult.parse({
    schema: RESULT_SCHEMA,
    network: network.name,
    data: { name: data.name, origin: data.origin, train: data.train.count, test: data.test.count },
    target: resource.name,
    device: device.name,
    cost_unit: resource.unit,
    budget,
    omega: expansion.omega,
    multiple_of: expansion.multipleOf,
    multiplier,
    networks: networkResults(run, outcome),
    measured_on: `${measuredOn.engine} ×${measuredOn.threads}, ${measuredOn.adapter}`,
    repeatability: outcome.timed.repeatability,
    drift_since_calibration: outcome.timed.driftSinceCalibration,
    trained_on: `${trainedOn.engine} ×${trainedOn.threads}, ${trainedOn.provider}`,
    seconds: setup.metrics.read().reduce((sum, { seconds }) => sum + seconds, 0),
  });
}

/** Each layer's width in each network. */
export function layerRecords(plan: ChannelPlan, networks: TrainedNetworks): LayerRecord[] {
  const widthsOf = (name: TrainedNetworkName) => widthsByLayer(plan, networks[name].widths);
  const [shrunk, expanded, multiplier] = [widthsOf('shrunk'), widthsOf('expanded'), widthsOf('multiplier')];
  return Object.entries(widthsOf('seed')).map(([layer, width]) => ({
    layer,
    seed_width: width,
    shrunk_width: shrunk[layer] ?? 0,
    expanded_width: expanded[layer] ?? 0,
    multiplier_width: multiplier[layer] ?? 0,
  }));
}

// What a training run found, as result.json and layers.csv say it.
import { planChannels } from '../../network/channel-plan.ts';
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
import type { Iteration } from './iterate.ts';
import { targetResource } from './target-resource.ts';
import type { TimedNetworks } from './time-networks.ts';
import { latencyOf, type TrainedNetwork, type TrainingRun } from './training-run.ts';

export type TrainedNetworks = Readonly<Record<TrainedNetworkName, TrainedNetwork>>;

export interface TrainingOutcome {
  readonly networks: TrainedNetworks;
  readonly iterations: readonly Iteration[];
  readonly multiplier: number;
  readonly timed: TimedNetworks<TrainedNetworkName>;
  readonly measuredOn: EngineDescription;
}

/** Each network's size, accuracy, and latency as predicted and measured, with its speed-up over the seed's. */
function networkResults(run: TrainingRun, { networks, timed }: TrainingOutcome): TrainResult['networks'] {
  const seedPredictedUs = latencyOf(run, networks.seed);
  const seedMeasuredUs = timed.of('seed').latencyUs;
  return TRAINED_NETWORKS.map((name) => {
    const trained = networks[name];
    const plan = planChannels(trained.network);
    const predictedUs = latencyOf(run, trained);
    const { latencyUs: measuredUs, spread } = timed.of(name);
    return {
      name,
      widths: widthsOf(run, trained),
      ...new MorphNetView(plan).totals(plan.fullWidths, [], new Float64Array(0)),
      test_accuracy: trained.testAccuracy,
      cost: costOf(run, trained),
      predicted_latency_us: predictedUs,
      measured_latency_us: measuredUs,
      measured_spread: spread,
      predicted_speedup: seedPredictedUs / predictedUs,
      measured_speedup: seedMeasuredUs / measuredUs,
    };
  });
}

/** Cost of a network of the run, in the unit of what it saves. */
function costOf({ options: { target, device } }: TrainingRun, { network }: TrainedNetwork): number {
  const plan = planChannels(network);
  return targetResource(target, plan, device).cost(plan.fullWidths);
}

/** Width of each layer of the seed network that is left; 0 where it is gone. */
function widthsOf({ seedWidths }: TrainingRun, { network }: TrainedNetwork): Record<string, number> {
  const plan = planChannels(network);
  const own = widthsByLayer(plan, plan.fullWidths);
  return Object.fromEntries(Object.keys(seedWidths).map((layer) => [layer, own[layer] ?? 0]));
}

export function resultOf(run: TrainingRun, outcome: TrainingOutcome): TrainResult {
  const { options, setup, resource, budget } = run;
  const { iterations, multiplier, measuredOn } = outcome;
  const last = iterations.at(-1) as Iteration;
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
    omega: last.chosen.omega,
    multiple_of: last.chosen.multipleOf,
    chosen_by: run.options.choose,
    gain: last.chosen.gain,
    multiplier,
    networks: networkResults(run, outcome),
    iterations: iterations.map(({ shrunk, chosen, expanded }) => ({
      omega: chosen.omega,
      multiple_of: chosen.multipleOf,
      shrunk_accuracy: shrunk.testAccuracy,
      shrunk_cost: costOf(run, shrunk),
      accuracy: expanded.testAccuracy,
      cost: costOf(run, expanded),
    })),
    measured_on: `${measuredOn.engine} ×${measuredOn.threads}, ${measuredOn.adapter}`,
    repeatability: outcome.timed.repeatability,
    drift_since_calibration: outcome.timed.driftSinceCalibration,
    trained_on: `${trainedOn.engine} ×${trainedOn.threads}, ${trainedOn.provider}`,
    seconds: setup.metrics.read().reduce((sum, { seconds }) => sum + seconds, 0),
  });
}

/** Each layer's width in each network. */
export function layerRecords(run: TrainingRun, networks: TrainedNetworks): LayerRecord[] {
  const [shrunk, expanded, multiplier] = (['shrunk', 'expanded', 'multiplier'] as const).map((name) =>
    widthsOf(run, networks[name]),
  ) as [Record<string, number>, Record<string, number>, Record<string, number>];
  return Object.entries(run.seedWidths).map(([layer, width]) => ({
    layer,
    seed_width: width,
    shrunk_width: shrunk[layer] ?? 0,
    expanded_width: expanded[layer] ?? 0,
    multiplier_width: multiplier[layer] ?? 0,
  }));
}

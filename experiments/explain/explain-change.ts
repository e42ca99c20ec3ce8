// Where the difference between two networks' times comes from: predicted from a device's model, or measured beside it.
import type { Device } from '../../calibration/device-profile.ts';
import { type DeployedModel, deployedModel, latencyPredictor } from '../../calibration/predict.ts';
import { planChannels } from '../../network/channel-plan.ts';
import type { Network } from '../../network/network.ts';
import type { NetworkMeasurement } from '../../profiler/timing/measure-networks.ts';
import {
  type Cause,
  EXPLANATION_SCHEMA,
  type Explanation,
  type LayerChange,
} from '../../records/explanation.ts';
import { CheapWidths } from './cheap-widths.ts';
import { findCauses } from './find-causes.ts';
import { matchLayers } from './match-layers.ts';
import { measuredNetwork, predictedNetwork, type TimedNetwork } from './timed-network.ts';
import { layerChanges, waterfall } from './waterfall.ts';

export interface NamedNetwork {
  readonly name: string;
  readonly network: Network;
}

/** The two networks, and the device on which their difference is explained. */
export interface ExplainOptions {
  /** Whose model tells kernels' times, and of those that were measured what they should be. */
  readonly device: Device;
  readonly a: NamedNetwork;
  readonly b: NamedNetwork;
  readonly batch: number;
  /** What both took, measured together with their kernels; predicted without. */
  readonly measured?: { readonly a: NetworkMeasurement; readonly b: NetworkMeasurement };
}

/** Width changes that are advised. */
const ADVISED = 3;

function sideOf({ name, latencyUs, standardError, kernels, others }: TimedNetwork): Explanation['a'] {
  return {
    name,
    latency_us: latencyUs,
    standard_error: standardError,
    flops: kernels.reduce((sum, { kernel }) => sum + kernel.flops, 0),
    kernels: kernels.length + others.length,
  };
}

/** Classes of their kernels that a measured device never saw. */
function unseenClasses({ domain }: DeployedModel, networks: readonly TimedNetwork[]): string[] {
  if (domain === undefined) return [];
  const classes = networks.flatMap(({ kernels }) => kernels.map(({ kernel }) => kernel.kernelClass));
  return [...new Set(classes)].filter((name) => domain[name] === undefined);
}

const WIDTH_CAUSES: ReadonlySet<Cause> = new Set<Cause>(['remainder', 'layout', 'reorder']);

/** Whether a layer pays for channel counts that another width would not have. */
const paysForWidth = ({ causes }: Pick<LayerChange, 'causes'>) =>
  causes.some(({ cause, delta_us }) => delta_us > 0 && WIDTH_CAUSES.has(cause));

/**
 * Takes the difference between two networks' times apart, layer by layer and cause by cause; the causes add up to it.
 * Layers are matched by name, then by structure (`matchLayers`).
 */
export function explainChange({ device, a, b, batch, measured }: ExplainOptions): Explanation {
  const model = deployedModel(device);
  const [predictedA, predictedB] = [predictedNetwork(a, model, batch), predictedNetwork(b, model, batch)];
  const timedA = measured === undefined ? predictedA : measuredNetwork(predictedA, measured.a);
  const timedB = measured === undefined ? predictedB : measuredNetwork(predictedB, measured.b);
  const matches = matchLayers(timedA.plan, timedB.plan);
  const found = findCauses(timedA, timedB, matches);
  const plan = planChannels(b.network);
  const widths = new CheapWidths(latencyPredictor(plan, device, { batch, view: 'deployed' }), plan);
  const { changes, gainUs } = widths.cheapest(ADVISED);
  const layers = layerChanges(found, timedA, timedB, matches);
  const unexplainedUs = layers
    .flatMap(({ causes }) => causes)
    .reduce((sum, { cause, delta_us }) => sum + (cause === 'unexplained' ? Math.abs(delta_us) : 0), 0);
  return {
    schema: EXPLANATION_SCHEMA,
    basis: measured === undefined ? 'predicted' : 'measured',
    device: device.name,
    batch,
    a: sideOf(timedA),
    b: sideOf(timedB),
    difference_us: timedB.latencyUs - timedA.latencyUs,
    ratio: timedB.latencyUs / timedA.latencyUs,
    waterfall: waterfall(found, timedA.latencyUs, timedB.latencyUs),
    layers: layers.map((layer) => ({
      ...layer,
      next_cheap_width:
        layer.b_layer !== null && paysForWidth(layer) ? widths.nextCheap(layer.b_layer) : null,
    })),
    unexplained_share: unexplainedUs / Math.max(timedA.latencyUs, timedB.latencyUs),
    unseen_classes: unseenClasses(model, [timedA, timedB]),
    advice: [...changes],
    advice_gain_us: gainUs,
  };
}

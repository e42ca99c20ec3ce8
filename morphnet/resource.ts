// What is to be saved (FLOPs, weights, channels, latency on a device): its cost and its slopes at given widths.
import { chosenRung, type Device } from '../calibration/device-profile.ts';
import { kernelPredictor } from '../calibration/predict.ts';
import { profiledLowering } from '../calibration/profiled-network.ts';
import { LatencyPotential } from '../calibration/slopes/latency-potential.ts';
import type { ChannelPlan } from '../network/channel-plan.ts';
import type { CostMeasure } from '../network/morph-net-relaxation.ts';
import { MorphNetView } from '../network/morph-net-view.ts';
import { prunedPlans } from './pruned-plan.ts';

/** What a regularizer saves. Costs and slopes are of the network at whole group widths. */
export interface Resource {
  readonly name: string;
  readonly unit: 'FLOP' | 'weights' | 'channels' | 'µs';
  /** Cost of the alive network: that of `resizeNetwork`, whose layers without channels are gone. */
  cost(widths: Int32Array): number;
  /** Per group: how much one more channel costs around these widths; never negative. */
  slopes(widths: Int32Array): Float64Array;
}

/** Costs as Google's library counts them, of what is left of the network. */
function viewResource(
  plan: ChannelPlan,
  {
    batch = 1,
    perUnit = 1,
    ...names
  }: Pick<Resource, 'name' | 'unit'> & { batch?: number; perUnit?: number },
  measure: CostMeasure,
): Resource {
  const view = new MorphNetView(plan, batch);
  const pruned = prunedPlans(plan, (part) => new MorphNetView(part, batch));
  return {
    ...names,
    cost(widths) {
      const { value, partWidths } = pruned(widths);
      return value.cost(partWidths, measure) / perUnit;
    },
    slopes: (widths) => view.slopes(widths, measure).map((slope) => slope / perUnit),
  };
}

/** FLOPs of convolutions and dense layers, 2 per multiply-add, one example (paper eq. 4). */
export function flopsResource(plan: ChannelPlan): Resource {
  return viewResource(plan, { name: 'flops', unit: 'FLOP' }, 'flops');
}

/** Weights of convolutions and dense layers (paper eq. 5). */
export function modelSizeResource(plan: ChannelPlan): Resource {
  return viewResource(plan, { name: 'model-size', unit: 'weights' }, 'parameters');
}

/** Channels that convolutions and dense layers make, as Google's library counts activations. */
export function activationResource(plan: ChannelPlan): Resource {
  return viewResource(plan, { name: 'activation-count', unit: 'channels' }, 'activations');
}

const NS_PER_US = 1e3;

/** Whole-network latency on a measured device, with the slopes of its smoothed potential. */
function measuredLatency(
  plan: ChannelPlan,
  { profile }: Extract<Device, { kind: 'measured' }>,
  batch: number,
): Pick<Resource, 'cost' | 'slopes'> {
  const lowering = profiledLowering(plan.network, profile, batch);
  const { model, network } = chosenRung(profile);
  const predictor = kernelPredictor(lowering, model, network);
  const gradient = (widths: Int32Array) =>
    new LatencyPotential(lowering, model, network, widths).gradient(widths);
  return {
    cost: (widths) => predictor.latencyUs(widths),
    slopes(widths) {
      const slopes = gradient(widths);
      if (widths.includes(0)) {
        // What is gone has no kernels to differentiate: its slopes are those it would have with one channel back.
        const revived = gradient(widths.map((width) => Math.max(1, width)));
        widths.forEach((width, group) => {
          if (width === 0) slopes[group] = revived[group] as number;
        });
      }
      return slopes.map((slope, group) => (plan.groups[group]?.fixed ? 0 : Math.max(0, slope)));
    },
  };
}

/**
 * Latency in µs: on a datasheet device as Google's library relaxes it (the slope of the roofline's larger side, op by
 * op); on a measured one the predicted latency, and as slopes the gradient of its smoothed potential
 * (`LatencyPotential`), since a calibrated latency is a staircase whose local slope says nothing. The gradient of a
 * group whose channels cost less than nothing (alignment can do that) is raised to 0.
 */
export function latencyResource(plan: ChannelPlan, device: Device, batch = 1): Resource {
  const names = { name: `latency on ${device.name}`, unit: 'µs' } as const;
  if (device.kind === 'datasheet') {
    return viewResource(plan, { ...names, batch, perUnit: NS_PER_US }, device.device);
  }
  return { ...names, ...measuredLatency(plan, device, batch) };
}

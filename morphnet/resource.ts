import type { Device } from '../calibration/device-profile.ts';
import { latencyPredictor } from '../calibration/predict.ts';
import type { ChannelPlan } from '../network/channel-plan.ts';
import { type CostMeasure, MorphNetView } from '../network/morph-net-view.ts';
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

/** Half-width of the secant: a whole block of the widest blocked layout, so that the next step is seen. */
const SECANT_CHANNELS = 16;

const NS_PER_US = 1e3;

/**
 * Latency in µs: on a datasheet device as Google's library relaxes it (the slope of the roofline's larger side, op by
 * op); on a measured one the secant of the predicted whole-network latency over ±16 channels of each group, since a
 * calibrated latency is a staircase whose local slope says nothing.
 */
export function latencyResource(plan: ChannelPlan, device: Device, batch = 1): Resource {
  const names = { name: `latency on ${device.name}`, unit: 'µs' } as const;
  if (device.kind === 'datasheet') {
    return viewResource(plan, { ...names, batch, perUnit: NS_PER_US }, device.device);
  }
  const predictor = latencyPredictor(plan, device, { batch });
  const cost = (widths: Int32Array) => predictor.latencyUs(widths);
  return {
    ...names,
    cost,
    slopes(widths) {
      return Float64Array.from(plan.groups, ({ size, fixed }, group) => {
        if (fixed) return 0;
        const width = widths[group] as number;
        const least = Math.max(0, width - SECANT_CHANNELS);
        const most = Math.min(Math.max(size, width), width + SECANT_CHANNELS);
        if (least === most) return 0;
        return Math.max(
          0,
          (costAt(cost, widths, group, most) - costAt(cost, widths, group, least)) / (most - least),
        );
      });
    },
  };
}

function costAt(
  cost: (widths: Int32Array) => number,
  widths: Int32Array,
  group: number,
  width: number,
): number {
  const changed = widths.slice();
  // A group that the network cannot do without has no cost at 0: one channel stands for it.
  changed[group] = Math.max(1, width);
  return cost(changed);
}

// The resource that a training run saves: its cost on sub-networks, and the regularizer that spends less of it.
import type * as tfTypes from '@tensorflow/tfjs';
import type { Device } from '../../calibration/device-profile.ts';
import { GammaFlops, GammaLatency, GammaModelSize } from '../../morphnet/gamma.ts';
import type { NetworkRegularizer } from '../../morphnet/network-regularizer.ts';
import { flopsResource, latencyResource, modelSizeResource, type Resource } from '../../morphnet/resource.ts';
import type { ChannelPlan } from '../../network/channel-plan.ts';
import type { Target } from './train-settings.ts';

export function targetResource(target: Target, plan: ChannelPlan, device: Device): Resource {
  switch (target) {
    case 'flops':
      return flopsResource(plan);
    case 'model-size':
      return modelSizeResource(plan);
    case 'latency':
      return latencyResource(plan, device);
    default:
      return target satisfies never;
  }
}

export function targetRegularizer(
  target: Target,
  model: tfTypes.LayersModel,
  device: Device,
): NetworkRegularizer {
  switch (target) {
    case 'flops':
      return new GammaFlops(model);
    case 'model-size':
      return new GammaModelSize(model);
    case 'latency':
      return new GammaLatency(model, { device });
    default:
      return target satisfies never;
  }
}

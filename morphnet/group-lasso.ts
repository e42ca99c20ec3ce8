// The regularizers that decide over channels by the norm of their filters, by what they save.
import type { LayersModel } from '@tensorflow/tfjs';
import type { Device } from '../calibration/device-profile.ts';
import type { ChannelFamily } from './families/channel-family.ts';
import { groupLassoFamily } from './families/group-lasso.ts';
import { NetworkRegularizer, type RegularizerOptions } from './network-regularizer.ts';
import { activationResource, flopsResource, latencyResource, modelSizeResource } from './resource.ts';

/** Options of the regularizers of filters; a norm of at most `threshold` (1e-3) is dead. */
export interface GroupLassoOptions extends RegularizerOptions {
  readonly threshold?: number;
  /** Share of mean|w| in a filter's norm, against √mean(w²), 0 … 1; 0 by default. */
  readonly l1Fraction?: number;
}

function familyOf({ threshold, l1Fraction }: GroupLassoOptions): ChannelFamily {
  return groupLassoFamily(threshold, l1Fraction);
}

/** Regularizes a model's filters by FLOPs. */
export class GroupLassoFlops extends NetworkRegularizer {
  constructor(model: LayersModel, options: GroupLassoOptions = {}) {
    super(model, familyOf(options), flopsResource, options);
  }
}

/** Regularizes a model's filters by the number of weights. */
export class GroupLassoModelSize extends NetworkRegularizer {
  constructor(model: LayersModel, options: GroupLassoOptions = {}) {
    super(model, familyOf(options), modelSizeResource, options);
  }
}

/** Regularizes a model's filters by the number of channels that convolutions and dense layers make. */
export class GroupLassoActivationCount extends NetworkRegularizer {
  constructor(model: LayersModel, options: GroupLassoOptions = {}) {
    super(model, familyOf(options), activationResource, options);
  }
}

/** Regularizes a model's filters by latency on a device, by datasheet or calibrated. */
export class GroupLassoLatency extends NetworkRegularizer {
  constructor(model: LayersModel, options: GroupLassoOptions & { readonly device: Device }) {
    super(model, familyOf(options), (plan) => latencyResource(plan, options.device, options.batch), options);
  }
}

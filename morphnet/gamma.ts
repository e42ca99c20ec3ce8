// The regularizers that decide over channels by γ of batch norm, by what they save.
import type { LayersModel } from '@tensorflow/tfjs';
import type { Device } from '../calibration/device-profile.ts';
import { gammaFamily } from './families/gamma.ts';
import { NetworkRegularizer, type RegularizerOptions } from './network-regularizer.ts';
import { activationResource, flopsResource, latencyResource, modelSizeResource } from './resource.ts';

/** Options of the regularizers of γ; |γ| of at most `gammaThreshold` (1e-3) is dead. */
export interface GammaOptions extends RegularizerOptions {
  readonly gammaThreshold?: number;
}

/** Regularizes a model's γ by FLOPs. */
export class GammaFlops extends NetworkRegularizer {
  constructor(model: LayersModel, options: GammaOptions = {}) {
    super(model, gammaFamily(options.gammaThreshold), flopsResource, options);
  }
}

/** Regularizes a model's γ by the number of weights. */
export class GammaModelSize extends NetworkRegularizer {
  constructor(model: LayersModel, options: GammaOptions = {}) {
    super(model, gammaFamily(options.gammaThreshold), modelSizeResource, options);
  }
}

/** Regularizes a model's γ by the number of channels that convolutions and dense layers make. */
export class GammaActivationCount extends NetworkRegularizer {
  constructor(model: LayersModel, options: GammaOptions = {}) {
    super(model, gammaFamily(options.gammaThreshold), activationResource, options);
  }
}

/** Regularizes a model's γ by latency on a device, by datasheet or calibrated. */
export class GammaLatency extends NetworkRegularizer {
  constructor(model: LayersModel, options: GammaOptions & { readonly device: Device }) {
    super(
      model,
      gammaFamily(options.gammaThreshold),
      (plan) => latencyResource(plan, options.device, options.batch),
      options,
    );
  }
}

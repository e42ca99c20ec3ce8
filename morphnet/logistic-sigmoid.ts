// The regularizers that decide over channels by the probability of their gates, by what they save.
import type { LayersModel } from '@tensorflow/tfjs';
import type { Device } from '../calibration/device-profile.ts';
import { logisticSigmoidFamily } from './families/logistic-sigmoid.ts';
import { NetworkRegularizer, type RegularizerOptions } from './network-regularizer.ts';
import { activationResource, flopsResource, latencyResource, modelSizeResource } from './resource.ts';

/** Options of the regularizers of gates. */
export interface LogisticSigmoidOptions extends RegularizerOptions {
  /** Gates of at least this probability are alive; 0.5 by default, where a gate is open when it does not train. */
  readonly aliveThreshold?: number;
}

/** Regularizes a model's gates by FLOPs. */
export class LogisticSigmoidFlops extends NetworkRegularizer {
  constructor(model: LayersModel, options: LogisticSigmoidOptions = {}) {
    super(model, logisticSigmoidFamily(options.aliveThreshold), flopsResource, options);
  }
}

/** Regularizes a model's gates by the number of weights. */
export class LogisticSigmoidModelSize extends NetworkRegularizer {
  constructor(model: LayersModel, options: LogisticSigmoidOptions = {}) {
    super(model, logisticSigmoidFamily(options.aliveThreshold), modelSizeResource, options);
  }
}

/** Regularizes a model's gates by the number of channels that convolutions and dense layers make. */
export class LogisticSigmoidActivationCount extends NetworkRegularizer {
  constructor(model: LayersModel, options: LogisticSigmoidOptions = {}) {
    super(model, logisticSigmoidFamily(options.aliveThreshold), activationResource, options);
  }
}

/** Regularizes a model's gates by latency on a device, by datasheet or calibrated. */
export class LogisticSigmoidLatency extends NetworkRegularizer {
  constructor(model: LayersModel, options: LogisticSigmoidOptions & { readonly device: Device }) {
    super(
      model,
      logisticSigmoidFamily(options.aliveThreshold),
      (plan) => latencyResource(plan, options.device, options.batch),
      options,
    );
  }
}

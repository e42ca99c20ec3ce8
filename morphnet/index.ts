// What the package's `morphnet` entry exports; it runs in browsers, so it reads and writes no files and opens no engine.
export { deviceFrom } from '../calibration/device-from.ts';
export type { Device, DeviceProfile } from '../calibration/device-profile.ts';
export { type PredictOptions, predictNetwork } from '../calibration/predict-network.ts';
export { UserError } from '../records/user-error.ts';
export type { AliveChannels } from './alive-channels.ts';
export { batchNormalization, trainFused } from './batch-normalization.ts';
export { type Expansion, expandSnapped, expandWidths } from './expand.ts';
export {
  GammaActivationCount,
  GammaFlops,
  GammaLatency,
  GammaModelSize,
  type GammaOptions,
} from './gamma.ts';
export {
  GroupLassoActivationCount,
  GroupLassoFlops,
  GroupLassoLatency,
  GroupLassoModelSize,
  type GroupLassoOptions,
} from './group-lasso.ts';
export { insertGates } from './insert-gates.ts';
export { type KnapsackOptions, type KnapsackResult, knapsack } from './knapsack.ts';
export {
  LogisticSigmoidActivationCount,
  LogisticSigmoidFlops,
  LogisticSigmoidLatency,
  LogisticSigmoidModelSize,
  type LogisticSigmoidOptions,
} from './logistic-sigmoid.ts';
export { mask } from './mask.ts';
export { describeModel, readWeights, writeWeights } from './model-weights.ts';
export { NetworkRegularizer, type RegularizerOptions } from './network-regularizer.ts';
export { onnxBytes } from './onnx-bytes.ts';
export { ProbabilisticGate, type ProbabilisticGateConfig } from './probabilistic-gate.ts';
export {
  activationResource,
  flopsResource,
  latencyResource,
  modelSizeResource,
  type Resource,
} from './resource.ts';
export { shrink } from './shrink.ts';
export { taylorImportance } from './taylor-importance.ts';
export { trainableModel } from './trainable-model.ts';

// The public names of morphnet.
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
export { gatedNetwork, insertGates } from './insert-gates.ts';
export { type KnapsackOptions, type KnapsackResult, knapsack } from './knapsack.ts';
export { loadLayersModel } from './load-model.ts';
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
export { ProbabilisticGate, type ProbabilisticGateConfig } from './probabilistic-gate.ts';
export {
  activationResource,
  flopsResource,
  latencyResource,
  modelSizeResource,
  type Resource,
} from './resource.ts';
export { saveLayersModel, saveOnnx } from './save-model.ts';
export { rebuiltModel, shrink } from './shrink.ts';
export { structureOf } from './structure.ts';
export { taylorImportance } from './taylor-importance.ts';
export { trainableModel } from './trainable-model.ts';

export { batchNormalization, trainFused } from './batch-normalization.ts';
export { type Expansion, expandSnapped, expandWidths } from './expand.ts';
export {
  GammaFlops,
  GammaLatency,
  GammaModelSize,
  type GammaOptions,
  GammaRegularizer,
  type TrainedNetwork,
} from './gamma-regularizer.ts';
export { flopsResource, latencyResource, modelSizeResource, type Resource } from './resource.ts';
export { shrinkWeights } from './shrink-weights.ts';
export { structureOf } from './structure.ts';
export { readWeights, trainableModel, writeWeights } from './trainable-model.ts';

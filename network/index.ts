// What the network package gives to its users.
export { UserError } from '../records/user-error.ts';
export { NetworkBuilder } from './builder.ts';
export { type ChannelGroup, type ChannelPlan, channelCount, planChannels } from './channel-plan.ts';
export { deployedNetwork, deployedWeights } from './deployed.ts';
export type { Layer, LayerKind, Padding } from './layer.ts';
export { arithmeticIntensity, type Kernel, type KernelOp, kernelBytes } from './lowering/kernel.ts';
export { Lowering } from './lowering/lower.ts';
export { type LoweringRules, onnxruntimeRules, TFJS_RULES } from './lowering/rules.ts';
export { readModelFile } from './model-file.ts';
export { MorphNetView, type OpCost } from './morph-net-view.ts';
export type { Network } from './network.ts';
export { type OnnxReading, readOnnx } from './onnx/read.ts';
export { writeOnnx } from './onnx/write.ts';
export type { Roof } from './roofline.ts';
export {
  multipliedWidths,
  SAMPLING_LAWS,
  type SamplingLaw,
  sampleWidths,
  widthsAround,
} from './sampling.ts';
export { inferShapes, type Shape } from './shapes.ts';
export { type Boundary, subNetwork } from './sub-network.ts';
export { type LayersModelReading, readLayersModel } from './tfjs/read-layers-model.ts';
export { readLayersModelFile } from './tfjs/read-layers-model-file.ts';
export { seededWeights, type Weights, weightShapes } from './weights.ts';
export { multiplyWidths } from './width-multiplier.ts';
export { groupWidths, resizeNetwork, type Widths, widthsByLayer } from './widths.ts';
export { ZOO, zooNetwork } from './zoo/index.ts';

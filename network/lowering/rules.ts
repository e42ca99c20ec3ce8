// How each engine makes kernels of layers, as data: fusions, layouts, programs.
import type { ActivationFunction } from '../layer.ts';

/** How an engine makes kernels of layers. Pure data: predicting needs no engine. */
export interface LoweringRules {
  /** Goes into device profiles; a profile serves only the rules it was measured with. */
  readonly name: string;
  readonly layout: 'nhwc' | 'nchw';
  /** Activations computed inside the convolution before them. */
  readonly fusedActivations: readonly ActivationFunction[];
  /** Those computed inside the dense layer before them. */
  readonly denseActivations: readonly ActivationFunction[];
  /** Whether a hard-swish that nothing fuses, and whatever else no one operator computes, is several kernels. */
  readonly splitsHardSwish: boolean;
  /** Whether slices that share all of a tensor out among them are one kernel. */
  readonly joinsSlices: boolean;
  /**
   * Channels per block of ONNX Runtime's blocked layout (16 with AVX-512, 8 with AVX2 or SSE), or null where
   * convolutions stay in the plain layout.
   */
  readonly channelBlock: number | null;
  /** Whether operators of ONNX are fused as op-fusions.ts has it. */
  readonly fusesOps: boolean;
  /** Whether a convolution adds another tensor to its result. */
  readonly fusesAdd: boolean;
  /**
   * Tiles of 32×32 outputs up to which tfjs-backend-webgpu takes a GPU for not filled and chooses other programs; null
   * for engines that choose none by shape.
   */
  readonly fewWorkgroups: number | null;
  /** Whether what reads and makes rounded values is computed in 8 bits. */
  readonly quantizes: boolean;
  /** Whether inputs arrive channels first and are turned into the layout by a kernel. */
  readonly turnsInputs: boolean;
}

/** ONNX Runtime's CPU provider, graph optimization level 'all'. */
export function onnxruntimeRules(channelBlock: number | null): LoweringRules {
  return {
    name: channelBlock === null ? 'onnxruntime' : `onnxruntime-nchw${channelBlock}c`,
    layout: 'nchw',
    fusedActivations: ['relu', 'relu6', 'clip', 'leaky-relu', 'sigmoid', 'hard-sigmoid', 'tanh'],
    denseActivations: ['relu', 'leaky-relu', 'elu', 'selu', 'softplus', 'sigmoid', 'hard-sigmoid', 'tanh'],
    splitsHardSwish: true,
    joinsSlices: true,
    channelBlock,
    fusesAdd: true,
    fusesOps: true,
    fewWorkgroups: null,
    quantizes: true,
    turnsInputs: false,
  };
}

/** ONNX Runtime's WebGPU provider, graph optimization level 'all'. */
export const ONNXRUNTIME_WEBGPU_RULES: LoweringRules = {
  ...onnxruntimeRules(null),
  name: 'onnxruntime-webgpu',
  layout: 'nhwc',
  fusedActivations: [...onnxruntimeRules(null).fusedActivations, 'elu', 'swish', 'gelu'],
  denseActivations: [],
  // Seen in its profiles: each slice is a kernel there.
  joinsSlices: false,
  fusesAdd: false,
  fusesOps: false,
  quantizes: false,
  turnsInputs: true,
};

/** The tfjs engines on the CPU and CUDA, through tf.fused. */
export const TFJS_RULES: LoweringRules = {
  name: 'tfjs',
  layout: 'nhwc',
  fusedActivations: ['relu', 'relu6', 'sigmoid'],
  denseActivations: ['relu', 'relu6', 'sigmoid'],
  splitsHardSwish: false,
  joinsSlices: false,
  channelBlock: null,
  fusesAdd: false,
  fusesOps: false,
  fewWorkgroups: null,
  quantizes: false,
  turnsInputs: false,
};

/** tfjs-backend-webgpu, whose threshold is 16 on Intel GPUs from generation 12 on and 8 elsewhere. */
export function webgpuRules(fewWorkgroups: number): LoweringRules {
  return { ...TFJS_RULES, name: `tfjs-webgpu-${fewWorkgroups}`, fewWorkgroups };
}

/** The rules of that name. Throws when a profile names rules that this version does not have. */
export function rulesNamed(name: string): LoweringRules {
  const fixed = [TFJS_RULES, ONNXRUNTIME_WEBGPU_RULES].find((rules) => rules.name === name);
  if (fixed !== undefined) return fixed;
  const few = /^tfjs-webgpu-(\d+)$/.exec(name);
  if (few !== null) return webgpuRules(Number(few[1]));
  const block = /^onnxruntime(?:-nchw(\d+)c)?$/.exec(name);
  if (block !== null) return onnxruntimeRules(block[1] === undefined ? null : Number(block[1]));
  throw new Error(`no lowering rules are called '${name}'`);
}

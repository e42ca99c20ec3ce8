import type { ActivationFunction } from '../layer.ts';

/** How an engine makes kernels of layers. Pure data: predicting needs no engine. */
export interface LoweringRules {
  /** Goes into device profiles; a profile serves only the rules it was measured with. */
  readonly name: string;
  readonly layout: 'nhwc' | 'nchw';
  /** Activations computed inside the convolution or dense layer before them. */
  readonly fusedActivations: readonly ActivationFunction[];
  /**
   * Channels per block of ONNX Runtime's blocked layout (16 with AVX-512, 8 with AVX2 or SSE), or null where
   * convolutions stay in the plain layout.
   */
  readonly channelBlock: number | null;
  /** Whether a convolution adds another tensor to its result. */
  readonly fusesAdd: boolean;
}

/** ONNX Runtime's CPU provider, graph optimization level 'all'. */
export function onnxruntimeRules(channelBlock: number | null): LoweringRules {
  return {
    name: channelBlock === null ? 'onnxruntime' : `onnxruntime-nchw${channelBlock}c`,
    layout: 'nchw',
    fusedActivations: ['relu', 'relu6', 'sigmoid', 'tanh'],
    channelBlock,
    fusesAdd: true,
  };
}

/** The tfjs engines, through tf.fused. */
export const TFJS_RULES: LoweringRules = {
  name: 'tfjs',
  layout: 'nhwc',
  fusedActivations: ['relu', 'relu6', 'sigmoid'],
  channelBlock: null,
  fusesAdd: false,
};

/** The rules of that name. Throws when a profile names rules that this version does not have. */
export function rulesNamed(name: string): LoweringRules {
  if (name === TFJS_RULES.name) return TFJS_RULES;
  const block = /^onnxruntime(?:-nchw(\d+)c)?$/.exec(name);
  if (block !== null) return onnxruntimeRules(block[1] === undefined ? null : Number(block[1]));
  throw new Error(`no lowering rules are called '${name}'`);
}

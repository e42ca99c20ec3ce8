// The layer kinds: what a convolutional network is made of.
import type { LayerBase, Padding, Size2d } from './layer-base.ts';
import type { BatchNorm, GroupNorm, LayerNorm, LocalResponseNorm } from './norm-layers.ts';
import type { Op, OpOutput } from './op-layer.ts';
import type { BorderPad, Crop, DepthToSpace, Pad, Resize, SpaceToDepth, Upsample } from './pixel-layers.ts';
import type { TensorType } from './tensor-type.ts';

export type { Padding, Size2d } from './layer-base.ts';
export type { BatchNorm, GroupNorm, LayerNorm, LocalResponseNorm } from './norm-layers.ts';
export type { Op, OpOutput } from './op-layer.ts';
export type {
  BorderPad,
  Crop,
  DepthToSpace,
  Pad,
  Resize,
  Sampling,
  SpaceToDepth,
  Upsample,
} from './pixel-layers.ts';

/**
 * hard-sigmoid is min(max(slope · x + ½, 0), 1), hard-swish x times that of slope ⅙, swish x · sigmoid(x) (SiLU), gelu
 * x · Φ(x), exactly, gelu-tanh its approximation by a tanh, softplus ln(1 + eˣ), mish x · tanh(softplus(x)), selu that
 * of arXiv 1706.02515, clip min(max(x, least), most).
 */
export type ActivationFunction =
  | 'relu'
  | 'relu6'
  | 'leaky-relu'
  | 'elu'
  | 'sigmoid'
  | 'hard-sigmoid'
  | 'tanh'
  | 'swish'
  | 'hard-swish'
  | 'gelu'
  | 'gelu-tanh'
  | 'softplus'
  | 'mish'
  | 'selu'
  | 'clip';

export interface Input extends LayerBase {
  readonly kind: 'input';
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** As ONNX has it, where it is no image of float32 values. */
  readonly tensor?: TensorType;
}

interface Window {
  readonly strides: Size2d;
  readonly padding: Padding;
}

export interface Conv2d extends LayerBase, Window {
  readonly kind: 'conv2d';
  readonly filters: number;
  readonly kernelSize: Size2d;
  readonly useBias: boolean;
  /** Channels are convolved in so many independent groups; 1 by default. */
  readonly groups?: number;
  /** Distance between the filter's taps, in pixels; [1, 1] by default. */
  readonly dilations?: Size2d;
}

/** The gradient of a convolution ("deconvolution"): 'same' makes input · stride pixels. */
export interface Conv2dTranspose extends LayerBase, Window {
  readonly kind: 'conv2d-transpose';
  readonly filters: number;
  readonly kernelSize: Size2d;
  readonly useBias: boolean;
  readonly groups?: number;
  readonly dilations?: Size2d;
}

export interface DepthwiseConv2d extends LayerBase, Window {
  readonly kind: 'depthwise-conv2d';
  /** Output channels per input channel. */
  readonly multiplier: number;
  readonly kernelSize: Size2d;
  readonly useBias: boolean;
  readonly dilations?: Size2d;
}

export interface Dense extends LayerBase {
  readonly kind: 'dense';
  readonly units: number;
  readonly useBias: boolean;
}

export interface Activation extends LayerBase {
  readonly kind: 'activation';
  readonly activation: ActivationFunction;
  /**
   * Of leaky-relu below zero (0.01 by default), of hard-sigmoid at its middle (⅙ by default), of elu left of zero (1 by
   * default); of no other.
   */
  readonly slope?: number;
  /** Borders of clip; none by default. */
  readonly least?: number;
  readonly most?: number;
}

/** x where it is positive, else x times the slope of its channel, a weight. */
export interface Prelu extends LayerBase {
  readonly kind: 'prelu';
}

export interface Pool extends LayerBase, Window {
  readonly kind: 'max-pool' | 'avg-pool';
  readonly poolSize: Size2d;
  /** Whether an average counts the zeros put around the input; false by default. */
  readonly countsPadding?: boolean;
}

export interface GlobalAvgPool extends LayerBase {
  readonly kind: 'global-avg-pool';
  /** Whether the result keeps height and width of 1 ([N, 1, 1, C]); false by default. */
  readonly keepDims?: boolean;
}

/** The mean or the largest of all channels at each pixel: one channel. */
export interface ChannelReduce extends LayerBase {
  readonly kind: 'channel-mean' | 'channel-max';
}

/** Element by element; an input of one pixel or one channel is spread over the others'. */
export interface Add extends LayerBase {
  readonly kind: 'add';
}

/** Of two inputs, the second from the first or the first by the second; spread as an add's. */
export interface Arithmetic extends LayerBase {
  readonly kind: 'subtract' | 'divide' | 'minimum' | 'maximum';
}

/** Element by element; a 1×1 or flat input is spread over the others' pixels (squeeze-and-excite). */
export interface Multiply extends LayerBase {
  readonly kind: 'multiply';
}

/** Joins its inputs along the channels. */
export interface Concat extends LayerBase {
  readonly kind: 'concat';
}

/** NHWC to [N, H·W·C], channels fastest. */
export interface Flatten extends LayerBase {
  readonly kind: 'flatten';
}

/** A constant added to each channel. */
export interface BiasAdd extends LayerBase {
  readonly kind: 'bias-add';
}

/** Channels from … from + channels − 1. */
export interface Slice extends LayerBase {
  readonly kind: 'slice';
  readonly from: number;
  readonly channels: number;
}

/**
 * Takes one channel of each group in turn (ShuffleNet, arXiv 1707.01083): with C channels in groups, output channel
 * j · groups + i is input channel i · C / groups + j.
 */
export interface ChannelShuffle extends LayerBase {
  readonly kind: 'channel-shuffle';
  readonly groups: number;
}

/** Passes its input through when deployed. */
export interface Dropout extends LayerBase {
  readonly kind: 'dropout';
  readonly rate: number;
}

/** A probabilistic gate per channel (FiGS, arXiv 2006.09581): the input times a 0/1 mask. */
export interface Gate extends LayerBase {
  readonly kind: 'gate';
}

export interface Softmax extends LayerBase {
  readonly kind: 'softmax';
  /** Whether it is the logarithm of that; false by default. */
  readonly log?: boolean;
}

/** Number of the largest channel at each pixel, the first of equals: one channel of whole numbers. */
export interface ArgMax extends LayerBase {
  readonly kind: 'arg-max';
}

/** A layer of a network, told apart by `kind`. */
export type Layer =
  | Input
  | Conv2d
  | Conv2dTranspose
  | DepthwiseConv2d
  | Dense
  | BatchNorm
  | GroupNorm
  | LayerNorm
  | LocalResponseNorm
  | Activation
  | Prelu
  | Pool
  | GlobalAvgPool
  | ChannelReduce
  | Add
  | Arithmetic
  | Multiply
  | BiasAdd
  | Concat
  | Slice
  | ChannelShuffle
  | Pad
  | BorderPad
  | Crop
  | Upsample
  | Resize
  | DepthToSpace
  | SpaceToDepth
  | Dropout
  | Gate
  | Flatten
  | Softmax
  | ArgMax
  | Op
  | OpOutput;

/** The kinds of layers. */
export type LayerKind = Layer['kind'];

/** Layers whose filters make new channels, one each; a depthwise convolution passes on those that it reads. */
export function makesChannels(layer: Layer): layer is Conv2d | Conv2dTranspose | Dense {
  return layer.kind === 'conv2d' || layer.kind === 'conv2d-transpose' || layer.kind === 'dense';
}

const DEFAULT_SLOPES: Partial<Record<ActivationFunction, number>> = {
  'leaky-relu': 0.01,
  'hard-sigmoid': 1 / 6,
};

/** The slope that an activation has or takes by default. */
export function slopeOf({ activation, slope }: Pick<Activation, 'activation' | 'slope'>): number {
  return slope ?? DEFAULT_SLOPES[activation] ?? 1;
}

/** Fails on a layer kind that a switch forgot: an unknown one never costs zero. */
export function unknownLayer(layer: never): never {
  const { name, kind } = layer as Layer;
  throw new Error(`layer ${name}: kind '${kind}' is not handled here`);
}

/** [height, width] in pixels. */
export type Size2d = readonly [number, number];

/**
 * Zeros put around the input. 'same' is TensorFlow's SAME (output = ceil(input / stride), the odd zero at the
 * bottom and right), 'valid' pads nothing; numbers are pixels.
 */
export type Padding =
  | 'same'
  | 'valid'
  | { readonly top: number; readonly bottom: number; readonly left: number; readonly right: number };

export type ActivationFunction = 'relu' | 'relu6' | 'sigmoid' | 'tanh';

interface LayerBase {
  readonly name: string;
  /** Names of the layers whose outputs this one reads. */
  readonly inputs: readonly string[];
}

export interface Input extends LayerBase {
  readonly kind: 'input';
  readonly height: number;
  readonly width: number;
  readonly channels: number;
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
}

export interface DepthwiseConv2d extends LayerBase, Window {
  readonly kind: 'depthwise-conv2d';
  /** Output channels per input channel. */
  readonly multiplier: number;
  readonly kernelSize: Size2d;
  readonly useBias: boolean;
}

export interface Dense extends LayerBase {
  readonly kind: 'dense';
  readonly units: number;
  readonly useBias: boolean;
}

export interface BatchNorm extends LayerBase {
  readonly kind: 'batch-norm';
  readonly epsilon: number;
  /** Whether it has γ. TF-slim's Inception V2 trains without unless asked; MorphNet needs it. */
  readonly scale: boolean;
}

export interface Activation extends LayerBase {
  readonly kind: 'activation';
  readonly activation: ActivationFunction;
}

export interface Pool extends LayerBase, Window {
  readonly kind: 'max-pool' | 'avg-pool';
  readonly poolSize: Size2d;
}

export interface GlobalAvgPool extends LayerBase {
  readonly kind: 'global-avg-pool';
}

export interface Add extends LayerBase {
  readonly kind: 'add';
}

/** Joins its inputs along the channels. */
export interface Concat extends LayerBase {
  readonly kind: 'concat';
}

/** NHWC to [N, H·W·C], channels fastest. */
export interface Flatten extends LayerBase {
  readonly kind: 'flatten';
}

export interface Softmax extends LayerBase {
  readonly kind: 'softmax';
}

export type Layer =
  | Input
  | Conv2d
  | DepthwiseConv2d
  | Dense
  | BatchNorm
  | Activation
  | Pool
  | GlobalAvgPool
  | Add
  | Concat
  | Flatten
  | Softmax;

export type LayerKind = Layer['kind'];

/** Fails on a layer kind that a switch forgot: an unknown one never costs zero. */
export function unknownLayer(layer: never): never {
  const { name, kind } = layer as Layer;
  throw new Error(`layer ${name}: kind '${kind}' is not handled here`);
}

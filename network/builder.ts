// Builds networks layer by layer, with the names that TF-slim gives.
import type { ActivationFunction, Layer, Padding, Size2d } from './layer.ts';
import { checkedNetwork, type Network } from './network.ts';

export interface ConvOptions {
  readonly strides?: number;
  readonly padding?: Padding;
  /** null leaves the activation out. */
  readonly activation?: ActivationFunction | null;
}

/** TF-slim's default. */
const BATCH_NORM_EPSILON = 0.001;

const square = (size: number | Size2d): Size2d => (typeof size === 'number' ? [size, size] : size);

/**
 * Builds a network layer by layer; each method returns the name of the tensor it made. A convolution called X
 * brings X/BatchNorm and X/Relu, as in TF-slim.
 */
export class NetworkBuilder {
  private readonly name: string;
  private readonly layers: Layer[] = [];

  constructor(name: string) {
    this.name = name;
  }

  /** Appends a layer as it is. @returns its name, by which others read it */
  add(layer: Layer): string {
    this.layers.push(layer);
    return layer.name;
  }

  /** An image of height × width pixels, called `input`. */
  input(height: number, width: number, channels: number): string {
    return this.add({ kind: 'input', name: 'input', inputs: [], height, width, channels });
  }

  private normalized(name: string, activation: ActivationFunction | null): string {
    const norm = this.add({
      kind: 'batch-norm',
      name: `${name}/BatchNorm`,
      inputs: [name],
      epsilon: BATCH_NORM_EPSILON,
      scale: true,
    });
    if (activation === null) return norm;
    const suffix = activation === 'relu6' ? 'Relu6' : activation === 'relu' ? 'Relu' : activation;
    return this.add({ kind: 'activation', name: `${name}/${suffix}`, inputs: [norm], activation });
  }

  /** Convolution without bias, batch norm, activation. */
  conv(
    name: string,
    input: string,
    filters: number,
    kernel: number | Size2d,
    options: ConvOptions = {},
  ): string {
    this.add({
      kind: 'conv2d',
      name,
      inputs: [input],
      filters,
      kernelSize: square(kernel),
      strides: square(options.strides ?? 1),
      padding: options.padding ?? 'same',
      useBias: false,
    });
    return this.normalized(name, options.activation === undefined ? 'relu' : options.activation);
  }

  /** Depthwise convolution without bias, batch norm, activation. */
  depthwiseConv(name: string, input: string, kernel: number, options: ConvOptions = {}): string {
    this.add({
      kind: 'depthwise-conv2d',
      name,
      inputs: [input],
      multiplier: 1,
      kernelSize: square(kernel),
      strides: square(options.strides ?? 1),
      padding: options.padding ?? 'same',
      useBias: false,
    });
    return this.normalized(name, options.activation === undefined ? 'relu' : options.activation);
  }

  /** Depthwise, then pointwise convolution, then batch norm and activation (slim's separable_conv2d). */
  separableConv(
    name: string,
    input: string,
    filters: number,
    kernel: number,
    options: ConvOptions & { multiplier?: number } = {},
  ): string {
    const depthwise = this.add({
      kind: 'depthwise-conv2d',
      name: `${name}/depthwise`,
      inputs: [input],
      multiplier: options.multiplier ?? 1,
      kernelSize: square(kernel),
      strides: square(options.strides ?? 1),
      padding: options.padding ?? 'same',
      useBias: false,
    });
    return this.conv(name, depthwise, filters, 1, { ...options, strides: 1 });
  }

  /** 1×1 convolution with bias, without batch norm or activation: slim's logits. */
  logitsConv(name: string, input: string, filters: number): string {
    return this.add({
      kind: 'conv2d',
      name,
      inputs: [input],
      filters,
      kernelSize: [1, 1],
      strides: [1, 1],
      padding: 'same',
      useBias: true,
    });
  }

  /** The largest or the mean of windows of `size` pixels; zeros around are not counted. */
  pool(
    kind: 'max-pool' | 'avg-pool',
    name: string,
    input: string,
    size: number | Size2d,
    strides: number,
    padding: Padding = 'same',
  ): string {
    return this.add({
      kind,
      name,
      inputs: [input],
      poolSize: square(size),
      strides: square(strides),
      padding,
    });
  }

  /** A fully connected layer with bias on a flat input. */
  dense(name: string, input: string, units: number): string {
    return this.add({ kind: 'dense', name, inputs: [input], units, useBias: true });
  }

  /** Joins tensors along their channels. */
  concat(name: string, inputs: readonly string[]): string {
    return this.add({ kind: 'concat', name, inputs });
  }

  /** A layer without settings. */
  simple(kind: 'global-avg-pool' | 'flatten' | 'softmax', name: string, input: string): string {
    return this.add({ kind, name, inputs: [input] });
  }

  /**
   * The network with these layers as outputs.
   * @throws UserError naming the layer that is wrong
   */
  build(...outputs: string[]): Network {
    return checkedNetwork({ name: this.name, layers: this.layers, outputs });
  }
}

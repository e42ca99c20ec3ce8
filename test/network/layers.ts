import type {
  Activation,
  Add,
  BatchNorm,
  Concat,
  Conv2d,
  Dense,
  DepthwiseConv2d,
  Flatten,
  GlobalAvgPool,
  Input,
  Layer,
  Pad,
  Padding,
  Pool,
} from '../../network/layer.ts';
import { checkedNetwork, type Network } from '../../network/network.ts';

/** Short spellings of single layers, for networks small enough to draw. */
export function image(size: number, channels: number): Input {
  return { kind: 'input', name: 'input', inputs: [], height: size, width: size, channels };
}

interface WindowOptions {
  readonly kernel?: number;
  readonly stride?: number;
  readonly padding?: Padding;
  readonly bias?: boolean;
}

function window({ stride = 1, padding = 'same' }: WindowOptions) {
  return { strides: [stride, stride] as const, padding };
}

/** 1×1 without bias unless told otherwise. */
export function conv(name: string, input: string, filters: number, options: WindowOptions = {}): Conv2d {
  const { kernel = 1, bias = false } = options;
  return {
    kind: 'conv2d',
    name,
    inputs: [input],
    filters,
    kernelSize: [kernel, kernel],
    useBias: bias,
    ...window(options),
  };
}

/** 3×3 unless told otherwise. */
export function depthwise(
  name: string,
  input: string,
  multiplier = 1,
  options: WindowOptions = {},
): DepthwiseConv2d {
  const { kernel = 3, bias = false } = options;
  return {
    kind: 'depthwise-conv2d',
    name,
    inputs: [input],
    multiplier,
    kernelSize: [kernel, kernel],
    useBias: bias,
    ...window(options),
  };
}

/** 3×3, stride 1, unless told otherwise. */
export function pool(
  kind: Pool['kind'],
  name: string,
  input: string,
  { kernel = 3, ...options }: WindowOptions = {},
): Pool {
  return { kind, name, inputs: [input], poolSize: [kernel, kernel], ...window(options) };
}

export function dense(name: string, input: string, units: number): Dense {
  return { kind: 'dense', name, inputs: [input], units, useBias: true };
}

export function norm(name: string, input: string, scale = true): BatchNorm {
  return { kind: 'batch-norm', name, inputs: [input], epsilon: 0.001, scale };
}

export function activation(name: string, input: string, kind: Activation['activation'] = 'relu'): Activation {
  return { kind: 'activation', name, inputs: [input], activation: kind };
}

export function add(name: string, ...inputs: string[]): Add {
  return { kind: 'add', name, inputs };
}

export function concat(name: string, ...inputs: string[]): Concat {
  return { kind: 'concat', name, inputs };
}

export function flatten(name: string, input: string): Flatten {
  return { kind: 'flatten', name, inputs: [input] };
}

export function globalPool(name: string, input: string): GlobalAvgPool {
  return { kind: 'global-avg-pool', name, inputs: [input] };
}

/** One zero on each side, unless told otherwise: top, bottom, left, right. */
export function pad(
  name: string,
  input: string,
  [top, bottom, left, right]: readonly [number, number, number, number] = [1, 1, 1, 1],
): Pad {
  return { kind: 'pad', name, inputs: [input], padding: { top, bottom, left, right } };
}

/** The last layer is the output unless outputs are named. */
export function network(layers: readonly Layer[], ...outputs: string[]): Network {
  const last = layers.at(-1)?.name ?? '';
  return checkedNetwork({ name: 'tiny', layers, outputs: outputs.length === 0 ? [last] : outputs });
}

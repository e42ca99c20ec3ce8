import type { Layer, Padding } from './layer.ts';
import { unknownLayer } from './layer.ts';
import type { Network } from './network.ts';
import { UserError } from './user-error.ts';

/** Shape of one example, NHWC without N. A flat (rank 2) tensor has height and width 1. */
export interface Shape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly flat: boolean;
}

export interface PadAmounts {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** Zeros that a window of that size and stride puts around an input, as TensorFlow does. */
export function padAmounts(
  input: { height: number; width: number },
  window: readonly [number, number],
  strides: readonly [number, number],
  padding: Padding,
): PadAmounts {
  if (padding === 'valid') return { top: 0, bottom: 0, left: 0, right: 0 };
  if (padding !== 'same') return padding;
  const along = (size: number, filter: number, stride: number) => {
    const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + filter - size);
    return [Math.floor(total / 2), Math.ceil(total / 2)] as const;
  };
  const [top, bottom] = along(input.height, window[0], strides[0]);
  const [left, right] = along(input.width, window[1], strides[1]);
  return { top, bottom, left, right };
}

function windowed(
  layer: Layer & { strides: readonly [number, number]; padding: Padding },
  input: Shape,
  window: readonly [number, number],
  channels: number,
): Shape {
  const pad = padAmounts(input, window, layer.strides, layer.padding);
  const height = Math.floor((input.height + pad.top + pad.bottom - window[0]) / layer.strides[0]) + 1;
  const width = Math.floor((input.width + pad.left + pad.right - window[1]) / layer.strides[1]) + 1;
  if (height < 1 || width < 1) {
    throw new UserError({
      got: `a ${input.height}×${input.width} input to ${layer.kind} ${layer.name}`,
      expected: `at least its ${window[0]}×${window[1]} window`,
      fix: 'use a larger image or another padding',
    });
  }
  return { height, width, channels, flat: false };
}

function sameSize(layer: Layer, inputs: readonly Shape[], first: Shape): void {
  for (const other of inputs) {
    if (other.height !== first.height || other.width !== first.width) {
      throw new UserError({
        got: `${first.height}×${first.width} and ${other.height}×${other.width} maps at ${layer.kind} ${layer.name}`,
        expected: 'inputs of one height and width',
        fix: 'correct the strides before it',
      });
    }
  }
}

/** Output shape of one layer, given the shapes of its inputs. */
export function outputShape(layer: Layer, inputs: readonly Shape[]): Shape {
  if (layer.kind === 'input') {
    return { height: layer.height, width: layer.width, channels: layer.channels, flat: false };
  }
  const first = inputs[0];
  if (first === undefined) throw new Error(`layer ${layer.name} has no input`);
  switch (layer.kind) {
    case 'conv2d':
      return windowed(layer, first, layer.kernelSize, layer.filters);
    case 'depthwise-conv2d':
      return windowed(layer, first, layer.kernelSize, first.channels * layer.multiplier);
    case 'max-pool':
    case 'avg-pool':
      return windowed(layer, first, layer.poolSize, first.channels);
    case 'dense':
      return { height: 1, width: 1, channels: layer.units, flat: true };
    case 'batch-norm':
    case 'activation':
    case 'softmax':
      return first;
    case 'global-avg-pool':
      return { height: 1, width: 1, channels: first.channels, flat: true };
    case 'flatten':
      return { height: 1, width: 1, channels: first.height * first.width * first.channels, flat: true };
    case 'add': {
      sameSize(layer, inputs, first);
      const odd = inputs.find((input) => input.channels !== first.channels);
      if (odd !== undefined) {
        throw new UserError({
          got: `${first.channels} and ${odd.channels} channels at add ${layer.name}`,
          expected: 'equal channel counts',
          fix: 'give the layers before it one width',
        });
      }
      return first;
    }
    case 'concat':
      sameSize(layer, inputs, first);
      return { ...first, channels: inputs.reduce((sum, input) => sum + input.channels, 0) };
    default:
      return unknownLayer(layer);
  }
}

/** Output shape of every layer, by name. */
export function inferShapes(network: Network): Map<string, Shape> {
  const shapes = new Map<string, Shape>();
  for (const layer of network.layers) {
    const inputs = layer.inputs.map((name) => {
      const shape = shapes.get(name);
      if (shape === undefined) throw new Error(`layer ${layer.name} reads ${name} before it is defined`);
      return shape;
    });
    shapes.set(layer.name, outputShape(layer, inputs));
  }
  return shapes;
}

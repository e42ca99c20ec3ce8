// Output shapes of layers, with TensorFlow's SAME and VALID padding.
import { UserError } from '../records/user-error.ts';
import type { Layer, Padding } from './layer.ts';
import { unknownLayer } from './layer.ts';
import type { Network } from './network.ts';
import { pixelShape } from './pixel-shapes.ts';
import type { Shape } from './shape.ts';
import { spreadShape } from './spread-shapes.ts';
import { shapeOfTensor } from './tensor-shape.ts';
import type { TensorType } from './tensor-type.ts';

export type { Shape } from './shape.ts';

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

/** Pixels that a dilated filter spans. */
export function dilatedWindow(layer: {
  readonly kernelSize: readonly [number, number];
  readonly dilations?: readonly [number, number];
}): readonly [number, number] {
  const [height, width] = layer.dilations ?? [1, 1];
  return [(layer.kernelSize[0] - 1) * height + 1, (layer.kernelSize[1] - 1) * width + 1];
}

/** As TensorFlow: SAME gives input · stride, VALID adds what the filter reaches over. */
function transposedSize(
  layer: {
    readonly name: string;
    readonly kernelSize: readonly [number, number];
    readonly strides: readonly [number, number];
    readonly padding: Padding;
    readonly dilations?: readonly [number, number];
  },
  input: Shape,
): { height: number; width: number } {
  const window = dilatedWindow(layer);
  const along = (size: number, filter: number, stride: number, crop: number) =>
    layer.padding === 'same'
      ? size * stride
      : layer.padding === 'valid'
        ? size * stride + Math.max(filter - stride, 0)
        : (size - 1) * stride + filter - crop;
  const crop = typeof layer.padding === 'string' ? { top: 0, bottom: 0, left: 0, right: 0 } : layer.padding;
  const height = along(input.height, window[0], layer.strides[0], crop.top + crop.bottom);
  const width = along(input.width, window[1], layer.strides[1], crop.left + crop.right);
  if (height >= 1 && width >= 1) return { height, width };
  throw new UserError({
    got: `a ${input.height}×${input.width} input to conv2d-transpose ${layer.name}, all of whose output is cut off`,
    expected: 'an output of at least one pixel',
    fix: 'use a larger image or another padding',
  });
}

/** Output shape of one layer, given the shapes of its inputs. */
export function outputShape(layer: Layer, inputs: readonly Shape[]): Shape {
  if (layer.kind === 'input') {
    if (layer.tensor !== undefined) return shapeOfTensor(layer.tensor);
    return { height: layer.height, width: layer.width, channels: layer.channels, flat: false };
  }
  if (layer.kind === 'op') return shapeOfTensor(layer.outputs[0] as TensorType);
  const first = inputs[0];
  if (first === undefined) throw new Error(`layer ${layer.name} has no input`);
  switch (layer.kind) {
    case 'conv2d':
      return windowed(layer, first, dilatedWindow(layer), layer.filters);
    case 'conv2d-transpose':
      return { ...transposedSize(layer, first), channels: layer.filters, flat: false };
    case 'depthwise-conv2d':
      return windowed(layer, first, dilatedWindow(layer), first.channels * layer.multiplier);
    case 'max-pool':
    case 'avg-pool':
      return windowed(layer, first, layer.poolSize, first.channels);
    case 'dense':
      return { height: 1, width: 1, channels: layer.units, flat: true };
    case 'batch-norm':
    case 'layer-norm':
    case 'local-response-norm':
    case 'activation':
    case 'prelu':
    case 'softmax':
    case 'bias-add':
    case 'dropout':
    case 'gate':
      return first;
    case 'global-avg-pool':
      return { height: 1, width: 1, channels: first.channels, flat: layer.keepDims !== true };
    case 'channel-mean':
    case 'channel-max':
    case 'arg-max':
      return { ...first, channels: 1 };
    case 'op-output':
      return shapeOfTensor(layer.tensor);
    case 'pad':
    case 'border-pad':
    case 'crop':
    case 'upsample':
    case 'resize':
    case 'depth-to-space':
    case 'space-to-depth':
      return pixelShape(layer, first);
    case 'slice':
      if (layer.from + layer.channels > first.channels) {
        throw new UserError({
          got: `channels ${layer.from} to ${layer.from + layer.channels - 1} of ${first.channels} at slice ${layer.name}`,
          expected: 'channels that its input has',
          fix: 'correct the slice',
        });
      }
      return { ...first, channels: layer.channels };
    case 'channel-shuffle':
    case 'group-norm':
      if (first.channels % layer.groups !== 0) {
        throw new UserError({
          got: `${first.channels} channels at ${layer.kind} ${layer.name}`,
          expected: `a multiple of its ${layer.groups} groups`,
          fix: 'correct the width before it',
        });
      }
      return first;
    case 'add':
    case 'multiply':
    case 'subtract':
    case 'divide':
    case 'minimum':
    case 'maximum':
      return spreadShape(layer, inputs);
    case 'flatten':
      return { height: 1, width: 1, channels: first.height * first.width * first.channels, flat: true };
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

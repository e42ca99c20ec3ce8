// A network as a tf.LayersModel with fresh weights, layer by layer.
import * as tf from '@tensorflow/tfjs';
import type { Layer } from '../network/layer.ts';
import type { Network } from '../network/network.ts';
import { refuseTypes } from '../network/refuse-types.ts';
import { inferShapes, type Shape } from '../network/shapes.ts';
import { streamSeed } from '../network/shuffle.ts';
import { type ComputingLayer, tfjsLayer } from './tfjs-layer.ts';

/** Settings of a layer beyond what a network says (initializers, regularizers, momentum), as `getConfig` gives them. */
export type LayerSettings = (layer: Layer) => Readonly<Record<string, unknown>>;

type Tensor = tf.SymbolicTensor;

/** [N, 1, 1, C] of a flat tensor. */
function spatial(tensor: Tensor, name: string, channels: number): Tensor {
  const reshape = tf.layers.reshape({ name: `${name}/reshape`, targetShape: [1, 1, channels] });
  return reshape.apply(tensor) as Tensor;
}

/** A convolution that pads by pixels as a layer that pads them and a convolution that pads nothing. */
function withPadLayer(
  layer: ComputingLayer,
  inputs: readonly Tensor[],
): { layer: ComputingLayer; inputs: readonly Tensor[] } {
  if (layer.kind !== 'conv2d' && layer.kind !== 'depthwise-conv2d') return { layer, inputs };
  if (typeof layer.padding !== 'object') return { layer, inputs };
  const { top, bottom, left, right } = layer.padding;
  const padding: [[number, number], [number, number]] = [
    [top, bottom],
    [left, right],
  ];
  const pad = tf.layers.zeroPadding2d({ name: `${layer.name}/pad`, padding });
  return {
    layer: { ...layer, padding: 'valid' },
    inputs: inputs.map((input) => pad.apply(input) as Tensor),
  };
}

/** The inputs of a layer as it can take them: tf.layers multiplies no flat tensor with a spatial one. */
function matchedInputs(
  layer: ComputingLayer,
  inputs: readonly Tensor[],
  shapeOf: (name: string) => Shape,
): readonly Tensor[] {
  const { name, inputs: names } = layer;
  if (layer.kind !== 'multiply' || names.every((input) => shapeOf(input).flat === shapeOf(name).flat)) {
    return inputs;
  }
  return inputs.map((input, i) => {
    const of = names[i] as string;
    const { flat, channels } = shapeOf(of);
    return flat ? spatial(input, `${name}/${of}`, channels) : input;
  });
}

/**
 * The network as a tf.LayersModel with freshly initialized weights; its layers have the network's names. Where tfjs
 * has no layer for a convolution's explicit padding, or for a shape that ours keep, one is put in (`…/pad`,
 * `…/reshape`).
 * @param seed of the initial weights, which depend on it and the layer's place alone
 * @throws UserError for a layer that tf.layers does not have, and for one in 8 bits or in halves
 */
export function trainableModel(
  network: Network,
  seed: number,
  settings: LayerSettings = () => ({}),
): tf.LayersModel {
  refuseTypes(network, 'tf.layers');
  const shapes = inferShapes(network);
  const shapeOf = (name: string) => shapes.get(name) as Shape;
  const tensors = new Map<string, Tensor>();
  const named = (names: readonly string[]) => names.map((name) => tensors.get(name) as Tensor);
  network.layers.forEach((layer, index) => {
    const { name } = layer;
    if (layer.kind === 'input') {
      tensors.set(name, tf.input({ name, shape: [layer.height, layer.width, layer.channels] }));
      return;
    }
    const { layer: made, inputs } = withPadLayer(layer, matchedInputs(layer, named(layer.inputs), shapeOf));
    const joins = layer.inputs.length > 1 || layer.kind === 'concat';
    // One slope a channel, whatever the pixel.
    const shared = layer.kind === 'prelu' && !shapeOf(name).flat ? { sharedAxes: [1, 2] } : {};
    const apply = tfjsLayer(made, Math.abs(streamSeed(seed, index)), { ...settings(layer), ...shared });
    const output = apply.apply(joins ? [...inputs] : (inputs[0] as Tensor)) as Tensor;
    const keeps = layer.kind === 'global-avg-pool' && layer.keepDims === true;
    tensors.set(name, keeps ? spatial(output, name, shapeOf(name).channels) : output);
  });
  const inputNames = network.layers.filter(({ kind }) => kind === 'input').map(({ name }) => name);
  return tf.model({ inputs: named(inputNames), outputs: named(network.outputs), name: network.name });
}

import * as tf from '@tensorflow/tfjs';
import type { Activation, Layer, Padding } from '../network/layer.ts';
import { slopeOf, unknownLayer } from '../network/layer.ts';
import type { Network } from '../network/network.ts';
import { inferShapes, type Shape } from '../network/shapes.ts';
import { streamSeed } from '../network/shuffle.ts';
import { UserError } from '../records/user-error.ts';
import { batchNormalization } from './batch-normalization.ts';
import { ProbabilisticGate } from './probabilistic-gate.ts';

/** Moving averages must follow within the few hundred steps of a short training. */
const BATCH_NORM_MOMENTUM = 0.9;

/** Settings of a layer beyond what a network says (initializers, regularizers, momentum), as `getConfig` gives them. */
export type LayerSettings = (layer: Layer) => Readonly<Record<string, unknown>>;

function simplePadding(layer: Layer, padding: Padding): 'same' | 'valid' {
  if (padding === 'same' || padding === 'valid') return padding;
  return unsupported(`explicit padding in ${layer.kind} ${layer.name}`, 'put a pad layer before it');
}

function unsupported(got: string, fix = 'train the network without it'): never {
  throw new UserError({ got: `${got} in a network to train`, expected: 'layers that tf.layers has', fix });
}

/** tf.layers' hardSigmoid is that of Keras 2. */
const KERAS_HARD_SIGMOID_SLOPE = 0.2;

function activationLayer(layer: Activation): tf.layers.Layer {
  const { name, activation } = layer;
  switch (activation) {
    case 'leaky-relu':
      return tf.layers.leakyReLU({ name, alpha: slopeOf(layer) });
    case 'hard-sigmoid':
      if (slopeOf(layer) === KERAS_HARD_SIGMOID_SLOPE)
        return tf.layers.activation({ name, activation: 'hardSigmoid' });
      return unsupported(`hard-sigmoid ${name} of slope ${slopeOf(layer)}`);
    case 'hard-swish':
      return unsupported(`hard-swish ${name}`);
    default:
      return tf.layers.activation({ name, activation });
  }
}

/** The tfjs layer of one of ours. Kernels start as He normals of the seed. */
function tfLayer(
  layer: Exclude<Layer, { kind: 'input' }>,
  seed: number,
  settings: Readonly<Record<string, unknown>>,
): tf.layers.Layer {
  const { name } = layer;
  const kernelInitializer = tf.initializers.heNormal({ seed });
  switch (layer.kind) {
    case 'conv2d':
      if ((layer.groups ?? 1) > 1) return unsupported(`grouped convolution ${name}`);
      return tf.layers.conv2d({
        kernelInitializer,
        ...settings,
        name,
        filters: layer.filters,
        kernelSize: [...layer.kernelSize],
        strides: [...layer.strides],
        padding: simplePadding(layer, layer.padding),
        useBias: layer.useBias,
        ...(layer.dilations === undefined ? {} : { dilationRate: [...layer.dilations] as [number, number] }),
      });
    case 'conv2d-transpose':
      return tf.layers.conv2dTranspose({
        kernelInitializer,
        ...settings,
        name,
        filters: layer.filters,
        kernelSize: [...layer.kernelSize],
        strides: [...layer.strides],
        padding: simplePadding(layer, layer.padding),
        useBias: layer.useBias,
      });
    case 'depthwise-conv2d':
      // tfjs takes a dilation rate and computes without it.
      if (layer.dilations?.some((rate) => rate > 1))
        return unsupported(`dilated depthwise convolution ${name}`);
      return tf.layers.depthwiseConv2d({
        depthwiseInitializer: kernelInitializer,
        ...settings,
        name,
        depthMultiplier: layer.multiplier,
        kernelSize: [...layer.kernelSize],
        strides: [...layer.strides] as [number, number],
        padding: simplePadding(layer, layer.padding),
        useBias: layer.useBias,
      });
    case 'dense':
      return tf.layers.dense({
        kernelInitializer: tf.initializers.glorotNormal({ seed }),
        ...settings,
        name,
        units: layer.units,
        useBias: layer.useBias,
      });
    case 'batch-norm':
      return batchNormalization({
        momentum: BATCH_NORM_MOMENTUM,
        ...settings,
        name,
        epsilon: layer.epsilon,
        scale: layer.scale,
      });
    case 'activation':
      return activationLayer(layer);
    case 'max-pool':
    case 'avg-pool': {
      const config = {
        name,
        poolSize: [...layer.poolSize] as [number, number],
        strides: [...layer.strides] as [number, number],
        padding: simplePadding(layer, layer.padding),
      };
      return layer.kind === 'max-pool' ? tf.layers.maxPooling2d(config) : tf.layers.averagePooling2d(config);
    }
    case 'global-avg-pool':
      return tf.layers.globalAveragePooling2d({ name });
    case 'multiply':
      return tf.layers.multiply({ name });
    case 'pad': {
      const { top, bottom, left, right } = layer.padding;
      return tf.layers.zeroPadding2d({
        name,
        padding: [
          [top, bottom],
          [left, right],
        ],
      });
    }
    case 'upsample':
      // tf.layers puts pixel centres elsewhere than ONNX and TensorFlow 2 do.
      if (layer.interpolation === 'bilinear') return unsupported(`bilinear upsample ${name}`);
      return tf.layers.upSampling2d({ name, size: [...layer.factor], interpolation: layer.interpolation });
    case 'dropout':
      return tf.layers.dropout({ name, rate: layer.rate });
    case 'gate':
      return new ProbabilisticGate({ ...settings, name, seed });
    case 'bias-add':
    case 'slice':
    case 'depth-to-space':
    case 'channel-shuffle':
      return unsupported(`${layer.kind} ${name}`);
    case 'add':
      return tf.layers.add({ name });
    case 'concat':
      return tf.layers.concatenate({ name, axis: -1 });
    case 'flatten':
      return tf.layers.flatten({ name });
    case 'softmax':
      return tf.layers.softmax({ name, axis: -1 });
    default:
      return unknownLayer(layer);
  }
}

/**
 * The network as a tf.LayersModel with freshly initialized weights; its layers have the network's names. Where tfjs
 * has no layer for a convolution's explicit padding, or for a shape that ours keep, one is put in (`…/pad`,
 * `…/reshape`).
 * @param seed of the initial weights, which depend on it and the layer's place alone
 * @throws UserError for a layer that tf.layers does not have
 */
export function trainableModel(
  network: Network,
  seed: number,
  settings: LayerSettings = () => ({}),
): tf.LayersModel {
  const shapes = inferShapes(network);
  const tensors = new Map<string, tf.SymbolicTensor>();
  const shapeOf = (name: string) => shapes.get(name) as Shape;
  /** [N, 1, 1, C] of a flat tensor. */
  const spatial = (tensor: tf.SymbolicTensor, name: string, channels: number) =>
    tf.layers
      .reshape({ name: `${name}/reshape`, targetShape: [1, 1, channels] })
      .apply(tensor) as tf.SymbolicTensor;
  network.layers.forEach((layer, index) => {
    const { name } = layer;
    if (layer.kind === 'input') {
      tensors.set(name, tf.input({ name, shape: [layer.height, layer.width, layer.channels] }));
      return;
    }
    let inputs = layer.inputs.map((input) => tensors.get(input) as tf.SymbolicTensor);
    let made = layer;
    if ((layer.kind === 'conv2d' || layer.kind === 'depthwise-conv2d') && typeof layer.padding === 'object') {
      const { top, bottom, left, right } = layer.padding;
      const padding: [[number, number], [number, number]] = [
        [top, bottom],
        [left, right],
      ];
      const pad = tf.layers.zeroPadding2d({ name: `${name}/pad`, padding });
      inputs = inputs.map((input) => pad.apply(input) as tf.SymbolicTensor);
      made = { ...layer, padding: 'valid' };
    }
    if (layer.kind === 'multiply') {
      const mixed = layer.inputs.some((input) => shapeOf(input).flat !== shapeOf(name).flat);
      inputs = inputs.map((input, i) => {
        const of = layer.inputs[i] as string;
        return mixed && shapeOf(of).flat ? spatial(input, `${name}/${of}`, shapeOf(of).channels) : input;
      });
    }
    const joins = layer.inputs.length > 1 || layer.kind === 'concat';
    const apply = tfLayer(made, Math.abs(streamSeed(seed, index)), settings(layer));
    const output = apply.apply(joins ? inputs : (inputs[0] as tf.SymbolicTensor)) as tf.SymbolicTensor;
    const keeps = layer.kind === 'global-avg-pool' && layer.keepDims === true;
    tensors.set(name, keeps ? spatial(output, name, shapeOf(name).channels) : output);
  });
  const named = (names: readonly string[]) => names.map((name) => tensors.get(name) as tf.SymbolicTensor);
  const inputNames = network.layers.filter(({ kind }) => kind === 'input').map(({ name }) => name);
  return tf.model({ inputs: named(inputNames), outputs: named(network.outputs), name: network.name });
}

// The layer of tf.layers that computes one of ours, with weights as they start; layers that tf.layers lacks are refused.
import * as tf from '@tensorflow/tfjs';
import type { Activation, Layer, Padding } from '../network/layer.ts';
import { slopeOf, unknownLayer } from '../network/layer.ts';
import { UserError } from '../records/user-error.ts';
import { batchNormalization } from './batch-normalization.ts';
import './keras-classes.ts';
import type { KerasActivationName } from './keras-classes.ts';
import { ProbabilisticGate } from './probabilistic-gate.ts';

/** Moving averages must follow within the few hundred steps of a short training. */
const BATCH_NORM_MOMENTUM = 0.9;

/** Any but an input, which tfjs has tensors for. */
export type ComputingLayer = Exclude<Layer, { kind: 'input' }>;

function simplePadding(layer: Layer, padding: Padding): 'same' | 'valid' {
  if (padding === 'same' || padding === 'valid') return padding;
  return unsupported(`explicit padding in ${layer.kind} ${layer.name}`, 'put a pad layer before it');
}

function unsupported(got: string, fix = 'train the network without it'): never {
  throw new UserError({ got: `${got} in a network to train`, expected: 'layers that tf.layers has', fix });
}

type ActivationName = Parameters<typeof tf.layers.activation>[0]['activation'];

function namedActivation(name: string, activation: ActivationName | KerasActivationName): tf.layers.Layer {
  return tf.layers.activation({ name, activation: activation as ActivationName });
}

/** tf.layers' hardSigmoid is that of Keras 2. */
const KERAS_2_SLOPE = 0.2;
/** ONNX files have it as a float32. */
const isSixth = (slope: number) => Math.abs(slope - 1 / 6) < 1e-6;

function activationLayer(layer: Activation): tf.layers.Layer {
  const { name, activation } = layer;
  const slope = slopeOf(layer);
  switch (activation) {
    case 'leaky-relu':
      return tf.layers.leakyReLU({ name, alpha: slope });
    case 'hard-sigmoid':
      if (slope === KERAS_2_SLOPE) return namedActivation(name, 'hardSigmoid');
      if (isSixth(slope)) return namedActivation(name, 'hardSigmoidSixth');
      return unsupported(`hard-sigmoid ${name} of slope ${slope}`);
    case 'elu':
      if (slope !== 1) return unsupported(`elu ${name} of slope ${slope}`);
      return namedActivation(name, 'elu');
    case 'hard-swish':
      return namedActivation(name, 'hardSilu');
    case 'gelu-tanh':
      return namedActivation(name, 'geluNew');
    case 'clip':
      if (layer.least === 0 && layer.most !== undefined)
        return tf.layers.reLU({ name, maxValue: layer.most });
      return unsupported(`clip ${name} from ${layer.least ?? '−∞'} to ${layer.most ?? '∞'}`);
    default:
      return namedActivation(name, activation);
  }
}

/**
 * The tfjs layer of one of ours. Kernels start as He normals of the seed, a dense layer's as Glorot normals.
 * @param settings beyond what the layer says, as `getConfig` gives them
 * @throws UserError for a layer that tf.layers does not have
 */
export function tfjsLayer(
  layer: ComputingLayer,
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
      if ((layer.groups ?? 1) > 1 || layer.dilations !== undefined)
        return unsupported(`grouped or dilated transposed convolution ${name}`);
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
    case 'prelu':
      return tf.layers.prelu({ ...settings, name });
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
    case 'op':
      return unsupported(`operator ${layer.opType} ${name}`);
    case 'op-output':
    case 'bias-add':
    case 'slice':
    case 'depth-to-space':
    case 'space-to-depth':
    case 'channel-shuffle':
    case 'group-norm':
    case 'layer-norm':
    case 'local-response-norm':
    case 'channel-mean':
    case 'channel-max':
    case 'arg-max':
    case 'subtract':
    case 'divide':
    case 'minimum':
    case 'maximum':
    case 'border-pad':
    case 'crop':
    case 'resize':
      return unsupported(`${layer.kind} ${name}`);
    case 'add':
      return tf.layers.add({ name });
    case 'concat':
      return tf.layers.concatenate({ name, axis: -1 });
    case 'flatten':
      return tf.layers.flatten({ name });
    case 'softmax':
      if (layer.log === true) return unsupported(`log-softmax ${name}`);
      return tf.layers.softmax({ name, axis: -1 });
    default:
      return unknownLayer(layer);
  }
}

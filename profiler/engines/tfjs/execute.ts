// One layer as operations of tfjs, fused with the activation behind it.
import type * as tfTypes from '@tensorflow/tfjs';
import type { Activation, ActivationFunction, Layer, Padding } from '../../../network/layer.ts';
import { slopeOf, unknownLayer } from '../../../network/layer.ts';
import { padAmounts, type Shape } from '../../../network/shapes.ts';
import { UserError } from '../../../records/user-error.ts';
import { overChannels } from './execute-channels.ts';
import { rearranged } from './execute-pixels.ts';
import { type ExplicitPadding, explicitPadding, type Tf } from './tf-types.ts';
import { transposed } from './transposed-convolution.ts';

export type { Tf } from './tf-types.ts';

function tfPadding(padding: Padding): 'same' | 'valid' | ExplicitPadding {
  return padding === 'same' || padding === 'valid' ? padding : explicitPadding(padding);
}

export function refusedOp(layer: Layer): never {
  throw new UserError({
    got: `${layer.kind === 'op' ? layer.opType : layer.kind} ${layer.name}, an operator of ONNX, on an engine of tfjs`,
    expected: 'engine onnxruntime, which alone runs those',
    fix: 'give --engine onnxruntime',
  });
}

function activated(
  tf: Tf,
  x: tfTypes.Tensor,
  layer: Pick<Activation, 'activation' | 'slope' | 'least' | 'most'>,
): tfTypes.Tensor {
  const { activation } = layer;
  switch (activation) {
    case 'relu':
      return tf.relu(x);
    case 'relu6':
      return tf.relu6(x);
    case 'sigmoid':
      return tf.sigmoid(x);
    case 'tanh':
      return tf.tanh(x);
    case 'leaky-relu':
      return tf.leakyRelu(x, slopeOf(layer));
    case 'elu':
      if (slopeOf(layer) === 1) return tf.elu(x);
      return tf.add(tf.relu(x), tf.mul(tf.expm1(tf.minimum(x, 0)), slopeOf(layer)));
    case 'selu':
      return tf.selu(x);
    case 'softplus':
      return tf.softplus(x);
    case 'mish':
      return tf.mul(x, tf.tanh(tf.softplus(x)));
    case 'clip':
      return tf.minimum(
        tf.maximum(x, layer.least ?? Number.NEGATIVE_INFINITY),
        layer.most ?? Number.POSITIVE_INFINITY,
      );
    case 'gelu-tanh': {
      const inner = tf.mul(tf.add(x, tf.mul(tf.pow(x, 3), 0.044715)), Math.sqrt(2 / Math.PI));
      return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
    }
    case 'hard-sigmoid':
      return tf.clipByValue(tf.add(tf.mul(x, slopeOf(layer)), 0.5), 0, 1);
    case 'hard-swish':
      return tf.mul(tf.mul(x, 1 / 6), tf.relu6(tf.add(x, 3)));
    case 'swish':
      return tf.mul(x, tf.sigmoid(x));
    case 'gelu':
      return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
    default:
      return activation satisfies never;
  }
}

function withActivation(tf: Tf, x: tfTypes.Tensor, fused: ActivationFunction | null): tfTypes.Tensor {
  return fused === null ? x : activated(tf, x, { activation: fused });
}

type Join = Extract<Layer['kind'], 'add' | 'multiply' | 'subtract' | 'divide' | 'minimum' | 'maximum'>;

const JOINS: Record<Join, (tf: Tf, a: tfTypes.Tensor, b: tfTypes.Tensor) => tfTypes.Tensor> = {
  add: (tf, a, b) => tf.add(a, b),
  multiply: (tf, a, b) => tf.mul(a, b),
  subtract: (tf, a, b) => tf.sub(a, b),
  divide: (tf, a, b) => tf.div(a, b),
  minimum: (tf, a, b) => tf.minimum(a, b),
  maximum: (tf, a, b) => tf.maximum(a, b),
};

/** A layer's weights on the backend, by part: kernel, bias, gamma, … */
export type LayerWeights = Readonly<Record<string, tfTypes.Tensor>>;

/**
 * Computes one layer, with the activation after it fused in where `fused` names one.
 * @param inputs NHWC, or [N, C] behind dense layers, flatten and global pooling
 * @param shape output shape of the layer
 */
export function executeLayer(
  tf: Tf,
  layer: Exclude<Layer, { kind: 'input' }>,
  inputs: readonly tfTypes.Tensor[],
  weights: LayerWeights,
  shape: Shape,
  fused: ActivationFunction | null,
): tfTypes.Tensor {
  const x = inputs[0] as tfTypes.Tensor;
  const kernel = weights.kernel as tfTypes.Tensor4D;
  // The lowering rules of tfjs fuse no other.
  const activation = (fused ?? 'linear') as 'linear' | 'relu' | 'relu6' | 'sigmoid';
  const bias = weights.bias === undefined ? {} : { bias: weights.bias };
  switch (layer.kind) {
    case 'conv2d': {
      const convolved = (part: tfTypes.Tensor, filter: tfTypes.Tensor4D, options: object) =>
        tf.fused.conv2d({
          x: part as tfTypes.Tensor4D,
          filter,
          strides: [...layer.strides],
          pad: tfPadding(layer.padding),
          ...(layer.dilations === undefined ? {} : { dilations: [...layer.dilations] as [number, number] }),
          ...options,
        });
      const groups = layer.groups ?? 1;
      if (groups === 1) return convolved(x, kernel, { activation, ...bias });
      // tfjs has no grouped convolution.
      const filters = tf.split(kernel, groups, 3);
      const parts = tf
        .split(x, groups, 3)
        .map((part, g) => convolved(part, filters[g] as tfTypes.Tensor4D, {}));
      const y = tf.concat(parts, 3);
      return withActivation(tf, weights.bias === undefined ? y : tf.add(y, weights.bias), fused);
    }
    case 'depthwise-conv2d':
      return tf.fused.depthwiseConv2d({
        x: x as tfTypes.Tensor4D,
        filter: kernel,
        strides: [...layer.strides],
        pad: tfPadding(layer.padding) as 'same',
        ...(layer.dilations === undefined ? {} : { dilations: [...layer.dilations] as [number, number] }),
        activation,
        ...bias,
      });
    case 'dense':
      return tf.fused.matMul({ a: x, b: weights.kernel as tfTypes.Tensor2D, activation, ...bias });
    case 'batch-norm':
      return tf.batchNorm(
        x,
        weights.moving_mean as tfTypes.Tensor1D,
        weights.moving_variance as tfTypes.Tensor1D,
        weights.beta as tfTypes.Tensor1D,
        weights.gamma as tfTypes.Tensor1D | undefined,
        layer.epsilon,
      );
    case 'activation':
      return activated(tf, x, layer);
    case 'max-pool':
    case 'avg-pool': {
      const pool = layer.kind === 'max-pool' ? tf.maxPool : tf.avgPool;
      const { padding } = layer;
      const countsPadding = layer.kind === 'avg-pool' && layer.countsPadding === true;
      if (padding === 'valid' || (padding === 'same' && !countsPadding)) {
        return pool(x as tfTypes.Tensor4D, [...layer.poolSize], [...layer.strides], padding);
      }
      const [, height = 1, width = 1] = x.shape;
      const amounts = padAmounts({ height, width }, layer.poolSize, layer.strides, padding);
      const zeros = tfPadding(amounts) as ExplicitPadding;
      const pooled = (each: tfTypes.Tensor) =>
        pool(each as tfTypes.Tensor4D, [...layer.poolSize], [...layer.strides], 'valid');
      if (layer.kind === 'max-pool') return pooled(tf.pad(x, zeros, Number.NEGATIVE_INFINITY));
      const average = pooled(tf.pad(x, zeros));
      if (countsPadding) return average;
      // The part of each window that is within the input.
      return tf.div(average, pooled(tf.pad(tf.ones([1, height, width, 1]), zeros)));
    }
    case 'conv2d-transpose': {
      const y = transposed(tf, x, kernel, layer, shape);
      return withActivation(tf, weights.bias === undefined ? y : tf.add(y, weights.bias), fused);
    }
    case 'global-avg-pool':
      return tf.mean(x, [1, 2], layer.keepDims === true);
    case 'add':
    case 'multiply':
    case 'subtract':
    case 'divide':
    case 'minimum':
    case 'maximum': {
      const largest = Math.max(...inputs.map(({ rank }) => rank));
      // A flat input is spread over the pixels.
      const raised = inputs.map((each) =>
        each.rank < largest ? tf.reshape(each, [each.shape[0] as number, 1, 1, -1]) : each,
      );
      return raised.reduce((before, each) => JOINS[layer.kind](tf, before, each));
    }
    case 'bias-add':
      return tf.add(x, weights.bias as tfTypes.Tensor);
    case 'dropout':
    case 'gate':
      return tf.clone(x);
    case 'pad':
      return tf.pad(x, tfPadding(layer.padding) as ExplicitPadding);
    case 'upsample': {
      const size: [number, number] = [shape.height, shape.width];
      // TensorFlow's and ONNX's pixel centres: nearest keeps corners, bilinear is half-pixel.
      return layer.interpolation === 'nearest'
        ? tf.image.resizeNearestNeighbor(x as tfTypes.Tensor4D, size)
        : tf.image.resizeBilinear(x as tfTypes.Tensor4D, size, false, true);
    }
    case 'channel-shuffle': {
      const { rank } = x;
      const perGroup = shape.channels / layer.groups;
      const split = tf.reshape(x, [...x.shape.slice(0, -1), layer.groups, perGroup]);
      const leading = [...Array(rank - 1).keys()];
      return tf.reshape(tf.transpose(split, [...leading, rank, rank - 1]), x.shape);
    }
    case 'depth-to-space':
      return tf.depthToSpace(x as tfTypes.Tensor4D, layer.block, 'NHWC');
    case 'slice': {
      const last = x.rank - 1;
      const begin = x.shape.map((_, axis) => (axis === last ? layer.from : 0));
      return tf.slice(
        x,
        begin,
        x.shape.map((size, axis) => (axis === last ? layer.channels : size)),
      );
    }
    case 'prelu':
      return tf.prelu(x, weights.slope as tfTypes.Tensor);
    case 'group-norm':
    case 'layer-norm':
    case 'local-response-norm':
    case 'channel-mean':
    case 'channel-max':
    case 'arg-max':
      return overChannels(tf, layer, x, weights);
    case 'border-pad':
    case 'crop':
    case 'resize':
    case 'space-to-depth':
      return rearranged(tf, layer, x);
    case 'op':
    case 'op-output':
      return refusedOp(layer);
    case 'concat':
      return tf.concat([...inputs], inputs[0]?.rank === 4 ? 3 : 1);
    case 'flatten':
      return tf.reshape(x, [-1, shape.channels]);
    case 'softmax':
      return layer.log === true ? tf.logSoftmax(x) : tf.softmax(x);
    default:
      return unknownLayer(layer);
  }
}

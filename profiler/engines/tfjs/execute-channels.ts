// Layers over all channels of a pixel, or over groups of them, as operations of tfjs.
import type * as tfTypes from '@tensorflow/tfjs';
import type {
  ArgMax,
  ChannelReduce,
  GroupNorm,
  LayerNorm,
  LocalResponseNorm,
} from '../../../network/layer.ts';
import type { Tf } from './tf-types.ts';

type Weights = Readonly<Record<string, tfTypes.Tensor>>;

/** Mean 0 and variance 1 over some axes. */
function standardized(tf: Tf, x: tfTypes.Tensor, axes: number[], epsilon: number): tfTypes.Tensor {
  const { mean, variance } = tf.moments(x, axes, true);
  return tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, epsilon)));
}

function weighted(tf: Tf, x: tfTypes.Tensor, { gamma, beta }: Weights): tfTypes.Tensor {
  return tf.add(tf.mul(x, gamma as tfTypes.Tensor), beta as tfTypes.Tensor);
}

function groupNorm(
  tf: Tf,
  x: tfTypes.Tensor,
  { groups, epsilon }: GroupNorm,
  weights: Weights,
): tfTypes.Tensor {
  const [batch = 1, height = 1, width = 1, channels = 1] = x.shape;
  const grouped = tf.reshape(x, [batch, height * width, groups, channels / groups]);
  return weighted(tf, tf.reshape(standardized(tf, grouped, [1, 3], epsilon), x.shape), weights);
}

/** ONNX sums over (size − 1) / 2 channels before, rounded down, and as many behind, rounded up. */
function localResponseNorm(tf: Tf, x: tfTypes.Tensor, layer: LocalResponseNorm): tfTypes.Tensor {
  const before = Math.floor((layer.size - 1) / 2);
  const behind = Math.ceil((layer.size - 1) / 2);
  const last = x.rank - 1;
  const channels = x.shape[last] as number;
  const pads = x.shape.map((_, axis): [number, number] => (axis === last ? [before, behind] : [0, 0]));
  const squares = tf.pad(tf.square(x), pads);
  const shifted = Array.from({ length: layer.size }, (_, from) =>
    tf.slice(
      squares,
      x.shape.map((__, axis) => (axis === last ? from : 0)),
      x.shape.map((size, axis) => (axis === last ? channels : size)),
    ),
  );
  const sum = shifted.reduce((a, b) => tf.add(a, b));
  return tf.div(x, tf.pow(tf.add(tf.mul(sum, layer.alpha / layer.size), layer.bias), layer.beta));
}

/** One of the layers that look at more channels than one at a time; NHWC or [N, C]. */
export function overChannels(
  tf: Tf,
  layer: GroupNorm | LayerNorm | LocalResponseNorm | ChannelReduce | ArgMax,
  x: tfTypes.Tensor,
  weights: Weights,
): tfTypes.Tensor {
  const last = x.rank - 1;
  switch (layer.kind) {
    case 'group-norm':
      return groupNorm(tf, x, layer, weights);
    case 'layer-norm':
      return weighted(tf, standardized(tf, x, [last], layer.epsilon), weights);
    case 'local-response-norm':
      return localResponseNorm(tf, x, layer);
    case 'channel-mean':
      return tf.mean(x, last, true);
    case 'channel-max':
      return tf.max(x, last, true);
    case 'arg-max':
      return tf.cast(tf.expandDims(tf.argMax(x, last), last), 'float32');
    default:
      return layer satisfies never;
  }
}

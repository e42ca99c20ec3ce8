// Batch normalization that trains in one step forward and one back, on whatever fused kernels the backend has.
import * as tf from '@tensorflow/tfjs';

type Layer = tf.layers.Layer;
type Tensor = tf.Tensor;

/** Arguments of `tf.layers.batchNormalization`. */
export type BatchNormalizationConfig = NonNullable<Parameters<typeof tf.layers.batchNormalization>[0]>;

type Settings = Required<
  Pick<BatchNormalizationConfig, 'axis' | 'momentum' | 'epsilon' | 'scale' | 'center'>
>;

/**
 * A batch normalization layer of tfjs that trains in a fraction of the time: forward and backward are one
 * step each (fused kernels, where an engine that was opened to train has given them to the backend) rather than
 * the gradients of a dozen operations. Weights, configuration, inference and serialization are those of
 * `tf.layers.batchNormalization`, and so are the moving averages: of the batch's mean and biased variance.
 */
export function batchNormalization(config: BatchNormalizationConfig = {}): Layer {
  return trainFused(tf.layers.batchNormalization(config));
}

/**
 * Makes an existing batch normalization layer of tfjs, one of a loaded model for example, train like those
 * made by `batchNormalization`, provided that it normalizes along the last axis. Returns `layer`.
 */
export function trainFused(layer: Layer): Layer {
  const unfused = layer.call.bind(layer);
  const { axis, momentum, epsilon, scale, center } = layer.getConfig() as unknown as Settings;
  layer.call = (inputs, kwargs) => {
    const [x] = Array.isArray(inputs) ? inputs : [inputs];
    const isLastAxis = axis === -1 || axis === (x?.rank ?? 0) - 1;
    if (!kwargs.training || x === undefined || !isLastAxis) {
      return unfused(inputs, kwargs);
    }
    return tf.tidy(() => {
      const channels = x.shape.slice(-1);
      const weights = [...layer.weights];
      const gamma = scale ? weights.shift()?.read() : undefined;
      const beta = center ? weights.shift()?.read() : undefined;
      const { y, statistics } = normalizeBatch(
        x,
        gamma ?? tf.ones(channels),
        beta ?? tf.zeros(channels),
        epsilon,
      );
      for (const [index, average] of weights.entries()) {
        const statistic = statistics[index];
        if (statistic === undefined) continue;
        const change = tf.mul(tf.sub(statistic, average.read()), 1 - momentum);
        average.write(tf.add(average.read(), change));
        statistic.dispose();
      }
      return y;
    });
  };
  return layer;
}

/**
 * x normalized over all axes but the last, and the mean and the variance of the batch, for the caller to
 * dispose.
 */
function normalizeBatch(
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  epsilon: number,
): { y: Tensor; statistics: Tensor[] } {
  const normalizer = normalizerOf();
  let statistics: Tensor[] = [];
  const normalize = tf.customGrad((...inputs) => {
    const [x, gamma, beta, save] = inputs as [Tensor, Tensor, Tensor, tf.GradSaveFunc];
    const { y, mean, variance, reserve } = normalizer.forward(x, gamma, beta, epsilon);
    statistics = [tf.keep(mean), tf.keep(variance)];
    save([x, gamma, ...reserve]);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [x, gamma, ...reserve] = saved as [Tensor, Tensor, ...Tensor[]];
      return normalizer.backward(dy, x, gamma, reserve, epsilon);
    };
    return { value: y, gradFunc };
  });
  return { y: normalize(x, gamma, beta), statistics };
}

/** How a backend normalizes a batch. What `forward` reserves is for `backward`. */
interface Normalizer {
  forward(
    x: Tensor,
    gamma: Tensor,
    beta: Tensor,
    epsilon: number,
  ): { y: Tensor; mean: Tensor; variance: Tensor; reserve: Tensor[] };
  /** Gradients with respect to x, gamma and beta. */
  backward(dy: Tensor, x: Tensor, gamma: Tensor, reserve: Tensor[], epsilon: number): Tensor[];
}

/**
 * The kernels that make a backend's batch normalization fused, registered with tfjs under TensorFlow's names:
 *
 *     FORWARD   x, scale, offset; epsilon               ─▶  y, mean, biased variance, reserve1, reserve2, …
 *     BACKWARD  dy, x, scale, reserve1, …; epsilon      ─▶  gradients to x, scale and offset
 *
 * Channels are the last axis of x. A forward kernel without reserves of its own reserves mean and variance.
 */
const FORWARD = 'FusedBatchNormV3';
const BACKWARD = 'FusedBatchNormGradV3';

function normalizerOf(): Normalizer {
  const kernel: tf.KernelConfig | undefined = tf.getKernel(BACKWARD, tf.getBackend());
  return kernel === undefined ? composedNormalizer() : kernelNormalizer();
}

function kernelNormalizer(): Normalizer {
  const run = (name: string, inputs: Record<string, Tensor>, epsilon: number) =>
    tf.engine().runKernel(name, inputs, { epsilon }) as Tensor[];
  return {
    forward(x, scale, offset, epsilon) {
      const outputs = run(FORWARD, { x, scale, offset }, epsilon);
      const [y, mean, variance, ...reserve] = outputs as [Tensor, Tensor, Tensor, ...Tensor[]];
      return { y, mean, variance, reserve: reserve.length > 0 ? reserve : [mean, variance] };
    },
    backward(dy, x, scale, reserve, epsilon) {
      const reserves = Object.fromEntries(reserve.map((tensor, i) => [`reserve${i + 1}`, tensor]));
      return run(BACKWARD, { dy, x, scale, ...reserves }, epsilon);
    },
  };
}

/** Operations that every backend has. */
function composedNormalizer(): Normalizer {
  const flat = (tensor: Tensor) => tensor.reshape([-1, tensor.shape[tensor.rank - 1] ?? 1]);
  return {
    forward(x, gamma, beta, epsilon) {
      const mean = tf.mean(flat(x), 0);
      const deviation = tf.sub(flat(x), mean);
      const variance = tf.mean(tf.square(deviation), 0);
      const inverse = tf.rsqrt(tf.add(variance, epsilon));
      const y = tf.add(tf.mul(deviation, tf.mul(gamma, inverse)), beta);
      return { y: y.reshape(x.shape), mean, variance, reserve: [mean, inverse] };
    },
    backward(dy, x, gamma, reserve) {
      const [mean, inverse] = reserve as [Tensor, Tensor];
      const pixels = x.size / gamma.size;
      const normalized = tf.mul(tf.sub(flat(x), mean), inverse);
      const dBeta = tf.sum(flat(dy), 0);
      const dGamma = tf.sum(tf.mul(flat(dy), normalized), 0);
      const centred = tf.sub(flat(dy), tf.div(dBeta, pixels));
      const dx = tf.mul(tf.sub(centred, tf.mul(normalized, tf.div(dGamma, pixels))), tf.mul(gamma, inverse));
      return [dx.reshape(x.shape), dGamma, dBeta];
    },
  };
}

// TensorFlow's kernels of batch normalization in training, as morphnet's batch normalization looks for them on a backend.
import type * as tfTypes from '@tensorflow/tfjs';
import type { NodeBackend } from './node-backend.ts';

type Tf = typeof import('@tensorflow/tfjs');
type Tensor = tfTypes.Tensor;

/** TensorFlow takes four axes. */
function images(tensor: Tensor): Tensor {
  return tensor.rank === 4 ? tensor : tensor.reshape([-1, 1, 1, tensor.shape[tensor.rank - 1] ?? 1]);
}

function run(
  backend: NodeBackend,
  name: string,
  inputs: Tensor[],
  outputs: number,
  epsilon: number,
): Tensor[] {
  const { TF_FLOAT, TF_ATTR_TYPE, TF_ATTR_FLOAT, TF_ATTR_STRING, TF_ATTR_BOOL } = backend.binding;
  const attributes = [
    { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT },
    { name: 'U', type: TF_ATTR_TYPE, value: TF_FLOAT },
    { name: 'epsilon', type: TF_ATTR_FLOAT, value: epsilon },
    { name: 'data_format', type: TF_ATTR_STRING, value: 'NHWC' },
    { name: 'is_training', type: TF_ATTR_BOOL, value: true },
  ];
  return backend.executeMultipleOutputs(name, attributes, inputs, outputs);
}

/**
 * Inputs: x, whose last axis is channels, and scale and offset of one element per channel; attribute: epsilon. Outputs:
 * y, the batch's mean and biased variance per channel (TensorFlow's own is unbiased), and its three reserves.
 */
export function fusedBatchNormV3(tf: Tf): tfTypes.KernelFunc {
  return ({ inputs, backend, attrs }) => {
    const { x, scale, offset } = inputs as Record<'x' | 'scale' | 'offset', Tensor>;
    const { epsilon } = attrs as { epsilon: number };
    return tf.tidy(() => {
      const none = tf.tensor1d([], 'float32');
      const operands = [images(x), scale, offset, none, none];
      const outputs = run(backend as NodeBackend, 'FusedBatchNormV3', operands, 6, epsilon);
      const [y, mean, unbiased, ...reserves] = outputs as [Tensor, Tensor, Tensor, ...Tensor[]];
      const pixels = x.size / scale.size;
      const variance = tf.mul(unbiased, (pixels - 1) / pixels);
      return [y.reshape(x.shape), mean, variance, ...reserves];
    });
  };
}

/** Inputs: dy, x, scale and the reserves of {@link fusedBatchNormV3}. Outputs: gradients to x, scale and offset. */
export function fusedBatchNormGradV3(tf: Tf): tfTypes.KernelFunc {
  return ({ inputs, backend, attrs }) => {
    type Name = 'dy' | 'x' | 'scale' | 'reserve1' | 'reserve2' | 'reserve3';
    const { dy, x, scale, reserve1, reserve2, reserve3 } = inputs as Record<Name, Tensor>;
    const { epsilon } = attrs as { epsilon: number };
    return tf.tidy(() => {
      const operands = [images(dy), images(x), scale, reserve1, reserve2, reserve3];
      const outputs = run(backend as NodeBackend, 'FusedBatchNormGradV3', operands, 5, epsilon);
      const [dx, dScale, dOffset] = outputs as [Tensor, Tensor, Tensor];
      return [dx.reshape(x.shape), dScale, dOffset];
    });
  };
}

// Gradients of ReLU and ReLU6 by one kernel each, where the backend has it.
import type * as tfTypes from '@tensorflow/tfjs';

type Tf = typeof import('@tensorflow/tfjs');
type Tensor = tfTypes.Tensor;

/**
 * Makes tfjs compute the gradients of ReLU and ReLU6 from their outputs, by the kernels `ReluGrad` and
 * `Relu6Grad` (inputs dy and y) where the backend in use has them, instead of by masks of several operations.
 */
export function registerReluGradients(tf: Tf): void {
  const register = (activation: string, composed: (dy: Tensor, y: Tensor) => Tensor) => {
    const kernelName = `${activation}Grad`;
    tf.registerGradient({
      kernelName: activation,
      outputsToSave: [true],
      gradFunc: (dy, saved) => {
        const [y] = saved as [Tensor];
        const kernel: tfTypes.KernelConfig | undefined = tf.getKernel(kernelName, tf.getBackend());
        const inputs = { dy: dy as Tensor, y };
        return {
          x: () =>
            kernel === undefined ? composed(inputs.dy, y) : tf.engine().runKernel<Tensor>(kernelName, inputs),
        };
      },
    });
  };
  register('Relu', (dy, y) => tf.mul(dy, tf.step(y)));
  register('Relu6', (dy, y) => tf.mul(dy, tf.mul(tf.step(y), tf.step(tf.sub(6, y)))));
}

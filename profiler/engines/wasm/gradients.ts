// The kernels that training on the WebAssembly backend of tfjs lacks or has wrong or slow, registered over its own.
import type * as tfTypes from '@tensorflow/tfjs';
import { registerReluGradients } from '../tfjs/relu-gradients.ts';
import { avgPoolGrad } from './gradients/avg-pool-grad.ts';
import { concat } from './gradients/concat.ts';
import { conv2dBackpropFilter } from './gradients/conv2d-backprop-filter.ts';
import { conv2dBackpropInput } from './gradients/conv2d-backprop-input.ts';
import { depthwiseConv2dBackpropFilter } from './gradients/depthwise-conv2d-backprop-filter.ts';
import { depthwiseConv2dBackpropInput } from './gradients/depthwise-conv2d-backprop-input.ts';
import { fusedBatchNorm, fusedBatchNormGradV3, fusedBatchNormV3 } from './gradients/fused-batch-norm.ts';
import { cast, identity } from './gradients/identity.ts';
import { maxPoolGrad } from './gradients/max-pool-grad.ts';
import { relu6Grad, reluGrad } from './gradients/relu-grad.ts';
import { slice, split } from './gradients/slice.ts';

type Tf = typeof import('@tensorflow/tfjs');

const backendName = 'wasm';
const ours = new WeakSet<tfTypes.KernelFunc>();

/**
 * Gives the WebAssembly backend of tfjs what it lacks to train convolutional networks: the gradients of
 * convolution and depthwise convolution, and fused kernels for batch normalization in training and for ReLU.
 * Replaces gradients of the backend that are wrong (pooling) or slow (convolution input), and the copies that
 * dominate a backward pass (identity, cast, slice, split). The kernels that inference spends its time in stay
 * the backend's own. Calls after the first do nothing.
 *
 * @throws Error if @tensorflow/tfjs-backend-wasm has not been imported.
 */
export function registerWasmGradients(tf: Tf): void {
  if (ours.has(existing(tf, 'Slice'))) return;
  register(tf, {
    Conv2DBackpropFilter: conv2dBackpropFilter(tf),
    Conv2DBackpropInput: conv2dBackpropInput(tf),
    DepthwiseConv2dNativeBackpropFilter: depthwiseConv2dBackpropFilter(tf),
    DepthwiseConv2dNativeBackpropInput: depthwiseConv2dBackpropInput(tf),
    MaxPoolGrad: maxPoolGrad(tf),
    AvgPoolGrad: avgPoolGrad(tf),
    ReluGrad: reluGrad,
    Relu6Grad: relu6Grad,
    FusedBatchNormV3: fusedBatchNormV3,
    FusedBatchNormGradV3: fusedBatchNormGradV3,
    Identity: identity(existing(tf, 'Identity')),
    Cast: cast(existing(tf, 'Cast')),
    Slice: slice(tf, existing(tf, 'Slice')),
    SplitV: split(tf, existing(tf, 'SplitV')),
  });
  registerReluGradients(tf);
}

/**
 * Replaces two forward kernels of the backend that slow training and evaluation down: concatenation and batch
 * normalization at inference. Not for a process that measures the backend. Calls after the first do nothing.
 *
 * @throws Error if @tensorflow/tfjs-backend-wasm has not been imported.
 */
export function registerWasmForwardKernels(tf: Tf): void {
  if (ours.has(existing(tf, 'Concat'))) return;
  register(tf, {
    Concat: concat(tf, existing(tf, 'Concat')),
    FusedBatchNorm: fusedBatchNorm(existing(tf, 'FusedBatchNorm')),
  });
}

function existing(tf: Tf, name: string): tfTypes.KernelFunc {
  const kernel: tfTypes.KernelConfig | undefined = tf.getKernel(name, backendName);
  if (kernel === undefined)
    throw new Error('import @tensorflow/tfjs-backend-wasm before adding kernels to it');
  return kernel.kernelFunc;
}

function register(tf: Tf, kernels: Readonly<Record<string, tfTypes.KernelFunc>>): void {
  for (const [kernelName, kernelFunc] of Object.entries(kernels)) {
    const present: tfTypes.KernelConfig | undefined = tf.getKernel(kernelName, backendName);
    if (present !== undefined) tf.unregisterKernel(kernelName, backendName);
    tf.registerKernel({ kernelName, backendName, kernelFunc });
    ours.add(kernelFunc);
  }
}

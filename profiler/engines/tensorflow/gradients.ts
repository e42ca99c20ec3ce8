// The gradients that training on the tensorflow backend of tfjs-node takes instead of slower ones.
import type * as tfTypes from '@tensorflow/tfjs';
import { registerReluGradients } from '../tfjs/relu-gradients.ts';
import { fusedBatchNormGradV3, fusedBatchNormV3 } from './fused-batch-norm.ts';
import type { Attribute, NodeBackend } from './node-backend.ts';

type Tf = typeof import('@tensorflow/tfjs');

const backendName = 'tensorflow';
const registered = new WeakSet<tfTypes.KernelFunc>();

/**
 * Gives the `tensorflow` backend of tfjs-node TensorFlow's own kernels of batch normalization in training and of the
 * gradients of ReLU and ReLU6, and, on the CPU, a quicker gradient of max pooling, whose kernel there takes longer than
 * the convolutions. Calls after the first do nothing.
 *
 * @throws Error if neither tfjs-node nor tfjs-node-gpu has been imported.
 */
export function registerTensorflowGradients(tf: Tf): void {
  const maxPoolGrad: tfTypes.KernelConfig | undefined = tf.getKernel('MaxPoolGrad', backendName);
  if (maxPoolGrad === undefined) throw new Error('import tfjs-node before registering gradients for it');
  if (registered.has(maxPoolGrad.kernelFunc)) return;
  const kernels: Record<string, tfTypes.KernelFunc> = {
    MaxPoolGrad: maxPoolGradByPositions(tf, maxPoolGrad.kernelFunc),
    ReluGrad: activationGradient('ReluGrad'),
    Relu6Grad: activationGradient('Relu6Grad'),
    FusedBatchNormV3: fusedBatchNormV3(tf),
    FusedBatchNormGradV3: fusedBatchNormGradV3(tf),
  };
  tf.unregisterKernel('MaxPoolGrad', backendName);
  for (const [kernelName, kernelFunc] of Object.entries(kernels)) {
    tf.registerKernel({ kernelName, backendName, kernelFunc });
    registered.add(kernelFunc);
  }
  registerReluGradients(tf);
}

/** TensorFlow's kernel of that name: inputs dy and the activation's output y. */
function activationGradient(name: string): tfTypes.KernelFunc {
  return ({ inputs, backend: untyped }) => {
    const backend = untyped as NodeBackend;
    const { dy, y } = inputs as Record<'dy' | 'y', tfTypes.TensorInfo>;
    const { TF_ATTR_TYPE, TF_FLOAT } = backend.binding;
    const attributes = [{ name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT }];
    const [dx] = backend.binding.executeOp(name, attributes, backend.getInputTensorIds([dy, y]), 1);
    return backend.createOutputTensor(dx as { id: number });
  };
}

/**
 * Gradient of max pooling by way of the positions of the maxima: TensorFlow finds 32-bit positions on all
 * threads, but those that its gradient kernels look for or ask for, on one and slowly.
 */
function maxPoolGradByPositions(tf: Tf, original: tfTypes.KernelFunc): tfTypes.KernelFunc {
  let hasPositions = true;
  return (call) => {
    const backend = call.backend as NodeBackend;
    const { binding } = backend;
    const { dy, input } = call.inputs as Record<'dy' | 'input', tfTypes.TensorInfo>;
    const attrs = call.attrs as unknown as tfTypes.MaxPoolGradAttrs;
    const pooling = tf.backend_util.computePool2DInfo(
      input.shape as [number, number, number, number],
      attrs.filterSize,
      attrs.strides,
      1,
      attrs.pad,
      attrs.dimRoundingMode,
    );
    const padding = pooling.padInfo.type;
    const isPlain = padding === 'SAME' || padding === 'VALID';
    if (!hasPositions || !isPlain || binding.isUsingGpuDevice()) return original(call);

    const type = (name: string, value: number) => ({ name, type: binding.TF_ATTR_TYPE, value });
    const { filterHeight, filterWidth, strideHeight, strideWidth } = pooling;
    const common: Attribute[] = [
      { name: 'ksize', type: binding.TF_ATTR_INT, value: [1, filterHeight, filterWidth, 1] },
      { name: 'strides', type: binding.TF_ATTR_INT, value: [1, strideHeight, strideWidth, 1] },
      { name: 'padding', type: binding.TF_ATTR_STRING, value: padding },
      { name: 'include_batch_in_index', type: binding.TF_ATTR_BOOL, value: false },
      type('T', binding.TF_FLOAT),
    ];
    const made: number[] = [];
    const run = (name: string, attributes: Attribute[], inputs: number[], outputs: number) => {
      const ids = binding.executeOp(name, attributes, inputs, outputs);
      made.push(...ids.map(({ id }) => id));
      return ids;
    };
    const [xId = 0, dyId = 0] = backend.getInputTensorIds([input, dy]);
    try {
      const narrow = [...common, type('Targmax', binding.TF_INT32)];
      const [, positions] = run('MaxPoolWithArgmax', narrow, [xId], 2);
      const widening = [type('SrcT', binding.TF_INT32), type('DstT', binding.TF_INT64)];
      const [wide] = run('Cast', widening, [positions?.id ?? 0], 1);
      const [dx] = run(
        'MaxPoolGradWithArgmax',
        [...common, type('Targmax', binding.TF_INT64)],
        [xId, dyId, wide?.id ?? 0],
        1,
      );
      if (dx === undefined) throw new Error('MaxPoolGradWithArgmax has no output');
      made.pop();
      return backend.createOutputTensor(dx);
    } catch {
      // Versions of TensorFlow differ in the types that they have these kernels for.
      hasPositions = false;
      return original(call);
    } finally {
      for (const id of made) binding.deleteTensor(id);
    }
  };
}

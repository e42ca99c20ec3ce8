// The gradient of average pooling, which the WebGPU backend of tfjs computes wrong at borders.
import type * as tfTypes from '@tensorflow/tfjs';

type Tf = typeof import('@tensorflow/tfjs');

const backendName = 'webgpu';
const ours = new WeakSet<tfTypes.KernelFunc>();

/**
 * Mends the gradient of average pooling of tfjs-backend-webgpu 4.22, which takes every window for a whole one: at `same`
 * borders a window averages fewer values. Calls after the first do nothing.
 *
 * @throws Error if @tensorflow/tfjs-backend-webgpu has not been imported.
 */
export function registerWebgpuGradients(tf: Tf): void {
  const present: tfTypes.KernelConfig | undefined = tf.getKernel('AvgPoolGrad', backendName);
  if (present === undefined)
    throw new Error('import tfjs-backend-webgpu before registering gradients for it');
  if (ours.has(present.kernelFunc)) return;
  const kernelFunc = avgPoolGrad(tf, present.kernelFunc);
  ours.add(kernelFunc);
  tf.unregisterKernel('AvgPoolGrad', backendName);
  tf.registerKernel({ kernelName: 'AvgPoolGrad', backendName, kernelFunc });
}

/** Values of the input under each window along one axis. */
function covered(inputs: number, outputs: number, filter: number, stride: number, before: number): number[] {
  return Array.from({ length: outputs }, (_, index) => {
    const from = index * stride - before;
    return Math.min(inputs, from + filter) - Math.max(0, from);
  });
}

function avgPoolGrad(tf: Tf, original: tfTypes.KernelFunc): tfTypes.KernelFunc {
  return (call) => {
    const { dy, input } = call.inputs as Record<'dy' | 'input', tfTypes.Tensor>;
    const attrs = call.attrs as unknown as tfTypes.AvgPoolGradAttrs;
    const pooling = tf.backend_util.computePool2DInfo(
      input.shape as [number, number, number, number],
      attrs.filterSize,
      attrs.strides,
      1,
      attrs.pad,
    );
    const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = pooling;
    const rows = covered(pooling.inHeight, pooling.outHeight, filterHeight, strideHeight, padInfo.top);
    const columns = covered(pooling.inWidth, pooling.outWidth, filterWidth, strideWidth, padInfo.left);
    const area = filterHeight * filterWidth;
    const scales = rows.flatMap((row) => columns.map((column) => area / (row * column)));
    if (scales.every((scale) => scale === 1)) return original(call);
    const scale = tf.tensor(scales, [1, rows.length, columns.length, 1]);
    const scaled = tf.mul(dy, scale);
    const gradient = original({ ...call, inputs: { ...call.inputs, dy: scaled } });
    tf.dispose([scale, scaled]);
    return gradient;
  };
}

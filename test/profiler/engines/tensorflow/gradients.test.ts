import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { registerTensorflowGradients } from '../../../../profiler/engines/tensorflow/gradients.ts';

type Operation = (x: tf.Tensor4D) => tf.Tensor;
type Shape = [number, number, number, number];

const hasTensorflow = await loadsTensorflow();

/** Adds the `tensorflow` backend to tfjs, if its native library loads. */
async function loadsTensorflow(): Promise<boolean> {
  process.env.TF_CPP_MIN_LOG_LEVEL = '2';
  // tfjs-node still calls it; Node 23 removed it.
  const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>;
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  try {
    await import('@tensorflow/tfjs-node-gpu');
    return true;
  } catch {
    return false;
  }
}

if (!hasTensorflow) test.skip('TENSORFLOW NOT AVAILABLE: its gradients are not tested');

/** The gradient of the output's products with fixed weights. */
async function gradient(operation: Operation, shape: Shape, backend: string): Promise<number[]> {
  await tf.setBackend(backend);
  return tf.tidy(() => {
    const loss = (x: tf.Tensor) => {
      const output = operation(x as tf.Tensor4D);
      return tf.sum(tf.mul(output, tf.range(1, output.size + 1).reshape(output.shape)));
    };
    return [
      ...tf
        .grad(loss)(tf.randomUniform(shape, -2, 2, 'float32', 3))
        .dataSync(),
    ];
  });
}

test.runIf(hasTensorflow)('max pooling gradients are those of the cpu backend', async () => {
  registerTensorflowGradients(tf);
  const example = fc.record({
    batch: fc.integer({ min: 1, max: 3 }),
    taps: fc.integer({ min: 1, max: 4 }),
    rest: fc.integer({ min: 0, max: 5 }),
    stride: fc.integer({ min: 1, max: 3 }),
    channels: fc.integer({ min: 1, max: 5 }),
    padding: fc.constantFrom<'same' | 'valid'>('same', 'valid'),
  });
  await fc.assert(
    fc.asyncProperty(example, async ({ batch, taps, rest, stride, channels, padding }) => {
      const operation: Operation = (x) => tf.maxPool(x, taps, stride, padding);
      const shape: Shape = [batch, taps + rest, taps + 2, channels];
      expect(await gradient(operation, shape, 'tensorflow')).toEqual(await gradient(operation, shape, 'cpu'));
    }),
    { numRuns: 50 },
  );
});

test.runIf(hasTensorflow)('ReLU and ReLU6 gradients are those of the cpu backend', async () => {
  registerTensorflowGradients(tf);
  const operations: Operation[] = [(x) => tf.relu(x), (x) => tf.relu6(tf.mul(x, 5))];
  for (const operation of operations) {
    const shape: Shape = [2, 3, 3, 5];
    expect(await gradient(operation, shape, 'tensorflow')).toEqual(await gradient(operation, shape, 'cpu'));
  }
});

test.runIf(hasTensorflow)('gradients leave no tensors behind', async () => {
  registerTensorflowGradients(tf);
  const operation: Operation = (x) => tf.maxPool(tf.relu(x), 3, 1, 'same');
  await gradient(operation, [2, 6, 6, 3], 'tensorflow');
  const native = (tf.backend() as unknown as { binding: { getNumOfTensors(): number } }).binding;
  const before = [tf.memory().numTensors, native.getNumOfTensors()];
  await gradient(operation, [2, 6, 6, 3], 'tensorflow');
  expect([tf.memory().numTensors, native.getNumOfTensors()]).toEqual(before);
});

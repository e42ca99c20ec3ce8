import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { type WasmBackend, withReadableTail } from '../../../../profiler/engines/wasm/gradients/heap.ts';
import {
  registerWasmForwardKernels,
  registerWasmGradients,
} from '../../../../profiler/engines/wasm/gradients.ts';

type Operation = (...inputs: tf.Tensor4D[]) => tf.Tensor;
type Padding = 'same' | 'valid' | tf.backend_util.ExplicitPadding;

/** A differentiable operation, and the shapes of its inputs. */
interface Case {
  readonly operation: Operation;
  readonly shapes: readonly (readonly number[])[];
}

beforeAll(async () => {
  await tf.setBackend('wasm');
  registerWasmGradients(tf);
  registerWasmForwardKernels(tf);
});

/** Between -1 and 1; no two closer together than 2 / 1021. */
function distinctValues(size: number, seed: number): Float32Array {
  return Float32Array.from({ length: size }, (_, index) => (((index + seed) * 389) % 1021) / 510.5 - 1);
}

function inputsOf({ shapes }: Case): Float32Array[] {
  return shapes.map((shape, index) => distinctValues(tf.util.sizeFromShape([...shape]), 7 * index));
}

function run({ operation, shapes }: Case, inputs: readonly Float32Array[]): tf.Tensor {
  return operation(...inputs.map((values, index) => tf.tensor4d(values, shapes[index] as Shape)));
}

type Shape = [number, number, number, number];

/** The output, and the gradients of its products with fixed weights. */
async function outputAndGradients(example: Case, backend: string): Promise<Float32Array[]> {
  await tf.setBackend(backend);
  const tensors = tf.tidy(() => {
    const inputs = inputsOf(example).map((values, index) =>
      tf.tensor4d(values, example.shapes[index] as Shape),
    );
    const output = example.operation(...inputs);
    const weights = tf.tensor(distinctValues(output.size, 500), output.shape);
    const gradients = tf.grads((...given) =>
      tf.sum(tf.mul(example.operation(...(given as tf.Tensor4D[])), weights)),
    );
    return [output, ...gradients(inputs)];
  });
  const values = tensors.map((tensor) => tensor.dataSync() as Float32Array);
  tf.dispose(tensors);
  await tf.setBackend('wasm');
  return values;
}

async function expectGradientsOfCpuBackend(example: Case): Promise<void> {
  const [wasm, cpu] = [await outputAndGradients(example, 'wasm'), await outputAndGradients(example, 'cpu')];
  for (const [index, expected] of cpu.entries()) {
    const actual = wasm[index] ?? new Float32Array();
    expect(actual.length).toBe(expected.length);
    const difference = expected.reduce((most, value, at) => {
      return Math.max(most, Math.abs(value - (actual[at] ?? Number.NaN)) / Math.max(1, Math.abs(value)));
    }, 0);
    expect(difference).toBeLessThan(1e-4);
  }
}

/** Compares the change of the output along a direction with what the gradients tell of it. */
async function expectFiniteDifferences(example: Case, step: number): Promise<void> {
  const [output = new Float32Array(), ...gradients] = await outputAndGradients(example, 'wasm');
  const weights = distinctValues(output.length, 500);
  const value = (inputs: readonly Float32Array[]) =>
    dot(
      weights,
      tf.tidy(() => run(example, inputs).dataSync() as Float32Array),
    );
  const inputs = inputsOf(example);
  for (const [moved, gradient] of gradients.entries()) {
    const direction = distinctValues(gradient.length, 300);
    const along = (distance: number) =>
      inputs.map((values, index) =>
        index === moved ? values.map((start, at) => start + distance * (direction[at] ?? 0)) : values,
      );
    const difference = (value(along(step)) - value(along(-step))) / (2 * step);
    const derivative = dot(gradient, direction);
    expect(Math.abs(difference - derivative)).toBeLessThan(1e-2 * Math.max(1, Math.abs(derivative)));
  }
}

function dot(left: Float32Array, right: Float32Array): number {
  return left.reduce((sum, value, index) => sum + value * (right[index] ?? 0), 0);
}

const window = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    taps: fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 })),
    rest: fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 })),
    strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    channels: fc.integer({ min: 1, max: 9 }),
    padding: fc.constantFrom<Padding>('same', 'valid', [
      [0, 0],
      [1, 2],
      [2, 0],
      [0, 0],
    ]),
  })
  // Where a stride exceeds the filter, the backend's own convolution fails without a word, except for 1 × 1.
  .filter(
    ({ taps, strides }) =>
      taps.every((size, axis) => size >= (strides[axis] ?? 1)) || taps.every((size) => size === 1),
  );
type Window = typeof window extends fc.Arbitrary<infer Value> ? Value : never;

/** An input that the window fits into. */
function inputShape({ batch, taps, rest, channels }: Window): Shape {
  return [batch, taps[0] + rest[0], taps[1] + rest[1], channels];
}

function convolution(at: Window, outChannels: number): Case {
  return {
    operation: (x, filter) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, at.strides, at.padding),
    shapes: [inputShape(at), [...at.taps, at.channels, outChannels]],
  };
}

function depthwiseConvolution(at: Window, multiplier: number): Case {
  return {
    operation: (x, filter) =>
      tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, at.strides, at.padding as 'same'),
    shapes: [inputShape(at), [...at.taps, at.channels, multiplier]],
  };
}

function pooling(pool: typeof tf.maxPool, at: Window): Case {
  return {
    operation: (x) => pool(x as tf.Tensor4D, at.taps, at.strides, at.padding as 'same'),
    shapes: [inputShape(at)],
  };
}

/** Explicit padding is for convolutions; depthwise ones and pools are called with names. */
const namedWindow = window.filter(({ padding }) => typeof padding === 'string');

test('convolution gradients are those of the cpu backend', async () => {
  await fc.assert(
    fc.asyncProperty(window, fc.integer({ min: 1, max: 9 }), async (at, outChannels) => {
      await expectGradientsOfCpuBackend(convolution(at, outChannels));
    }),
    { numRuns: 60 },
  );
});

test('convolution gradients are those of the cpu backend across blocks of channels and of pixels', async () => {
  const at = (height: number, width: number, channels: number, taps: number): Window => ({
    batch: 2,
    rest: [height - taps, width - taps],
    strides: [1, 1],
    padding: 'same',
    taps: [taps, taps],
    channels,
  });
  await expectGradientsOfCpuBackend(convolution(at(3, 150, 5, 3), 17));
  await expectGradientsOfCpuBackend(convolution(at(12, 12, 16, 3), 24));
  await expectGradientsOfCpuBackend(convolution(at(13, 11, 21, 1), 10));
});

test('convolution gradients agree with finite differences', async () => {
  await fc.assert(
    fc.asyncProperty(window, fc.integer({ min: 1, max: 9 }), async (at, outChannels) => {
      await expectFiniteDifferences(convolution(at, outChannels), 0.1);
    }),
    { numRuns: 30 },
  );
});

test('depthwise convolution gradients are those of the cpu backend', async () => {
  await fc.assert(
    fc.asyncProperty(namedWindow, fc.integer({ min: 1, max: 3 }), async (at, multiplier) => {
      await expectGradientsOfCpuBackend(depthwiseConvolution(at, multiplier));
    }),
    { numRuns: 60 },
  );
});

test('depthwise convolution gradients agree with finite differences', async () => {
  await fc.assert(
    fc.asyncProperty(namedWindow, fc.integer({ min: 1, max: 3 }), async (at, multiplier) => {
      await expectFiniteDifferences(depthwiseConvolution(at, multiplier), 0.1);
    }),
    { numRuns: 30 },
  );
});

test('max pooling gradients are those of the cpu backend', async () => {
  await fc.assert(
    fc.asyncProperty(namedWindow, async (at) => {
      await expectGradientsOfCpuBackend(pooling(tf.maxPool, at));
    }),
    { numRuns: 60 },
  );
});

test('max pooling gradients agree with finite differences, whatever the sign of the maxima', async () => {
  await fc.assert(
    fc.asyncProperty(namedWindow, async (at) => {
      await expectFiniteDifferences(pooling(tf.maxPool, at), 1e-4);
    }),
    { numRuns: 30 },
  );
});

test('of equal maxima the first receives the gradient', () => {
  const gradient = tf.tidy(() =>
    tf.grad((x) => tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid'))(tf.zeros([1, 2, 2, 5])),
  );
  expect([...gradient.dataSync()]).toEqual([...Array(5).fill(1), ...Array(15).fill(0)]);
  gradient.dispose();
});

test('average pooling gradients agree with finite differences', async () => {
  await fc.assert(
    fc.asyncProperty(namedWindow, async (at) => {
      await expectFiniteDifferences(pooling(tf.avgPool, at), 0.1);
    }),
    { numRuns: 30 },
  );
});

test('average pooling gradients without padding are those of the cpu backend', async () => {
  await fc.assert(
    fc.asyncProperty(namedWindow, async (at) => {
      await expectGradientsOfCpuBackend(pooling(tf.avgPool, { ...at, padding: 'valid' }));
    }),
    { numRuns: 30 },
  );
});

test('ReLU and ReLU6 gradients are those of the cpu backend', async () => {
  for (const size of [1, 3, 4, 7, 64, 65]) {
    await expectGradientsOfCpuBackend({
      operation: (x) => tf.relu(x as tf.Tensor),
      shapes: [[1, 1, 1, size]],
    });
    const steep: Operation = (x) => tf.relu6(tf.mul(x as tf.Tensor, 9));
    await expectGradientsOfCpuBackend({ operation: steep, shapes: [[1, 1, 1, size]] });
  }
});

test('concatenation and its gradient are those of the cpu backend along any axis', async () => {
  const shape = fc.tuple(...[3, 4, 5, 9].map((max) => fc.integer({ min: 1, max })));
  await fc.assert(
    fc.asyncProperty(shape, fc.integer({ min: -4, max: 3 }), async (sizes, axis) => {
      const longer = sizes.map((size, index) => (index === (axis + 4) % 4 ? size + 2 : size));
      const operation: Operation = (...parts) => tf.concat(parts, axis);
      await expectGradientsOfCpuBackend({ operation, shapes: [sizes, longer, sizes] });
    }),
    { numRuns: 40 },
  );
});

test('slices and their gradients are those of the cpu backend', async () => {
  const range = fc.tuple(
    fc.integer({ min: 0, max: 4 }),
    fc.integer({ min: 1, max: 6 }),
    fc.integer({ min: 0, max: 3 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.tuple(range, range, range, range), async (ranges) => {
      const begin = ranges.map(([before]) => before);
      const size = ranges.map(([, length]) => length);
      const shape = ranges.map(([before, length, after]) => before + length + after);
      const operation: Operation = (x) => tf.slice(x as tf.Tensor, begin, size);
      await expectGradientsOfCpuBackend({ operation, shapes: [shape] });
    }),
    { numRuns: 40 },
  );
});

test('tensors of fewer axes and of other types are sliced, split and concatenated too', () => {
  const results = tf.tidy(() => {
    const integers = tf.tensor2d(
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      [2, 3],
      'int32',
    );
    return [
      tf.slice(tf.tensor1d([1, 2, 3, 4]), 1, 2),
      tf.slice(integers, [0, 1], [2, 2]),
      ...tf.split(
        tf.tensor2d([
          [1, 2, 3],
          [4, 5, 6],
        ]),
        [1, 2],
        1,
      ),
      tf.concat([integers, integers], 1),
      tf.concat([tf.tensor1d([1]), tf.tensor1d([]), tf.tensor1d([2, 3])]),
    ].map((tensor) => tensor.arraySync());
  });
  expect(results).toEqual([
    [2, 3],
    [
      [2, 3],
      [5, 6],
    ],
    [[1], [4]],
    [
      [2, 3],
      [5, 6],
    ],
    [
      [1, 2, 3, 1, 2, 3],
      [4, 5, 6, 4, 5, 6],
    ],
    [1, 2, 3],
  ]);
});

test('batch normalization at inference is that of the cpu backend', async () => {
  const operation: Operation = (x) => {
    const [mean, offset, scale] = [1, 2, 3].map((start) => tf.range(start, start + 5).div(7));
    return tf.batchNorm(
      x as tf.Tensor4D,
      mean as tf.Tensor1D,
      tf.ones([5]),
      offset as tf.Tensor1D,
      scale as tf.Tensor1D,
    );
  };
  await expectGradientsOfCpuBackend({ operation, shapes: [[2, 3, 3, 5]] });
});

test('a copy shares the data and outlives the original', () => {
  const original = tf.tensor1d([1, 2, 3]);
  const { numDataBuffers } = tf.memory();
  const copies = [tf.clone(original), tf.cast(original, 'float32')];
  expect(tf.memory().numDataBuffers).toBe(numDataBuffers);
  original.dispose();
  expect(copies.map((copy) => [...copy.dataSync()])).toEqual([
    [1, 2, 3],
    [1, 2, 3],
  ]);
  expect([...tf.cast(copies[0] as tf.Tensor, 'int32').dataSync()]).toEqual([1, 2, 3]);
});

test('a small network learns on the WASM backend and leaves no tensors behind', () => {
  const input = tf.input({ shape: [8, 8, 3] });
  const branch = (kernelSize: number) =>
    tf.layers.conv2d({ filters: 5, kernelSize, padding: 'same', activation: 'relu' }).apply(input);
  const joined = tf.layers.concatenate().apply([branch(1), branch(3)] as tf.SymbolicTensor[]);
  const pooled = tf.layers.maxPooling2d({ poolSize: 2 }).apply(joined);
  const mixed = tf.layers.depthwiseConv2d({ kernelSize: 3, padding: 'same' }).apply(pooled);
  const logits = tf.layers
    .dense({ units: 4 })
    .apply(tf.layers.globalAveragePooling2d({}).apply(mixed) as tf.SymbolicTensor);
  const model = tf.model({ inputs: input, outputs: logits as tf.SymbolicTensor });
  // The class is the brightness.
  const pixels = distinctValues(16 * 8 * 8 * 3, 1).map(
    (value, index) => 0.2 * value + (Math.floor(index / 192) % 4),
  );
  const images = tf.tensor4d(pixels, [16, 8, 8, 3]);
  const labels = tf.tidy(() =>
    tf.oneHot(tf.range(0, 16, 1, 'int32').mod(tf.scalar(4, 'int32')), 4).toFloat(),
  );
  const optimizer = tf.train.momentum(0.05, 0.9);
  const step = () => {
    const loss = optimizer.minimize(
      () => tf.losses.softmaxCrossEntropy(labels, model.apply(images) as tf.Tensor),
      true,
    );
    const value = loss?.dataSync()[0] ?? Number.NaN;
    loss?.dispose();
    return value;
  };
  const first = step();
  const { numTensors, numBytes } = tf.memory();
  const losses = Array.from({ length: 30 }, step);
  expect(losses.at(-1)).toBeLessThan(0.9 * first);
  expect(tf.memory()).toMatchObject({ numTensors, numBytes });
});

test('registering twice changes nothing', () => {
  const kernels = () =>
    tf.getKernelsForBackend('wasm').map(({ kernelName, kernelFunc }) => [kernelName, kernelFunc]);
  const once = kernels();
  registerWasmGradients(tf);
  registerWasmForwardKernels(tf);
  expect(kernels()).toEqual(once);
});

test('a tensor that ends with the memory is copied where its tail can be read', () => {
  const memory = new Float32Array(64);
  const offsets = new Map<object, number>();
  const place = (first: number, length: number) => {
    const dataId = {};
    offsets.set(dataId, first * 4);
    return { dataId, shape: [length], dtype: 'float32' as const };
  };
  const disposed: object[] = [];
  const backend: WasmBackend = {
    wasm: { asm: {} },
    makeOutput: ([length = 0]) => place(0, length),
    incRef: () => undefined,
    disposeData: (dataId) => disposed.push(dataId) > 0,
    getMemoryOffset: (dataId) => offsets.get(dataId) ?? Number.NaN,
    typedArrayFromHeap: ({ dataId, shape: [length] }) =>
      new Float32Array(memory.buffer, offsets.get(dataId), length),
  };
  const last = place(60, 4);
  memory.set([1, 2, 3, 4], 60);
  expect(withReadableTail(backend, last, 8, (address) => address)).toBe(0);
  expect([...memory.subarray(0, 4)]).toEqual([1, 2, 3, 4]);
  expect(disposed).toHaveLength(1);
  expect(withReadableTail(backend, place(58, 4), 8, (address) => address)).toBe(58 * 4);
});

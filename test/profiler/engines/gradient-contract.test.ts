import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TrainingEngine } from '../../../profiler/engines/engine.ts';
import { trainingEngines } from '../../../profiler/engines/registry.ts';
import { openTrainingEngine } from '../../../profiler/engines/training.ts';
import { skipReason } from './skip-reason.ts';

const BATCH = 3;
/** Of the largest gradient of its weight. */
const TOLERANCE = 1e-4;
/** tfjs's own backend in plain JavaScript, which none of the engines uses. */
const REFERENCE = 'cpu';

/** Between -1 and 1; no two of a pooling window alike. */
function values(name: string, ...shape: number[]): tf.Tensor {
  const seed = [...name].reduce((sum, letter) => (31 * sum + letter.charCodeAt(0)) % 1021, 7);
  const size = shape.reduce((product, each) => product * each, 1);
  const list = Float32Array.from({ length: size }, (_, i) => (((i + seed) * 389) % 1021) / 510.5 - 1);
  return tf.tensor(list, shape);
}

type Weights = Readonly<Record<string, tf.Tensor>>;

const SHAPES: Readonly<Record<string, number[]>> = {
  stem: [3, 3, 3, 8],
  gamma: [8],
  beta: [8],
  depthwise: [3, 3, 8, 1],
  point: [1, 1, 8, 8],
  wide: [1, 3, 8, 6],
  transposed: [2, 2, 4, 14],
  dense: [4, 5],
  bias: [5],
};

type AveragePool = (x: tf.Tensor4D, size: number) => tf.Tensor;

/** Average over the values within the borders, of operations whose gradients are right: tfjs's avgPool's are not. */
function composedAverage(x: tf.Tensor4D, size: number): tf.Tensor {
  const ones = tf.ones<tf.Rank.R4>([size, size, x.shape[3], 1]);
  const sums = (of: tf.Tensor4D) => tf.depthwiseConv2d(of, ones, 1, 'same');
  return tf.div(sums(x), sums(tf.onesLike(x)));
}

/** What training a network of every kind of layer computes: batch norm over the batch, ReLUs, pools, joins, loss. */
function loss(image: tf.Tensor4D, weights: Weights, averagePool: AveragePool): tf.Scalar {
  const at = <T extends tf.Tensor>(name: string) => weights[name] as T;
  const stem = tf.conv2d(image, at<tf.Tensor4D>('stem'), 2, 'same');
  const { mean, variance } = tf.moments(stem, [0, 1, 2]);
  const normal = tf.batchNorm4d(
    stem,
    mean as tf.Tensor1D,
    variance as tf.Tensor1D,
    at<tf.Tensor1D>('beta'),
    at<tf.Tensor1D>('gamma'),
    1e-3,
  );
  const active = tf.relu(normal);
  const separable = tf.depthwiseConv2d(active, at<tf.Tensor4D>('depthwise'), 1, 'same');
  const sum = tf.add(active, tf.relu6(tf.conv2d(separable, at<tf.Tensor4D>('point'), 1, 'same')));
  const average = averagePool(sum as tf.Tensor4D, 3) as tf.Tensor4D;
  const wide = tf.conv2d(average, at<tf.Tensor4D>('wide'), 1, 'same');
  const joined = tf.concat([sum, tf.sigmoid(wide)], 3) as tf.Tensor4D;
  const pooled = tf.maxPool(joined, 3, 2, 'same');
  const [, height = 0, width = 0] = pooled.shape;
  const raised = tf.conv2dTranspose(
    pooled,
    at<tf.Tensor4D>('transposed'),
    [BATCH, 2 * height, 2 * width, 4],
    2,
    'same',
  );
  const logits = tf.add(tf.matMul(tf.mean(tf.tanh(raised), [1, 2]), at<tf.Tensor2D>('dense')), at('bias'));
  const labels = tf.oneHot(tf.tensor1d([0, 3, 1], 'int32'), 5);
  return tf.losses.softmaxCrossEntropy(labels, logits) as tf.Scalar;
}

/** The loss, and its gradient to every weight and to the image. */
async function computed(averagePool: AveragePool): Promise<Map<string, Float32Array>> {
  const names = Object.keys(SHAPES);
  const results = tf.tidy(() => {
    const given = names.map((name) => values(name, ...(SHAPES[name] as number[])));
    const image = values('image', BATCH, 11, 9, 3);
    const gradients = tf.valueAndGrads((first, ...rest) =>
      loss(
        first as tf.Tensor4D,
        Object.fromEntries(names.map((name, i) => [name, rest[i] as tf.Tensor])),
        averagePool,
      ),
    );
    const { value, grads } = gradients([image, ...given]);
    return [value, ...grads];
  });
  const read = await Promise.all(results.map((tensor) => tensor.data() as Promise<Float32Array>));
  tf.dispose(results);
  return new Map(['loss', 'image', ...names].map((name, i) => [name, read[i] as Float32Array]));
}

let expected: Map<string, Float32Array>;

beforeAll(async () => {
  await tf.setBackend(REFERENCE);
  expected = await computed(composedAverage);
});

for (const name of trainingEngines()) {
  const reason = await skipReason(name);
  describe.skipIf(reason !== null)(`training engine ${name}${reason === null ? '' : ` (${reason})`}`, () => {
    let engine: TrainingEngine;
    beforeAll(async () => {
      engine = await openTrainingEngine(name, 1);
    });
    afterAll(() => engine.close());

    test('computes the gradients that the others compute', async () => {
      expect(engine.description).toMatchObject({ engine: name, choice: name });
      expect(engine.tf.getBackend()).not.toBe(REFERENCE);
      const actual = await computed((x, size) => tf.avgPool(x, size, 1, 'same'));
      for (const [weight, gradient] of expected) {
        const scale = Math.max(...gradient.map(Math.abs));
        expect(scale, weight).toBeGreaterThan(1e-6);
        const difference = gradient.reduce((most, value, i) => {
          return Math.max(most, Math.abs(value - (actual.get(weight)?.[i] ?? Number.NaN)));
        }, 0);
        expect(difference / scale, `gradient to ${weight}`).toBeLessThan(TOLERANCE);
      }
    });
  });
}

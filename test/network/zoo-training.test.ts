import type { Tensor } from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { trainableModel } from '../../morphnet/trainable-model.ts';
import { inferShapes } from '../../network/shapes.ts';
import { weightShapes } from '../../network/weights.ts';
import { ZOO, zooNetwork } from '../../network/zoo/index.ts';
import type { TrainingEngine } from '../../profiler/engines/engine.ts';
import { openTrainingEngine } from '../../profiler/engines/training.ts';

const BATCH = 2;

let tf: TrainingEngine['tf'];

beforeAll(async () => {
  ({ tf } = await openTrainingEngine('wasm'));
});

test.each(Object.keys(ZOO).filter((name) => /-(32|digits)$/.test(name)))(
  '%s takes a training step, every weight having a gradient',
  (name) => {
    const network = zooNetwork(name);
    const model = trainableModel(network, 1);
    const { height = 0, width = 0, channels = 0 } = inferShapes(network).get('input') ?? {};
    const images = tf.randomNormal([BATCH, height, width, channels], 0, 1, 'float32', 1);
    const labels = tf.oneHot([3, 8], 10).toFloat();
    const loss = () => {
      const logits = model.apply(images, { training: true });
      return tf.losses.softmaxCrossEntropy(labels, logits as Tensor).asScalar();
    };
    const { value, grads } = tf.variableGrads(loss);
    // 2.3 is that of guessing.
    expect(value.dataSync()[0]).toBeGreaterThan(0);
    expect(value.dataSync()[0]).toBeLessThan(20);
    const gradients = Object.values(grads).map((gradient) => tf.sum(tf.abs(gradient)).dataSync()[0] ?? 0);
    const trained = weightShapes(network).filter(({ name }) => !name.includes('/moving_'));
    expect(gradients).toHaveLength(trained.length);
    expect(Math.min(...gradients)).toBeGreaterThan(0);
    expect(Number.isFinite(Math.max(...gradients))).toBe(true);
    tf.train.sgd(0.01).applyGradients(grads);
    expect(Number.isFinite(loss().dataSync()[0])).toBe(true);
    tf.dispose([images, labels, value, grads]);
    model.dispose();
  },
);

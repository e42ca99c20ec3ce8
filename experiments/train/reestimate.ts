// Testing a shrunk network, whose batch norms must first see what is left of their inputs.
import type * as tfTypes from '@tensorflow/tfjs';
import { writeWeights } from '../../morphnet/model-weights.ts';
import { trainableModel } from '../../morphnet/trainable-model.ts';
import type { Network } from '../../network/network.ts';
import type { Weights } from '../../network/weights.ts';
import { epochOrder, fillBatch } from '../data/index.ts';
import { evaluateAccuracy } from './evaluate.ts';
import type { TrainingSetup } from './train-stage.ts';

const BATCHES = 60;

/**
 * Test accuracy of a shrunk network after its batch norms' moving statistics were estimated anew: removing channels
 * takes their constant, activation(β), from the layers behind them.
 */
export async function evaluateReestimated(
  setup: TrainingSetup,
  network: Network,
  weights: Weights,
): Promise<number> {
  const { tf, data, batch } = setup;
  const { train, test } = data;
  const model = trainableModel(network, setup.seed);
  writeWeights(model, weights);
  const order = epochOrder(train.count, setup.seed, 0);
  const pixels = new Float32Array(batch * train.height * train.width * train.channels);
  const labels = new Int32Array(batch);
  for (let step = 0; step < BATCHES && (step + 1) * batch <= train.count; step++) {
    fillBatch(train, order.subarray(step * batch, (step + 1) * batch), pixels, labels, {
      normalization: setup.normalization,
    });
    const x = tf.tensor4d(pixels, [batch, train.height, train.width, train.channels]);
    tf.tidy(() => {
      model.apply(x, { training: true }) as tfTypes.Tensor;
    });
    x.dispose();
  }
  const result = await evaluateAccuracy(tf, model, test, setup.normalization);
  model.dispose();
  return result;
}

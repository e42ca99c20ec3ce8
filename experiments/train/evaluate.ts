// Testing a model: how many images of a set it classifies right.
import type * as tfTypes from '@tensorflow/tfjs';
import { fillBatch, type ImageSet, type Normalization } from '../data/index.ts';

type Tf = typeof tfTypes;

const BATCH = 250;

/** Share of the images that the model classifies right, moving statistics in its batch norms. */
export async function evaluateAccuracy(
  tf: Tf,
  model: tfTypes.LayersModel,
  set: ImageSet,
  normalization: Normalization,
): Promise<number> {
  const imageSize = set.height * set.width * set.channels;
  let right = 0;
  for (let from = 0; from < set.count; from += BATCH) {
    const count = Math.min(BATCH, set.count - from);
    const pixels = new Float32Array(count * imageSize);
    const labels = new Int32Array(count);
    const indices = Int32Array.from({ length: count }, (_, i) => from + i);
    fillBatch(set, indices, pixels, labels, { normalization });
    const guesses = tf.tidy(() => {
      const logits = model.predict(
        tf.tensor4d(pixels, [count, set.height, set.width, set.channels]),
      ) as tfTypes.Tensor2D;
      return tf.argMax(logits, 1);
    });
    const predicted = await guesses.data();
    guesses.dispose();
    for (let i = 0; i < count; i++) if (predicted[i] === labels[i]) right++;
  }
  return right / set.count;
}

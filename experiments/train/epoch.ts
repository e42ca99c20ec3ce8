// One epoch of softmax cross entropy, with room for a regularizer: a term in the loss, or a step after each step.
import type * as tfTypes from '@tensorflow/tfjs';
import { type Dataset, epochOrder, fillBatch, type Normalization, randomChanges } from '../data/index.ts';

type Tf = typeof tfTypes;

export interface EpochOptions {
  readonly tf: Tf;
  readonly model: tfTypes.LayersModel;
  readonly optimizer: tfTypes.MomentumOptimizer;
  readonly data: Dataset;
  readonly normalization: Normalization;
  readonly batch: number;
  readonly seed: number;
  /** Counts on over all stages of one network, so that no two epochs see the same images. */
  readonly epoch: number;
  readonly augment: boolean;
  /** Learning rate of a step, given the share of the epoch that is done. */
  readonly rate: (done: number) => number;
  /** Added to the loss. */
  readonly term?: () => tfTypes.Scalar;
  /** After each optimizer's step, with its learning rate; false ends the epoch early. */
  readonly afterStep?: (rate: number, step: number, done: number) => Promise<boolean>;
}

export interface EpochResult {
  /** Mean cross entropy, without the regularization term. */
  readonly loss: number;
  readonly accuracy: number;
  readonly steps: number;
  readonly images: number;
}

/** Trains one epoch of softmax cross entropy. The last, partial batch is left out: batch norm wants whole ones. */
export async function trainEpoch(options: EpochOptions): Promise<EpochResult> {
  const { tf, model, optimizer, data, batch, seed, epoch } = options;
  const { train } = data;
  const { height, width, channels } = train;
  const order = epochOrder(train.count, seed, epoch);
  const steps = Math.floor(train.count / batch);
  const pixels = new Float32Array(batch * height * width * channels);
  const labels = new Int32Array(batch);
  const variables = model.trainableWeights.map((weight) => weight.read() as tfTypes.Variable);
  let loss = 0;
  let right = 0;
  let done = 0;
  while (done < steps) {
    const indices = order.subarray(done * batch, (done + 1) * batch);
    fillBatch(train, indices, pixels, labels, {
      normalization: options.normalization,
      ...(options.augment ? { augment: { seed, epoch, ...randomChanges(data.medium, train) } } : {}),
    });
    const rate = options.rate(done / steps);
    optimizer.setLearningRate(rate);
    const x = tf.tensor4d(pixels, [batch, height, width, channels]);
    const oneHot = tf.tidy(() => tf.oneHot(tf.tensor1d(labels, 'int32'), data.classes.length));
    let predicted: tfTypes.Tensor | undefined;
    let crossEntropy: tfTypes.Scalar | undefined;
    const { value, grads } = tf.variableGrads(() => {
      const logits = model.apply(x, { training: true }) as tfTypes.Tensor2D;
      predicted = tf.keep(tf.argMax(logits, 1));
      const entropy = tf.losses.softmaxCrossEntropy(oneHot, logits) as tfTypes.Scalar;
      crossEntropy = tf.keep(entropy.clone());
      return options.term === undefined ? entropy : tf.add(entropy, options.term());
    }, variables);
    optimizer.applyGradients(grads as Parameters<typeof optimizer.applyGradients>[0]);
    loss += (await (crossEntropy as tfTypes.Scalar).data())[0] as number;
    const guesses = await (predicted as tfTypes.Tensor).data();
    for (let i = 0; i < batch; i++) if (guesses[i] === labels[i]) right++;
    tf.dispose([x, oneHot, value, grads, predicted as tfTypes.Tensor, crossEntropy as tfTypes.Scalar]);
    done++;
    if (!Number.isFinite(loss)) {
      throw new Error(`the loss is not a number in step ${done} of epoch ${epoch}: lower the learning rate`);
    }
    if (options.afterStep !== undefined && !(await options.afterStep(rate, done, done / steps))) break;
  }
  return { loss: loss / done, accuracy: right / (done * batch), steps: done, images: done * batch };
}

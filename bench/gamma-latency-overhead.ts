// What GammaLatency adds to a training step: inception-32, batch 32, on wasm and (where its library loads) tensorflow.
// Steps with and without the term take turns, so that a pair sees the same machine; the ratio is the median of pairs.
import * as tf from '@tensorflow/tfjs';
import { openDevice } from '../calibration/open-device.ts';
import { GammaLatency } from '../morphnet/gamma.ts';
import { trainableModel } from '../morphnet/trainable-model.ts';
import { zooNetwork } from '../network/zoo/index.ts';
import { openTrainingEngine } from '../profiler/engines/training.ts';

const BATCH = 32;
const PAIRS = 40;
const DEVICE = 'profiles/amd-epyc-onnxruntime-1-thread-inception-32.json';

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] as number;
}

for (const engine of ['wasm', 'tensorflow']) {
  const opened = await openTrainingEngine(engine).catch((error: Error) => error);
  if (opened instanceof Error) {
    console.log(`${engine.toUpperCase()} NOT MEASURED: ${opened.message}`);
    continue;
  }
  const model = trainableModel(zooNetwork('inception-32'), 1);
  const regularizer = new GammaLatency(model, { device: openDevice(DEVICE) });
  const strength = 1 / regularizer.cost();
  const optimizer = tf.train.momentum(0.001, 0.9);
  const x = tf.randomNormal([BATCH, 32, 32, 3], 0, 1, 'float32', 1);
  const labels = tf.oneHot(
    tf.tensor1d(
      Array.from({ length: BATCH }, (_, i) => i % 10),
      'int32',
    ),
    10,
  );
  const stepMs = (isRegularized: boolean) => {
    const start = performance.now();
    const loss = optimizer.minimize(() => {
      const logits = model.apply(x, { training: true }) as tf.Tensor2D;
      const entropy = tf.losses.softmaxCrossEntropy(labels, logits) as tf.Scalar;
      return isRegularized ? entropy.add(regularizer.term().mul(strength)) : entropy;
    }, true);
    loss?.dataSync();
    loss?.dispose();
    return performance.now() - start;
  };
  for (let warm = 0; warm < 3; warm++) stepMs(warm % 2 === 0);
  const plain: number[] = [];
  const ratios: number[] = [];
  for (let pair = 0; pair < PAIRS; pair++) {
    // Which comes first alternates, so that neither always runs behind the other.
    const first = stepMs(pair % 2 === 0);
    const second = stepMs(pair % 2 !== 0);
    const [regularized, bare] = pair % 2 === 0 ? [first, second] : [second, first];
    plain.push(bare);
    ratios.push(regularized / bare);
  }
  const overhead = 100 * (median(ratios) - 1);
  console.log(
    `${engine}: GammaLatency adds ${overhead.toFixed(2)} % to a step of ${median(plain).toFixed(0)} ms (median of ${PAIRS} pairs)`,
  );
  // The term alone, for scale.
  const start = performance.now();
  for (let turn = 0; turn < 20; turn++) tf.tidy(() => regularizer.term());
  console.log(`${engine}: term() alone ${((performance.now() - start) / 20).toFixed(2)} ms`);
  model.dispose();
}

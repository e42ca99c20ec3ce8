import { epochOrder } from '../../../experiments/data/batches.ts';

export interface Samples {
  /** `[count, width]` features, row-major. */
  readonly features: Float32Array;
  readonly labels: Int32Array;
}

const CLASSES = 10;
const BATCH = 50;

/**
 * Fits a linear softmax model by gradient descent on standardized features and returns its best test accuracy over
 * the epochs: an upper bound, as the test set chooses the epoch.
 */
export function softmaxRegressionAccuracy(train: Samples, test: Samples, epochs: number): number {
  const width = train.features.length / train.labels.length;
  const standardize = standardizer(train.features, width);
  const [inputs, testInputs] = [standardize(train.features), standardize(test.features)];
  const weights = new Float32Array(CLASSES * (width + 1));
  const gradient = new Float32Array(weights.length);
  const scores = new Float32Array(CLASSES);
  let best = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = epochOrder(train.labels.length, 1, epoch);
    // Standardized features make the curvature grow with their number.
    const rate = 2 / width / Math.sqrt(1 + epoch);
    for (let start = 0; start < order.length; start += BATCH) {
      gradient.fill(0);
      for (const sample of order.subarray(start, start + BATCH)) {
        score(inputs, sample, width, weights, scores);
        softmax(scores);
        accumulate(gradient, inputs, sample, width, scores, train.labels[sample] ?? 0);
      }
      for (let i = 0; i < weights.length; i++) weights[i] = (weights[i] ?? 0) - rate * (gradient[i] ?? 0);
    }
    const right = test.labels.filter((label, sample) => {
      score(testInputs, sample, width, weights, scores);
      return scores.indexOf(Math.max(...scores)) === label;
    });
    best = Math.max(best, right.length / test.labels.length);
  }
  return best;
}

function score(x: Float32Array, sample: number, width: number, weights: Float32Array, out: Float32Array) {
  for (let label = 0; label < CLASSES; label++) {
    const row = label * (width + 1);
    let sum = weights[row + width] ?? 0;
    for (let i = 0; i < width; i++) sum += (weights[row + i] ?? 0) * (x[sample * width + i] ?? 0);
    out[label] = sum;
  }
}

function softmax(scores: Float32Array) {
  const highest = Math.max(...scores);
  const total = scores.reduce((sum, value) => sum + Math.exp(value - highest), 0);
  scores.forEach((value, label) => {
    scores[label] = Math.exp(value - highest) / total;
  });
}

function accumulate(
  gradient: Float32Array,
  x: Float32Array,
  sample: number,
  width: number,
  probabilities: Float32Array,
  truth: number,
) {
  for (let label = 0; label < CLASSES; label++) {
    const row = label * (width + 1);
    const error = (probabilities[label] ?? 0) - (label === truth ? 1 : 0);
    for (let i = 0; i < width; i++) {
      gradient[row + i] = (gradient[row + i] ?? 0) + error * (x[sample * width + i] ?? 0);
    }
    gradient[row + width] = (gradient[row + width] ?? 0) + error;
  }
}

function standardizer(features: Float32Array, width: number): (raw: Float32Array) => Float32Array {
  const count = features.length / width;
  const mean = new Float64Array(width);
  const square = new Float64Array(width);
  features.forEach((value, i) => {
    mean[i % width] = (mean[i % width] ?? 0) + value / count;
    square[i % width] = (square[i % width] ?? 0) + value ** 2 / count;
  });
  const spread = square.map((value, i) => Math.sqrt(Math.max(1e-12, value - (mean[i] ?? 0) ** 2)));
  return (raw) => raw.map((value, i) => (value - (mean[i % width] ?? 0)) / (spread[i % width] ?? 1));
}

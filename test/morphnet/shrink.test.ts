import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type AliveChannels,
  describeModel,
  GammaFlops,
  GroupLassoFlops,
  LogisticSigmoidFlops,
  mask,
  shrink,
  trainableModel,
  writeWeights,
} from '../../morphnet/index.ts';
import { gatedNetwork } from '../../morphnet/insert-gates.ts';
import type { Network } from '../../network/network.ts';
import { seededWeights } from '../../network/weights.ts';
import { ZOO, zooNetwork } from '../../network/zoo/index.ts';
import { wasmAdapter } from '../../profiler/engines/wasm/adapter.ts';
import { uniformNoise } from '../support/noise.ts';
import { classifierSeeds, randomClassifier } from '../support/random-classifier.ts';

beforeAll(async () => {
  await wasmAdapter.openTraining();
});

/** The outputs of a model on seeded normal inputs, one after another. */
function outputsOf(model: tf.LayersModel): Float32Array[] {
  return tf.tidy(() => {
    const x = model.inputs.map((input) =>
      tf.randomNormal([3, ...(input.shape.slice(1) as number[])], 0, 1, 'float32', 5),
    );
    const outputs = model.predict(x);
    return (Array.isArray(outputs) ? outputs : [outputs]).map((each) => each.dataSync() as Float32Array);
  });
}

function largestDifference(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  expect(a.map(({ length }) => length)).toEqual(b.map(({ length }) => length));
  let difference = 0;
  let scale = 1e-6;
  a.forEach((values, output) => {
    values.forEach((value, i) => {
      scale = Math.max(scale, Math.abs(value));
      difference = Math.max(difference, Math.abs(value - (b[output]?.[i] as number)));
    });
  });
  return difference / scale;
}

const deadCount = (alive: AliveChannels) =>
  Object.values(alive).reduce((sum, flags) => sum + flags.filter((flag) => !flag).length, 0);

/** A model with γ = β = 0 for a share of the channels of each batch norm. */
function maskedModel(network: Network, seed: number, share: number): tf.LayersModel {
  const model = trainableModel(network, seed);
  const weights = new Map(seededWeights(network, seed));
  const uniform = uniformNoise(seed);
  for (const [name, values] of weights) {
    if (!name.endsWith('/gamma')) continue;
    const beta = weights.get(name.replace(/gamma$/, 'beta')) as Float32Array;
    values.forEach((_, c) => {
      if (uniform() >= share) return;
      values[c] = 0;
      beta[c] = 0;
    });
  }
  writeWeights(model, weights);
  return model;
}

const RELATIVES = Object.keys(ZOO).filter((name) => /-(32|digits)$/.test(name));

test.each(RELATIVES)('a shrunk %s computes what the masked one does', (name) => {
  const model = maskedModel(zooNetwork(name), 3, 0.4);
  const alive = new GammaFlops(model).alive();
  const smaller = shrink(model, alive);
  expect(deadCount(alive)).toBeGreaterThan(100);
  expect(smaller.countParams()).toBeLessThan(0.7 * model.countParams());
  expect(largestDifference(outputsOf(smaller), outputsOf(model))).toBeLessThan(1e-4);
  smaller.dispose();
  model.dispose();
});

test('on random networks with batch norm, whole branches dead among them', () => {
  fc.assert(
    fc.property(classifierSeeds(), fc.constantFrom(0.2, 0.5, 0.8), (seed, share) => {
      const model = maskedModel(randomClassifier(seed, { batchNorm: true }), seed, share);
      const alive = new GammaFlops(model).alive();
      const smaller = shrink(model, alive);
      mask(model, alive);
      expect(largestDifference(outputsOf(smaller), outputsOf(model))).toBeLessThan(1e-4);
      smaller.dispose();
      model.dispose();
    }),
    { numRuns: 25 },
  );
});

test('on random networks without batch norm, filters and biases are masked', () => {
  fc.assert(
    fc.property(classifierSeeds(), (seed) => {
      const model = trainableModel(randomClassifier(seed, { batchNorm: false }), seed);
      const uniform = uniformNoise(seed);
      const weights = seededWeights(describeModel(model).network, seed);
      writeWeights(model, weights);
      // Any filters at all: their norms decide, and a threshold in the middle of them kills half.
      const alive = new GroupLassoFlops(model, { threshold: 0.2 + 0.3 * uniform() }).alive();
      const smaller = shrink(model, alive);
      mask(model, alive);
      expect(largestDifference(outputsOf(smaller), outputsOf(model))).toBeLessThan(1e-4);
      smaller.dispose();
      model.dispose();
    }),
    { numRuns: 15 },
  );
});

test('closed gates are masks: a shrunk gated network computes the same', () => {
  fc.assert(
    fc.property(classifierSeeds(), (seed) => {
      const model = trainableModel(gatedNetwork(randomClassifier(seed, { batchNorm: false })), seed);
      const uniform = uniformNoise(seed);
      const { weights } = describeModel(model);
      for (const [name, values] of weights) {
        if (!name.endsWith('/logits')) continue;
        values.set(values.map(() => (uniform() < 0.4 ? -1 : 1)));
      }
      writeWeights(model, weights);
      const smaller = shrink(model, new LogisticSigmoidFlops(model).alive());
      expect(largestDifference(outputsOf(smaller), outputsOf(model))).toBeLessThan(1e-4);
      smaller.dispose();
      model.dispose();
    }),
    { numRuns: 15 },
  );
});

describe('a model of the user', () => {
  /** Activations in the convolutions, a separable one, squeeze-and-excite, layer names of the user's. */
  function userModel(): tf.LayersModel {
    const input = tf.input({ shape: [12, 12, 3], name: 'image' });
    const l2 = tf.regularizers.l2({ l2: 0.01 });
    let net = tf.layers
      .conv2d({
        name: 'first',
        filters: 8,
        kernelSize: 3,
        padding: 'same',
        useBias: false,
        kernelRegularizer: l2,
      })
      .apply(input) as tf.SymbolicTensor;
    net = tf.layers.batchNormalization({ name: 'first_bn', momentum: 0.7 }).apply(net) as tf.SymbolicTensor;
    net = tf.layers.reLU({ maxValue: 6, name: 'first_relu' }).apply(net) as tf.SymbolicTensor;
    const pooled = tf.layers.globalAveragePooling2d({ name: 'squeeze' }).apply(net) as tf.SymbolicTensor;
    let gate = tf.layers
      .reshape({ targetShape: [1, 1, 8], name: 'gate_in' })
      .apply(pooled) as tf.SymbolicTensor;
    gate = tf.layers
      .conv2d({ name: 'gate', filters: 8, kernelSize: 1, activation: 'sigmoid' })
      .apply(gate) as tf.SymbolicTensor;
    net = tf.layers.multiply({ name: 'excite' }).apply([net, gate]) as tf.SymbolicTensor;
    net = tf.layers
      .separableConv2d({ name: 'separable', filters: 6, kernelSize: 3, padding: 'same', useBias: false })
      .apply(net) as tf.SymbolicTensor;
    net = tf.layers.batchNormalization({ name: 'second_bn' }).apply(net) as tf.SymbolicTensor;
    net = tf.layers.activation({ activation: 'relu', name: 'second_relu' }).apply(net) as tf.SymbolicTensor;
    net = tf.layers.flatten({ name: 'flat' }).apply(net) as tf.SymbolicTensor;
    const classes = tf.layers.dense({ name: 'classes', units: 4, activation: 'softmax' }).apply(net);
    const score = tf.layers.dense({ name: 'score', units: 1 }).apply(net);
    return tf.model({ inputs: input, outputs: [classes, score] as tf.SymbolicTensor[], name: 'user' });
  }

  function withDeadChannels(): tf.LayersModel {
    const model = userModel();
    for (const [name, dead] of [
      ['first_bn', [1, 5]],
      ['second_bn', [0, 3]],
    ] as const) {
      for (const weight of model.getLayer(name).weights.slice(0, 2)) {
        tf.tidy(() => {
          const values = weight.read().dataSync().slice();
          for (const c of dead) values[c] = 0;
          weight.write(tf.tensor1d(values as Float32Array));
        });
      }
    }
    return model;
  }

  test('shrinks to the same outputs and keeps what the user set', () => {
    const model = withDeadChannels();
    const alive = new GammaFlops(model).alive();
    expect(alive).toMatchObject({
      first: [true, false, true, true, true, false, true, true],
      separable: [false, true, true, false, true, true],
    });
    const smaller = shrink(model, alive);
    expect(largestDifference(outputsOf(smaller), outputsOf(model))).toBeLessThan(1e-5);
    expect(smaller.getLayer('first').getConfig()).toMatchObject({ filters: 6, useBias: false });
    expect(smaller.getLayer('first').getConfig().kernelRegularizer).toEqual(
      model.getLayer('first').getConfig().kernelRegularizer,
    );
    expect(smaller.getLayer('first_bn').getConfig().momentum).toBe(0.7);
  });

  test('flags that do not fit are refused', () => {
    const model = userModel();
    const fix = 'pass what alive() of a regularizer of this model returned';
    expect(() => shrink(model, { nowhere: [true] })).toThrow(
      `got alive channels of 'nowhere'; expected a layer of user; ${fix}`,
    );
    expect(() => shrink(model, { first: [true] })).toThrow(
      `got 1 alive flags for first; expected 8, one per channel; ${fix}`,
    );
    const flags = (dead: number) => Array.from({ length: 8 }, (_, c) => c !== dead);
    expect(() => shrink(model, { first: flags(1), gate: flags(2) })).toThrow(
      `got channel 1 of gate alive; expected the same as in first, tied to it; ${fix}`,
    );
    expect(() => shrink(model, { score: [false] })).toThrow('got a dead channel of score');
  });
});

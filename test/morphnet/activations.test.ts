import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { openDevice } from '../../calibration/open-device.ts';
import {
  describeModel,
  GammaFlops,
  GammaLatency,
  mask,
  shrink,
  trainableModel,
  writeWeights,
} from '../../morphnet/index.ts';
import { loadLayersModel } from '../../morphnet/load-model.ts';
import { saveLayersModel, saveOnnx } from '../../morphnet/save-model.ts';
import type { Layer } from '../../network/layer.ts';
import { readModelFile } from '../../network/model-file.ts';
import type { Network } from '../../network/network.ts';
import { engineNamed } from '../../profiler/engines/registry.ts';
import { wasmAdapter } from '../../profiler/engines/wasm/adapter.ts';
import { differenceOn } from '../network/onnx/agreement.ts';
import { temporaryFolder } from '../support/temporary.ts';

beforeAll(async () => {
  await wasmAdapter.openTraining();
});

const folder = temporaryFolder();

describe('a trainable activation computes', () => {
  const POINTS = [-4, -1, 0, 1, 4];

  /** On a map of five pixels and one channel. */
  function computed(layer: Layer, weights: Record<string, number[]> = {}): Float32Array {
    const network: Network = {
      name: 'one',
      layers: [{ kind: 'input', name: 'in', inputs: [], height: 1, width: 5, channels: 1 }, layer],
      outputs: [layer.name],
    };
    const model = trainableModel(network, 1);
    writeWeights(
      model,
      new Map(Object.entries(weights).map(([name, values]) => [name, Float32Array.from(values)])),
    );
    return tf.tidy(() => {
      const out = model.predict(tf.tensor(POINTS, [1, 1, 5, 1])) as tf.Tensor;
      return out.dataSync() as Float32Array;
    });
  }

  // By hand: e⁻¹ = 0.367879, e⁻⁴ = 0.018316, σ(1) = 0.731059, σ(4) = 0.982014, Φ(1) = 0.841345, Φ(4) = 0.999968.
  test.each<[string, object, number[]]>([
    ['leaky-relu', { slope: 0.1 }, [-0.4, -0.1, 0, 1, 4]],
    ['elu', {}, [-0.981684, -0.632121, 0, 1, 4]],
    ['swish', {}, [-0.071945, -0.268941, 0, 0.731059, 3.928055]],
    ['gelu', {}, [-0.000127, -0.158655, 0, 0.841345, 3.999873]],
    ['hard-swish', {}, [0, -0.333333, 0, 0.666667, 4]],
    ['hard-sigmoid', {}, [0, 0.333333, 0.5, 0.666667, 1]],
    ['hard-sigmoid', { slope: 0.2 }, [0, 0.3, 0.5, 0.7, 1]],
    ['softplus', {}, [0.01815, 0.313262, Math.LN2, 1.313262, 4.01815]],
    ['mish', {}, [-0.072592, -0.303401, 0, 0.865098, 3.997413]],
    ['selu', {}, [-1.725899, -1.111331, 0, 1.050701, 4.202804]],
    ['gelu-tanh', {}, [-0.00007, -0.158808, 0, 0.841192, 3.99993]],
    ['clip', { least: 0, most: 1.5 }, [0, 0, 0, 1, 1.5]],
  ])('%s %o', (activation, options, expected) => {
    const layer = { kind: 'activation', name: 'x', inputs: ['in'], activation, ...options } as Layer;
    const values = computed(layer);
    expected.forEach((value, i) => {
      expect(values[i]).toBeCloseTo(value, 5);
    });
  });

  test('prelu, with its slope', () => {
    const values = computed({ kind: 'prelu', name: 'x', inputs: ['in'] }, { 'x/slope': [0.25] });
    expect([...values]).toEqual([-1, -0.25, 0, 1, 4]);
  });
});

/** 8×8×3 → 3×3 conv of 8 → leaky → 1×1 conv of 4 → PReLU → swish-gated pool → dense of 2. */
function userModel(): tf.LayersModel {
  const { layers } = tf;
  const image = tf.input({ shape: [8, 8, 3], name: 'image' });
  const chain = [
    layers.conv2d({ name: 'a', filters: 8, kernelSize: 3, padding: 'same', useBias: false }),
    layers.batchNormalization({ name: 'a_bn' }),
    layers.leakyReLU({ name: 'a_leaky', alpha: 0.1 }),
    layers.conv2d({ name: 'b', filters: 4, kernelSize: 1, useBias: false }),
    layers.batchNormalization({ name: 'b_bn' }),
    layers.prelu({ name: 'b_prelu', sharedAxes: [1, 2], alphaRegularizer: tf.regularizers.l2({ l2: 0.01 }) }),
    layers.activation({ name: 'b_swish', activation: 'swish' }),
    layers.globalAveragePooling2d({ name: 'pool' }),
    layers.dense({ name: 'logits', units: 2, activation: 'elu' }),
  ];
  const out = chain.reduce((tensor, layer) => layer.apply(tensor) as tf.SymbolicTensor, image);
  return tf.model({ inputs: image, outputs: out, name: 'user' });
}

/** γ and β of these channels at zero; slopes 0.1, 0.2, 0.3, 0.4. */
function prunedModel(): tf.LayersModel {
  const model = userModel();
  const dead: Record<string, number[]> = { a_bn: [2, 5], b_bn: [1] };
  const weights = new Map(describeModel(model).weights);
  weights.set('b_prelu/slope', Float32Array.of(0.1, 0.2, 0.3, 0.4));
  for (const [name, channels] of Object.entries(dead)) {
    const [gamma, beta] = ['gamma', 'beta'].map((part) => weights.get(`${name}/${part}`) as Float32Array);
    beta?.forEach((_, c) => {
      if (beta !== undefined) beta[c] = 0.1 * (c - 3);
    });
    for (const c of channels) {
      if (gamma !== undefined) gamma[c] = 0;
      if (beta !== undefined) beta[c] = 0;
    }
  }
  writeWeights(model, weights);
  return model;
}

function outputOf(model: tf.LayersModel): Float32Array {
  return tf.tidy(() => {
    const x = tf.randomNormal([3, 8, 8, 3], 0, 1, 'float32', 5);
    return (model.predict(x) as tf.Tensor).dataSync() as Float32Array;
  });
}

function expectSame(a: Float32Array, b: Float32Array): void {
  expect(a).toHaveLength(b.length);
  a.forEach((value, i) => {
    expect(value).toBeCloseTo(b[i] as number, 4);
  });
}

describe("a user's model with leaky ReLU, PReLU, swish and ELU", () => {
  test('costs what its convolutions do, before and after channels die', () => {
    // 2·64·27·8 + 2·64·8·4 + 2·4·2, and with 6 and 3 channels 2·64·27·6 + 2·64·6·3 + 2·3·2.
    expect(new GammaFlops(userModel()).cost()).toBe(27_648 + 4096 + 16);
    const regularizer = new GammaFlops(prunedModel());
    expect(regularizer.cost()).toBe(20_736 + 2304 + 12);
    expect(regularizer.structure()).toMatchObject({ a: 6, b: 3 });
    // A channel of a takes 2·64·27 FLOP and 2·64 for each alive one of b; one of b 2·64·6 and 2·2.
    const bySource = new Map(
      regularizer.plan.groups.map(({ sources }, group) => [sources[0], regularizer.slopes()[group]]),
    );
    expect(bySource.get('a')).toBe(2 * 64 * 27 + 2 * 64 * 3);
    expect(bySource.get('b')).toBe(2 * 64 * 6 + 2 * 2);
  });

  test('shrinks to the same outputs, with the slopes of the channels that stay', () => {
    const model = prunedModel();
    const alive = new GammaFlops(model).alive();
    const smaller = shrink(model, alive);
    expectSame(outputOf(smaller), outputOf(model));
    const { network, weights } = describeModel(smaller);
    expect(weights.get('b_prelu/slope')).toEqual(Float32Array.of(0.1, 0.3, 0.4));
    expect(network.layers.map(({ kind }) => kind)).toEqual([
      'input',
      'conv2d',
      'batch-norm',
      'activation',
      'conv2d',
      'batch-norm',
      'prelu',
      'activation',
      'global-avg-pool',
      'dense',
      'activation',
    ]);
    const config = smaller.getLayer('b_prelu').getConfig() as { alphaRegularizer: { config: object } };
    expect(config.alphaRegularizer.config).toMatchObject({ l2: 0.01 });
    mask(model, alive);
    expectSame(outputOf(smaller), outputOf(model));
  });

  test('is saved, loaded and exported as it is', async () => {
    const smaller = shrink(prunedModel(), new GammaFlops(prunedModel()).alive());
    await saveLayersModel(smaller, folder);
    expectSame(outputOf(await loadLayersModel(join(folder, 'model.json'))), outputOf(smaller));
    await saveOnnx(smaller, join(folder, 'model.onnx'));
    const { network, weights } = readModelFile(join(folder, 'model.json'));
    const x = tf.randomNormal([3, 8, 8, 3], 0, 1, 'float32', 5);
    const engine = await engineNamed('onnxruntime').open({ threads: 1 });
    const original = {
      batch: 3,
      inputs: new Map([['image', x.dataSync() as Float32Array]]),
      outputs: [outputOf(smaller)],
    };
    expect(await differenceOn(engine, network, weights, original)).toBeLessThan(1e-5);
    await engine.close();
  });

  test('lets go of channels in training, whatever the activation', async () => {
    const model = userModel();
    const regularizer = new GammaLatency(model, { device: openDevice('p100') });
    const before = regularizer.cost();
    model.compile({ optimizer: tf.train.sgd(0.05), loss: 'meanSquaredError' });
    const x = tf.randomNormal([16, 8, 8, 3], 0, 1, 'float32', 2);
    const y = tf.randomNormal([16, 2], 0, 1, 'float32', 3);
    const slopes = describeModel(model).weights.get('b_prelu/slope');
    for (let step = 0; step < 12; step++) {
      await model.trainOnBatch(x, y);
      regularizer.proximalStep(1 / before);
    }
    expect(regularizer.cost()).toBeLessThan(before);
    // The slopes learn too.
    expect(describeModel(model).weights.get('b_prelu/slope')).not.toEqual(slopes);
    expect(shrink(model, regularizer.alive()).countParams()).toBeLessThan(model.countParams());
  });
});

import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { DATASHEET_DEVICES } from '../../calibration/datasheet-devices.ts';
import type { Device } from '../../calibration/device-profile.ts';
import { openDevice } from '../../calibration/open-device.ts';
import { latencyPredictor } from '../../calibration/predict.ts';
import {
  describeModel,
  GammaActivationCount,
  GammaFlops,
  GammaLatency,
  GammaModelSize,
  GroupLassoActivationCount,
  GroupLassoFlops,
  GroupLassoLatency,
  GroupLassoModelSize,
  LogisticSigmoidActivationCount,
  LogisticSigmoidFlops,
  LogisticSigmoidLatency,
  LogisticSigmoidModelSize,
  type NetworkRegularizer,
  trainableModel,
  writeWeights,
} from '../../morphnet/index.ts';
import { gatedNetwork } from '../../morphnet/insert-gates.ts';
import { NetworkBuilder } from '../../network/builder.ts';
import { planChannels } from '../../network/channel-plan.ts';
import { MorphNetView } from '../../network/morph-net-view.ts';
import type { Network } from '../../network/network.ts';
import { resizeNetwork } from '../../network/widths.ts';
import { uniformNoise } from '../support/noise.ts';
import { classifierSeeds, randomClassifier } from '../support/random-classifier.ts';

const p100: Device = {
  kind: 'datasheet',
  name: 'p100',
  device: DATASHEET_DEVICES[0] as (typeof DATASHEET_DEVICES)[number],
};

/** Calibrated on this repository's own machine: a staircase of blocked layouts. */
const calibrated = openDevice('profiles/amd-epyc-onnxruntime-1-thread-inception-32.json');

type Family = 'gamma' | 'lasso' | 'gates';
const MAKERS: Record<Family, Record<string, (model: tf.LayersModel) => NetworkRegularizer>> = {
  gamma: {
    FLOP: (model) => new GammaFlops(model),
    weights: (model) => new GammaModelSize(model),
    channels: (model) => new GammaActivationCount(model),
    µs: (model) => new GammaLatency(model, { device: p100 }),
  },
  lasso: {
    FLOP: (model) => new GroupLassoFlops(model, { l1Fraction: 0.3 }),
    weights: (model) => new GroupLassoModelSize(model),
    channels: (model) => new GroupLassoActivationCount(model, { l1Fraction: 1 }),
    µs: (model) => new GroupLassoLatency(model, { device: calibrated, grouping: 'l2' }),
  },
  gates: {
    FLOP: (model) => new LogisticSigmoidFlops(model),
    weights: (model) => new LogisticSigmoidModelSize(model),
    channels: (model) => new LogisticSigmoidActivationCount(model),
    µs: (model) => new LogisticSigmoidLatency(model, { device: p100 }),
  },
};
const PARTS: Record<Family, string> = { gamma: 'gamma', lasso: 'kernel', gates: 'logits' };

/** A random network that the family regularizes, with about a third of its channels dead. */
function randomModel(family: Family, seed: number): { model: tf.LayersModel; network: Network } {
  const plain = randomClassifier(seed, { batchNorm: family === 'gamma' });
  const network = family === 'gates' ? gatedNetwork(plain) : plain;
  const model = trainableModel(network, seed);
  const noise = uniformNoise(seed);
  const { weights } = describeModel(model);
  for (const [name, values] of weights) {
    if (!name.endsWith(`/${PARTS[family]}`)) continue;
    const channels =
      family === 'lasso'
        ? (planChannels(network).shapes.get(name.replace(/\/kernel$/, ''))?.channels ?? 1)
        : values.length;
    const dead = Array.from({ length: channels }, () => noise() < 0.33);
    values.forEach((_, i) => {
      const isDead = dead[i % channels] === true;
      const value = 2 * noise() - 1;
      // Of transposed kernels this zeroes inputs, which is as good.
      values[i] =
        family === 'gates' ? (isDead ? -2 : 2) + value : isDead ? 0 : value + 0.2 * Math.sign(value);
    });
  }
  writeWeights(model, weights);
  return { model, network };
}

/** Cost of a network computed from scratch. */
function costOf(network: Network, unit: string, device: Device): number {
  const plan = planChannels(network);
  const view = new MorphNetView(plan);
  if (unit === 'µs') return latencyPredictor(plan, device).latencyUs(plan.fullWidths);
  const measure = { FLOP: 'flops', weights: 'parameters', channels: 'activations' } as const;
  return view.cost(plan.fullWidths, measure[unit as 'FLOP']);
}

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const COMBINATIONS = Object.entries(MAKERS).flatMap(([family, targets]) =>
  Object.entries(targets).map(([unit, make]) => ({ family: family as Family, unit, make })),
);

describe.each(COMBINATIONS)('$family by $unit, on random networks', ({ family, unit, make }) => {
  test('its cost is that of the shrunk network computed from scratch', () => {
    fc.assert(
      fc.property(classifierSeeds(), (seed) => {
        const { model, network } = randomModel(family, seed);
        const regularizer = make(model);
        expect(regularizer.resource.unit).toBe(unit);
        const shrunk = resizeNetwork(planChannels(network), regularizer.widths());
        const device = family === 'lasso' ? calibrated : p100;
        // Predictions on datasheet devices are rounded to float32, op by op, as Google's library does.
        const digits = unit === 'µs' && device === p100 ? 6 : 9;
        expect(regularizer.cost() / costOf(shrunk, unit, device)).toBeCloseTo(1, digits);
        model.dispose();
      }),
      { numRuns: 12 },
    );
  });

  test('its gradient is that of finite differences, alive counts held', () => {
    fc.assert(
      fc.property(classifierSeeds(), (seed) => {
        const { model } = randomModel(family, seed);
        expectGradient(model, make(model), PARTS[family], seed);
        model.dispose();
      }),
      { numRuns: 4 },
    );
  });
});

const STEP = 0.01;

/**
 * Compares the derivative along a random direction in each variable with differences to both sides; at a kink (where
 * another of tied channels becomes the largest) it lies between them.
 */
function expectGradient(
  model: tf.LayersModel,
  regularizer: NetworkRegularizer,
  part: string,
  seed: number,
): void {
  const variables = model.layers
    .flatMap(({ weights }) => weights)
    .filter(({ originalName }) => originalName.endsWith(`/${part}`))
    .map((weight) => weight.read() as tf.Variable);
  const { grads } = tf.variableGrads(() => regularizer.term(), variables);
  const noise = uniformNoise(seed + 1);
  const term = () => regularizer.term().dataSync()[0] as number;
  const whole = term();
  for (const variable of variables) {
    const values = Float32Array.from(variable.dataSync());
    const gradient = grads[variable.name]?.dataSync() as Float32Array;
    // Steps across zero would change what is alive.
    const direction = values.map((value) => (Math.abs(value) < 2 * STEP ? 0 : 2 * noise() - 1));
    const at = (step: number) => {
      const moved = values.map((value, i) => value + step * (direction[i] as number));
      variable.assign(tf.tensor(moved, variable.shape));
      return term();
    };
    const up = (at(STEP) - whole) / STEP;
    const down = (whole - at(-STEP)) / STEP;
    variable.assign(tf.tensor(values, variable.shape));
    const along = gradient.reduce((sum, each, i) => sum + each * (direction[i] as number), 0);
    const middle = (up + down) / 2;
    // Terms are float32: small derivatives of large terms drown.
    const tolerance = 1e-3 * Math.max(Math.abs(middle), 0.02 * whole);
    const isSmooth = Math.abs(up - down) < 0.05 * Math.abs(middle) + tolerance;
    const [least, most] = isSmooth ? [middle, middle] : [Math.min(up, down), Math.max(up, down)];
    expect(along, variable.name).toBeGreaterThan(least - tolerance);
    expect(along, variable.name).toBeLessThan(most + tolerance);
  }
}

/**
 * input ─ stem ─┬─ left ──── + ─ top ─ logits
 *               └─ right ────┘
 * left and right are tied by the add.
 */
function residual(): Network {
  const builder = new NetworkBuilder('residual');
  const input = builder.input(8, 8, 3);
  const stem = builder.conv('stem', input, 6, 3);
  const left = builder.conv('left', stem, 5, 3, { activation: null });
  const right = builder.conv('right', stem, 5, 1, { activation: null });
  const sum = builder.add({ kind: 'add', name: 'sum', inputs: [left, right] });
  const top = builder.conv('top', sum, 4, 3);
  return builder.build(builder.logitsConv('logits', top, 2));
}

function setGamma(model: tf.LayersModel, conv: string, values: number[]): void {
  tf.tidy(() => {
    model.getLayer(`${conv}/BatchNorm`).weights[0]?.write(tf.tensor1d(values));
  });
}

function gammaOf(model: tf.LayersModel, conv: string): number[] {
  return Array.from(model.getLayer(`${conv}/BatchNorm`).weights[0]?.read().dataSync() as Float32Array);
}

const unit = 2 * 64;
/** FLOPs per channel of the residual network: stem 27·A, left 9·A·G, right A·G, top 9·G·T, logits 2·T, times 2·64. */
const SLOPES = { stem: unit * (27 + 9 * 4 + 4), group: unit * (9 * 6 + 6 + 9 * 4), top: unit * (9 * 4 + 2) };

describe('tied channels', () => {
  const left = [0, 0.5, 0, 0.1, 1];
  const right = [0, 0.2, 0.3, 0.4, -2];

  test('live while one of them does, and the term counts the larger', () => {
    const model = trainableModel(residual(), 1);
    setGamma(model, 'left', left);
    setGamma(model, 'right', right);
    const regularizer = new GammaFlops(model);
    expect(regularizer.structure()).toMatchObject({ left: 4, right: 4, stem: 6, top: 4, logits: 2 });
    expect(regularizer.alive().left).toEqual([false, true, true, true, true]);
    // Σ max|γ| of the group is 0 + 0.5 + 0.3 + 0.4 + 2 = 3.2; stem and top stand at 1 each: 6 and 4.
    const expected = SLOPES.stem * 6 + SLOPES.group * 3.2 + SLOPES.top * 4;
    expect((regularizer.term().dataSync()[0] as number) / expected).toBeCloseTo(1, 6);
  });

  test("by L2 count the root of their squares' sum", () => {
    const model = trainableModel(residual(), 1);
    setGamma(model, 'left', left);
    setGamma(model, 'right', right);
    const regularizer = new GammaFlops(model, { grouping: 'l2' });
    const norms = left.reduce((sum, value, c) => sum + Math.hypot(value, right[c] as number), 0);
    const expected = SLOPES.stem * 6 + SLOPES.group * norms + SLOPES.top * 4;
    expect((regularizer.term().dataSync()[0] as number) / expected).toBeCloseTo(1, 6);
  });

  test('of equal size share the gradient', () => {
    const model = trainableModel(residual(), 1);
    const regularizer = new GammaFlops(model);
    const gammas = ['left', 'right'].map(
      (conv) => model.getLayer(`${conv}/BatchNorm`).weights[0]?.read() as tf.Variable,
    );
    const { grads } = tf.variableGrads(() => regularizer.term(), gammas);
    const slope = unit * (9 * 6 + 6 + 9 * 4);
    for (const { name } of gammas) {
      for (const each of grads[name]?.dataSync() ?? []) expect(each / (slope / 2)).toBeCloseTo(1, 6);
    }
  });
});

describe('options', () => {
  test('a forced group lives and dies together', () => {
    const model = trainableModel(residual(), 1);
    setGamma(model, 'top', [1, 0, 0, 1]);
    const forced = trainableModel(
      (() => {
        const builder = new NetworkBuilder('forced');
        const input = builder.input(8, 8, 3);
        const a = builder.conv('a', input, 4, 3);
        const b = builder.conv('b', a, 4, 3);
        return builder.build(builder.logitsConv('logits', b, 2));
      })(),
      1,
    );
    setGamma(forced, 'a', [0, 0, 1, 1]);
    setGamma(forced, 'b', [0, 1, 0, 1]);
    expect(new GammaFlops(forced).structure()).toMatchObject({ a: 2, b: 2 });
    const grouped = new GammaFlops(forced, { forceGroup: [['a', 'b']] });
    expect(grouped.structure()).toMatchObject({ a: 3, b: 3 });
    expect(grouped.alive().a).toEqual([false, true, true, true]);
    expect(() => new GammaFlops(forced, { forceGroup: [['a', 'c']] })).toThrow(
      "got 'c' among the layers to group",
    );
    expect(() => new GammaFlops(model, { forceGroup: [['stem', 'top']] })).toThrow(
      'got stem with 6 channels and top with 4 to group; expected layers of one width; correct forceGroup',
    );
  });

  test('excluded layers stay whole, with what is tied to them, and do not count in the term', () => {
    const model = trainableModel(residual(), 1);
    for (const conv of ['left', 'right']) setGamma(model, conv, [0, 0, 0, 0, 0]);
    setGamma(model, 'top', [1, 0, 1, 0]);
    const regularizer = new GammaFlops(model, { exclude: ['left'] });
    expect(regularizer.structure()).toMatchObject({ left: 5, right: 5, top: 2 });
    const top = unit * (9 * 5 + 2);
    const stem = unit * (27 + 10 * 5);
    expect((regularizer.term().dataSync()[0] as number) / (stem * 6 + top * 2)).toBeCloseTo(1, 6);
    expect(() => new GammaFlops(model, { exclude: ['nowhere'] })).toThrow(
      "got 'nowhere' among the layers to exclude; expected a layer of residual; correct the name",
    );
  });

  test('boundaries cost and regularize only what is between them', () => {
    const model = trainableModel(residual(), 1);
    setGamma(model, 'top', [0, 0, 1, 1]);
    const lower = new GammaFlops(model, { outputBoundary: ['sum'] });
    expect(lower.structure()).toEqual({ stem: 6, left: 5, right: 5 });
    expect(lower.cost()).toBe(unit * (27 * 6 + 10 * 6 * 5));
    const upper = new GammaFlops(model, { inputBoundary: ['sum'] });
    expect(upper.structure()).toEqual({ top: 2, logits: 2 });
    expect(upper.cost()).toBe(unit * (9 * 5 * 2 + 2 * 2));
    expect(() => new GammaFlops(model, { inputBoundary: ['x'] })).toThrow("got 'x' in the input boundary");
  });
});

test('the layers of nested models are regularized like the others', () => {
  const inner = tf.sequential({ name: 'inner' });
  inner.add(
    tf.layers.conv2d({ inputShape: [8, 8, 3], filters: 4, kernelSize: 3, useBias: false, name: 'conv' }),
  );
  inner.add(tf.layers.batchNormalization({ name: 'norm' }));
  const model = tf.sequential({ name: 'outer' });
  model.add(inner);
  model.add(tf.layers.globalAveragePooling2d({}));
  model.add(tf.layers.dense({ units: 2 }));
  tf.tidy(() => {
    inner.getLayer('norm').weights[0]?.write(tf.tensor1d([0, 1, 1, 0]));
  });
  const regularizer = new GammaFlops(model);
  expect(regularizer.alive().conv).toEqual([false, true, true, false]);
  // 6×6 pixels, 27 taps, 2 filters; 2 classes of 2 features.
  expect(regularizer.cost()).toBe(2 * 36 * 27 * 2 + 2 * 2 * 2);
});

test('alive means strictly above the threshold', () => {
  const model = trainableModel(residual(), 1);
  setGamma(model, 'top', [0.25, 0.2500001, -0.5, 0]);
  expect(new GammaFlops(model, { gammaThreshold: 0.25 }).structure().top).toBe(2);
});

test('a proximal step takes step · slope from every |γ| and makes exact zeros', () => {
  const model = trainableModel(residual(), 1);
  setGamma(model, 'top', [1, -1, 1e-3, -1e-3]);
  const regularizer = new GammaFlops(model);
  const slopes = regularizer.slopes();
  const top = regularizer.plan.groups.findIndex(({ name }) => name === 'top');
  regularizer.proximalStep(0.01 / (slopes[top] as number));
  const gamma = gammaOf(model, 'top');
  expect(gamma[0]).toBeCloseTo(0.99, 6);
  expect(gamma[1]).toBeCloseTo(-0.99, 6);
  expect(gamma.slice(2).map(Math.abs)).toEqual([0, 0]);
});

test('proximal steps of group lasso zero whole filters and scale the others', () => {
  const builder = new NetworkBuilder('bare');
  const input = builder.input(4, 4, 2);
  builder.add({
    kind: 'conv2d',
    name: 'conv',
    inputs: [input],
    filters: 2,
    kernelSize: [1, 1],
    strides: [1, 1],
    padding: 'same',
    useBias: true,
  });
  const model = trainableModel(builder.build(builder.logitsConv('logits', 'conv', 2)), 1);
  const kernel = model.getLayer('conv').weights[0] as tf.LayerVariable;
  // Filters (3, 4) and (0.01, 0), in [in, out] order.
  tf.tidy(() => {
    kernel.write(tf.tensor([3, 0.01, 4, 0], [1, 1, 2, 2]));
  });
  const regularizer = new GroupLassoFlops(model);
  const conv = regularizer.plan.groups.findIndex(({ name }) => name === 'conv');
  // The norm is ‖w‖/√2: a step of a/slope takes a/√2 from ‖w‖ = 5.
  regularizer.proximalStep(Math.SQRT2 / (regularizer.slopes()[conv] as number));
  const moved = Array.from(kernel.read().dataSync());
  expect(moved[0]).toBeCloseTo(3 * 0.8, 6);
  expect(moved[2]).toBeCloseTo(4 * 0.8, 6);
  expect([moved[1], moved[3]]).toEqual([0, 0]);
  expect(regularizer.structure().conv).toBe(1);
});

test('where everything died, the strongest channel of what the network needs stays', () => {
  const model = trainableModel(residual(), 1);
  setGamma(model, 'top', [0, 1e-4, 0, 0]);
  const regularizer = new GammaFlops(model);
  expect(regularizer.structure().top).toBe(1);
  expect(regularizer.alive().top).toEqual([false, true, false, false]);
});

describe('what does not fit', () => {
  test('a model without batch norm is told what else to use', () => {
    const builder = new NetworkBuilder('bare');
    const bare = builder.build(builder.logitsConv('logits', builder.input(4, 4, 3), 2));
    expect(() => new GammaFlops(trainableModel(bare, 1))).toThrow(
      'got network bare without batch norm; expected γ to regularize; use GroupLasso or LogisticSigmoid instead of Gamma',
    );
  });

  test('batch norm without scale names the layers', () => {
    const model = tf.sequential({ name: 'unscaled' });
    model.add(tf.layers.conv2d({ inputShape: [4, 4, 2], filters: 3, kernelSize: 1, name: 'a' }));
    model.add(tf.layers.batchNormalization({ scale: false, name: 'a_norm' }));
    model.add(tf.layers.conv2d({ filters: 3, kernelSize: 1, name: 'b' }));
    model.add(tf.layers.batchNormalization({ scale: false, name: 'b_norm' }));
    expect(() => new GammaFlops(model)).toThrow(
      'got batch norm without scale: a_norm, b_norm; expected a γ in every batch norm; build them with scale: true',
    );
  });

  test('a model without gates is told how to get them', () => {
    expect(() => new LogisticSigmoidFlops(trainableModel(residual(), 1))).toThrow(
      'got network residual without gates; expected a ProbabilisticGate behind each convolution to regularize; train insertGates(model)',
    );
  });

  test('γ that is not a number names its layer and the step', () => {
    const model = trainableModel(residual(), 1);
    const regularizer = new GammaFlops(model);
    for (let step = 0; step < 3; step++) regularizer.term();
    setGamma(model, 'top', [1, Number.NaN, 1, 1]);
    expect(() => regularizer.term()).toThrow('got γ of top/BatchNorm[1] that is not a number in step 4');
  });

  test('a proximal step for gates is refused', () => {
    const model = trainableModel(gatedNetwork(residual()), 1);
    expect(() => new LogisticSigmoidFlops(model).proximalStep(1)).toThrow('got a proximal step for gates');
  });
});

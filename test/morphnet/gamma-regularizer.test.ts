import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { DATASHEET_DEVICES } from '../../calibration/datasheet-devices.ts';
import type { Device } from '../../calibration/device-profile.ts';
import {
  GammaFlops,
  GammaLatency,
  GammaModelSize,
  type GammaRegularizer,
} from '../../morphnet/gamma-regularizer.ts';
import { trainableModel } from '../../morphnet/trainable-model.ts';
import { NetworkBuilder } from '../../network/builder.ts';
import { planChannels } from '../../network/channel-plan.ts';
import { MorphNetView } from '../../network/morph-net-view.ts';
import type { Network } from '../../network/network.ts';
import { resizeNetwork } from '../../network/widths.ts';
import { uniformNoise } from '../support/noise.ts';

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

const network = residual();
const p100: Device = {
  kind: 'datasheet',
  name: 'p100',
  device: DATASHEET_DEVICES[0] as (typeof DATASHEET_DEVICES)[number],
};
const MAKERS: Record<string, (model: tf.LayersModel) => GammaRegularizer> = {
  GammaFlops: (model) => new GammaFlops({ tf, network, model }),
  GammaModelSize: (model) => new GammaModelSize({ tf, network, model }),
  GammaLatency: (model) => new GammaLatency({ tf, network, model }, { device: p100 }),
};

function setGamma(model: tf.LayersModel, conv: string, values: number[]): void {
  tf.tidy(() => {
    model.getLayer(`${conv}/BatchNorm`).weights[0]?.write(tf.tensor1d(values));
  });
}

function randomGammas(model: tf.LayersModel, seed: number): void {
  const uniform = uniformNoise(seed);
  for (const [conv, size] of [
    ['stem', 6],
    ['left', 5],
    ['right', 5],
    ['top', 4],
  ] as const) {
    // A third of them exactly zero.
    setGamma(
      model,
      conv,
      Array.from({ length: size }, () => (uniform() < 0.33 ? 0 : uniform() * 2 - 1)),
    );
  }
}

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe.each(Object.entries(MAKERS))('%s', (_, make) => {
  test('its gradient in γ is that of finite differences, alive counts held', () => {
    const model = trainableModel(tf, network, 1);
    randomGammas(model, 4);
    const regularizer = make(model);
    const gammas = ['stem', 'left', 'right', 'top'].map(
      (conv) => model.getLayer(`${conv}/BatchNorm`).weights[0]?.read() as tf.Variable,
    );
    const { grads } = tf.variableGrads(() => regularizer.term(), gammas);
    const STEP = 1e-3;
    for (const gamma of gammas) {
      const values = Array.from(gamma.dataSync());
      const gradient = grads[gamma.name]?.dataSync() as Float32Array;
      values.forEach((value, i) => {
        // Steps across zero would change what is alive; ties have no single derivative.
        if (Math.abs(value) < 2 * STEP) return;
        const at = (shifted: number) => {
          gamma.assign(tf.tensor1d(values.map((each, k) => (k === i ? shifted : each))));
          return regularizer.term().dataSync()[0] as number;
        };
        const difference = (at(value + STEP) - at(value - STEP)) / (2 * STEP);
        gamma.assign(tf.tensor1d(values));
        const scale = Math.max(1, Math.abs(difference));
        expect(Math.abs((gradient[i] as number) - difference) / scale).toBeLessThan(1e-3);
      });
    }
  });

  test('its cost is that of the shrunk network computed from scratch', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const model = trainableModel(tf, network, 1);
      randomGammas(model, seed);
      const regularizer = make(model);
      const shrunk = planChannels(resizeNetwork(regularizer.plan, regularizer.widths()));
      const latencies = new Float64Array(1);
      const totals = new MorphNetView(shrunk).totals(
        shrunk.fullWidths,
        [{ computeRateGflops: 9300, bandwidthGBps: 732 }],
        latencies,
      );
      const expected = { FLOP: totals.flops, weights: totals.parameters, µs: (latencies[0] as number) / 1e3 };
      const relative = regularizer.cost() / expected[regularizer.resource.unit] - 1;
      expect(Math.abs(relative)).toBeLessThan(1e-6);
    }
  });
});

test('tied channels live while one of them does, and their term counts the larger', () => {
  const model = trainableModel(tf, network, 1);
  setGamma(model, 'left', [0, 0.5, 0, 0.1, 1]);
  setGamma(model, 'right', [0, 0.2, 0.3, 0.4, -2]);
  const regularizer = new GammaFlops({ tf, network, model });
  expect(regularizer.alive()).toMatchObject({ left: 4, right: 4, stem: 6, top: 4, logits: 2 });
  // Σ max|γ| of the group is 0 + 0.5 + 0.3 + 0.4 + 2 = 3.2; stem and top stand at 1 each: 6 and 4.
  // FLOPs: 2·64·(27·stem·1 …): stem 2·64·9·3·A, left 2·64·9·A·G, right 2·64·1·A·G, top 2·64·9·G·T, logits 2·64·T·2.
  const unit = 2 * 64;
  const slope = {
    stem: unit * (9 * 3 + 9 * 4 + 4),
    group: unit * (9 * 6 + 6 + 9 * 4),
    top: unit * (9 * 4 + 2),
  };
  const expected = slope.stem * 6 + slope.group * 3.2 + slope.top * 4;
  expect((regularizer.term().dataSync()[0] as number) / expected).toBeCloseTo(1, 6);
});

test('alive means strictly above the threshold', () => {
  const model = trainableModel(tf, network, 1);
  setGamma(model, 'top', [0.25, 0.2500001, -0.5, 0]);
  const regularizer = new GammaFlops({ tf, network, model }, { gammaThreshold: 0.25 });
  expect(regularizer.alive().top).toBe(2);
});

test('a proximal step takes step · slope from every |γ| and makes exact zeros', () => {
  const model = trainableModel(tf, network, 1);
  setGamma(model, 'top', [1, -1, 1e-3, -1e-3]);
  const regularizer = new GammaFlops({ tf, network, model });
  const slopes = regularizer.slopes();
  const top = regularizer.plan.groups.findIndex(({ name }) => name === 'top');
  const step = 0.01 / (slopes[top] as number);
  regularizer.proximalStep(step);
  const gamma = Array.from(model.getLayer('top/BatchNorm').weights[0]?.read().dataSync() as Float32Array);
  expect(gamma[0]).toBeCloseTo(0.99, 6);
  expect(gamma[1]).toBeCloseTo(-0.99, 6);
  expect(gamma.slice(2).map(Math.abs)).toEqual([0, 0]);
});

test('where everything died, the strongest channel of what the network needs stays', () => {
  const model = trainableModel(tf, network, 1);
  setGamma(model, 'top', [0, 1e-4, 0, 0]);
  expect(new GammaFlops({ tf, network, model }).alive().top).toBe(1);
});

test('a network without batch norm is told what else to use', () => {
  const builder = new NetworkBuilder('bare');
  const bare = builder.build(builder.logitsConv('logits', builder.input(4, 4, 3), 2));
  expect(() => new GammaFlops({ tf, network: bare, model: trainableModel(tf, bare, 1) })).toThrow(
    'got network bare without batch norm; expected γ to regularize; use GroupLasso or LogisticSigmoid instead of Gamma',
  );
});

test('γ that is not a number names its layer', () => {
  const model = trainableModel(tf, network, 1);
  setGamma(model, 'top', [1, Number.NaN, 1, 1]);
  expect(() => new GammaFlops({ tf, network, model }).cost()).toThrow(
    'got γ of top/BatchNorm[1] that is not a number',
  );
});

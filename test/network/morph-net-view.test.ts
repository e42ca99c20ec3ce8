import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ChannelPlan, planChannels } from '../../network/channel-plan.ts';
import { MorphNetView, type OpCost } from '../../network/morph-net-view.ts';
import type { Roof } from '../../network/roofline.ts';
import { resizeNetwork } from '../../network/widths.ts';
import { inceptionV2 } from '../../network/zoo/inception-v2.ts';
import { anyNetwork, drawnWidths, widthDraws } from './any-network.ts';
import {
  activation,
  add,
  concat,
  conv,
  dense,
  depthwise,
  flatten,
  globalPool,
  image,
  network,
  norm,
  pool,
} from './layers.ts';

const P100: Roof = { computeRateGflops: 9300, bandwidthGBps: 732 };
const BALANCED: Roof = { computeRateGflops: 30, bandwidthGBps: 10 };

/** What each op of this network costs, by hand; pixels in brackets. */
const EVERY_KIND = planChannels(
  network(
    [
      image(4, 3), // [16]
      conv('conv', 'input', 5, { kernel: 3, stride: 2, bias: true }), // [4]
      norm('norm', 'conv'),
      activation('relu', 'norm'),
      activation('sigmoid', 'norm', 'sigmoid'),
      activation('tanh', 'norm', 'tanh'),
      depthwise('depthwise', 'relu', 2), // 10 channels
      activation('relu6', 'depthwise', 'relu6'),
      pool('max-pool', 'pool', 'relu6'),
      concat('joined', 'pool', 'sigmoid'), // 15
      add('sum', 'tanh', 'sigmoid', 'relu'),
      flatten('flatten', 'joined'), // 60
      dense('dense', 'flatten', 7),
      globalPool('pooled', 'sum'),
    ],
    'dense',
    'pooled',
  ),
);

describe('an op costs', () => {
  const wanted: Record<string, [flops: number, parameters: number, values: number]> = {
    // 2 · 4 pixels · 9 taps · 3 · 5; the bias is free; 48 in, 20 out, 135 weights
    conv: [1080, 135, 203],
    norm: [0, 0, 40],
    relu: [0, 0, 40],
    // 2 · 4 · 9 · 10; 9 · 10 weights; 20 in, 40 out, but weight bytes of a full convolution: 9 · 5 · 10
    depthwise: [720, 90, 510],
    relu6: [0, 0, 80],
    // twice its output of 4 · 15
    joined: [0, 0, 120],
    // three inputs and the output, 20 each
    sum: [0, 0, 80],
    // 2 · 60 · 7; 60 in, 7 out, 420 weights
    dense: [840, 420, 487],
  };

  test('what a hand count gives; pools, flatten, sigmoid and tanh cost nothing', () => {
    const ops = new MorphNetView(EVERY_KIND).ops(EVERY_KIND.fullWidths);
    const got = ops.map(({ name, flops, parameters, bytes }) => [name, [flops, parameters, bytes / 4]]);
    expect(Object.fromEntries(got)).toEqual(wanted);
  });

  test('batch times the FLOPs and data, and its weights once', () => {
    const ops = new MorphNetView(EVERY_KIND, 8).ops(EVERY_KIND.fullWidths);
    const op = (name: string) => ops.find((candidate) => candidate.name === name);
    // 8 · (48 + 20) + 135 values
    expect(op('conv')).toMatchObject({ flops: 8 * 1080, parameters: 135, bytes: 4 * 679 });
    expect(op('dense')).toMatchObject({ flops: 8 * 840, parameters: 420, bytes: 4 * (8 * 67 + 420) });
  });

  test('nothing to compute in a dead convolution, which still reads what lives', () => {
    // input(3) ─▶ A(4) ─▶ B(5) ─▶ C(2) on 4×4 pixels
    const plan = planChannels(
      network([image(4, 3), conv('A', 'input', 4), conv('B', 'A', 5), conv('C', 'B', 2)]),
    );
    const ops = new MorphNetView(plan).ops(Int32Array.of(3, 4, 0, 2));
    expect(ops.map(({ flops, bytes }) => [flops, bytes / 4])).toEqual([
      [2 * 16 * 3 * 4, 48 + 64 + 12],
      [0, 64],
      [0, 32],
    ]);
  });
});

const latencyNs = (op: OpCost, { computeRateGflops, bandwidthGBps }: Roof) =>
  Math.max(op.flops / computeRateGflops, op.bytes / bandwidthGBps);

function expectTotalsOfOps(plan: ChannelPlan, widths: Int32Array): void {
  const view = new MorphNetView(plan);
  const ns = new Float64Array(2).fill(99);
  const { flops, parameters } = view.totals(widths, [P100, BALANCED], ns);
  const ops = view.ops(widths);
  const sum = (of: (op: OpCost) => number) => ops.reduce((total, op) => total + of(op), 0);
  expect(flops).toBe(sum((op) => op.flops));
  expect(parameters).toBe(sum((op) => op.parameters));
  expect(ns[0]).toBe(sum((op) => latencyNs(op, P100)));
  expect(ns[1]).toBe(sum((op) => latencyNs(op, BALANCED)));
}

describe('the cost of a network', () => {
  test('is the sum of its ops', () => {
    expectTotalsOfOps(EVERY_KIND, EVERY_KIND.fullWidths);
    fc.assert(
      fc.property(anyNetwork, widthDraws, (random, draws) => {
        const plan = planChannels(random);
        expectTotalsOfOps(plan, drawnWidths(plan, draws, 0));
      }),
      { numRuns: 40 },
    );
  });

  const expectCostOfResized = (plan: ChannelPlan, widths: Int32Array, batch: number) => {
    const small = planChannels(resizeNetwork(plan, widths));
    const fromScratch = new MorphNetView(small, batch).ops(small.fullWidths);
    expect(new MorphNetView(plan, batch).ops(widths)).toEqual(fromScratch);
  };

  test('at some widths is that of the network resized to them', () => {
    fc.assert(
      fc.property(anyNetwork, widthDraws, fc.constantFrom(1, 4), (random, draws, batch) => {
        const plan = planChannels(random);
        expectCostOfResized(plan, drawnWidths(plan, draws, 1), batch);
      }),
      { numRuns: 80 },
    );
  });

  test('at some widths of Inception V2 is that of the network resized to them', () => {
    const plan = planChannels(inceptionV2('separable'));
    fc.assert(
      fc.property(widthDraws, (draws) => expectCostOfResized(plan, drawnWidths(plan, draws, 1), 1)),
      { numRuns: 10 },
    );
  });
});

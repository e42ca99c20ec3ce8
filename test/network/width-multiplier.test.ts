import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planChannels } from '../../network/channel-plan.ts';
import { Lowering } from '../../network/lowering/lower.ts';
import { onnxruntimeRules, TFJS_RULES } from '../../network/lowering/rules.ts';
import { MorphNetView } from '../../network/morph-net-view.ts';
import type { Network } from '../../network/network.ts';
import { multiplyWidths } from '../../network/width-multiplier.ts';
import { resizeNetwork } from '../../network/widths.ts';
import { ZOO, zooNetwork } from '../../network/zoo/index.ts';
import { anyNetwork } from './any-network.ts';
import { add, concat, conv, depthwise, image, network } from './layers.ts';

function channelsOf(full: Network, multiplier: number): Record<string, number> {
  const plan = planChannels(full);
  const { shapes } = planChannels(resizeNetwork(plan, multiplyWidths(plan, multiplier)));
  return Object.fromEntries(Array.from(shapes, ([name, { channels }]) => [name, channels]));
}

/** The resized network has the groups that were asked for, and costs what the full one is said to at their widths. */
function expectMultiplied(full: Network, multiplier: number): void {
  const plan = planChannels(full);
  const widths = multiplyWidths(plan, multiplier);
  const resized = planChannels(resizeNetwork(plan, widths));
  expect(resized.network.layers.map(({ name }) => name)).toEqual(full.layers.map(({ name }) => name));
  expect(resized.fullWidths).toEqual(widths);
  expect(resized.groups.map(({ name }) => name)).toEqual(plan.groups.map(({ name }) => name));
  const none = new Float64Array();
  expect(new MorphNetView(resized).totals(resized.fullWidths, [], none)).toEqual(
    new MorphNetView(plan).totals(widths, [], none),
  );
  for (const rules of [TFJS_RULES, onnxruntimeRules(16)]) {
    expect(new Lowering(resized.network, rules).kernels()).toEqual(new Lowering(full, rules).kernels(widths));
  }
}

describe('a width multiplier', () => {
  test.each([
    // round(multiplier · 16), round(multiplier · 5); the input and output stay 3 and 4.
    [1, [3, 16, 5, 4]],
    [0.5, [3, 8, 3, 4]], // 2.5 rounds up
    [0.01, [3, 1, 1, 4]], // never 0
    [2.5, [3, 40, 13, 4]],
  ])('of %d gives the widths %j', (multiplier, widths) => {
    const plan = planChannels(
      network([image(4, 3), conv('A', 'input', 16), conv('B', 'A', 5), conv('C', 'B', 4)]),
    );
    expect([...multiplyWidths(plan, multiplier)]).toEqual(widths);
  });

  test.each([
    [0.5, 2],
    [2, 8],
  ])('of %d keeps channels tied that an add and a depthwise convolution tie', (multiplier, width) => {
    //        ┌▶ A(4) ─▶ depthwise ×2 (8) ─┐
    // input ─┤                            + S(8) ─▶ D(2)
    //        └▶ B(8) ─────────────────────┘
    const full = network([
      image(4, 3),
      conv('A', 'input', 4),
      depthwise('W', 'A', 2),
      conv('B', 'input', 8),
      add('S', 'W', 'B'),
      conv('D', 'S', 2),
    ]);
    const twice = 2 * width;
    expect(channelsOf(full, multiplier)).toEqual({ input: 3, A: width, W: twice, B: twice, S: twice, D: 2 });
  });

  test.each([0.5, 3])('of %d leaves what a grouped convolution reads and makes whole', (multiplier) => {
    // input ─▶ A(6) ─▶ B(4) ─┐
    //                  C(4) ─┴ J(8) ─▶ G(12, 2 groups) ─▶ E(10) ─▶ D(2)
    const full = network([
      image(4, 3),
      conv('A', 'input', 6),
      conv('B', 'A', 4),
      conv('C', 'A', 4),
      concat('J', 'B', 'C'),
      { ...conv('G', 'J', 12), groups: 2 },
      conv('E', 'G', 10),
      conv('D', 'E', 2),
    ]);
    expect(channelsOf(full, multiplier)).toEqual({
      input: 3,
      A: 6 * multiplier,
      B: 4,
      C: 4,
      J: 8,
      G: 12,
      E: 10 * multiplier,
      D: 2,
    });
    expectMultiplied(full, multiplier);
  });

  test('moves a slice with the channels before it', () => {
    // A(4) and B(6) joined; the slice takes B.
    const full = network([
      image(4, 3),
      conv('A', 'input', 4),
      conv('B', 'input', 6),
      concat('J', 'A', 'B'),
      { kind: 'slice', name: 'S', inputs: ['J'], from: 4, channels: 6 },
      conv('D', 'S', 2),
      conv('E', 'J', 2),
      add('sum', 'D', 'E'),
    ]);
    const plan = planChannels(full);
    const wide = resizeNetwork(plan, multiplyWidths(plan, 1.5));
    expect(wide.layers.find(({ name }) => name === 'S')).toMatchObject({ from: 6, channels: 9 });
  });

  test.each(Object.keys(ZOO))('narrows and widens %s', (name) => {
    for (const multiplier of [0.3, 1.4]) expectMultiplied(zooNetwork(name), multiplier);
  });

  test('narrows and widens random networks', () => {
    fc.assert(
      fc.property(anyNetwork, fc.double({ min: 0.05, max: 4, noNaN: true }), (full, multiplier) =>
        expectMultiplied(full, multiplier),
      ),
      { numRuns: 100 },
    );
  });
});

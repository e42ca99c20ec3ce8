import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ChannelPlan, type ChannelSum, channelCount, planChannels } from '../../network/channel-plan.ts';
import type { Layer, LayerKind } from '../../network/layer.ts';
import { anyNetwork } from './any-network.ts';
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

const planOf = (layers: Layer[], ...outputs: string[]) => planChannels(network(layers, ...outputs));
/** `name size` of each group, `!` when fixed, and the layers that make it. */
const groupsOf = (plan: ChannelPlan) =>
  plan.groups.map(({ name, size, fixed, sources }) =>
    `${name} ${size}${fixed ? '!' : ''} of ${sources.join(' ')}`.trim(),
  );
/** The output of a layer as `times·group + …`. */
function sumOf(plan: ChannelPlan, layer: string): string {
  const { groups, times } = plan.outputChannels[plan.layerIndex.get(layer) ?? -1] as ChannelSum;
  return Array.from(groups, (group, i) => `${times[i]}·${plan.groups[group]?.name}`).join(' + ');
}

const FILTER_MAKERS: LayerKind[] = ['conv2d', 'conv2d-transpose', 'dense'];

describe('channel groups', () => {
  test('keep the widths of inputs and outputs', () => {
    // input(3) ─▶ A(4) ─▶ B(2) ─▶ relu
    const plan = planOf([image(4, 3), conv('A', 'input', 4), conv('B', 'A', 2), activation('relu', 'B')]);
    expect(groupsOf(plan)).toEqual(['input 3! of', 'A 4 of A', 'B 2! of B']);
  });

  test('pass through batch norm, activation, pools and depthwise convolutions', () => {
    const plan = planOf([
      image(8, 3),
      conv('A', 'input', 4),
      norm('norm', 'A'),
      activation('relu', 'norm'),
      pool('max-pool', 'pool', 'relu'),
      depthwise('depthwise', 'pool'),
      globalPool('pooled', 'depthwise'),
      dense('logits', 'pooled', 2),
    ]);
    expect(groupsOf(plan)).toEqual(['input 3! of', 'A 4 of A', 'logits 2! of logits']);
    expect(sumOf(plan, 'pooled')).toBe('1·A');
  });

  test('of the layers that an add joins are one', () => {
    //        ┌▶ A(4) ─────────┐
    // input ─┤                +─▶ C(2)
    //        └▶ X(5) ─▶ B(4) ─┘
    const plan = planOf([
      image(4, 3),
      conv('A', 'input', 4),
      conv('X', 'input', 5),
      conv('B', 'X', 4),
      add('S', 'A', 'B'),
      conv('C', 'S', 2),
    ]);
    expect(groupsOf(plan)).toEqual(['input 3! of', 'A 4 of A B', 'X 5 of X', 'C 2! of C']);
    expect(sumOf(plan, 'S')).toBe('1·A');
  });

  test('are tied to the input when a residual adds to it', () => {
    // input(3) ─┬▶ A(3) ─▶ + ─▶ B(2)
    //           └─────────▶
    const plan = planOf([image(4, 3), conv('A', 'input', 3), add('S', 'input', 'A'), conv('B', 'S', 2)]);
    expect(groupsOf(plan)).toEqual(['input 3! of A', 'B 2! of B']);
  });

  test('split where a concat is added to a wider layer', () => {
    // A(2) ─┐
    //       ├ J(5) ─┐
    // B(3) ─┘       + ─▶ D(1)
    // C(5) ─────────┘        C's first 2 channels live with A, its last 3 with B.
    const plan = planOf([
      image(4, 3),
      conv('C', 'input', 5),
      conv('A', 'input', 2),
      conv('B', 'input', 3),
      concat('J', 'A', 'B'),
      add('S', 'J', 'C'),
      conv('D', 'S', 1),
    ]);
    expect(groupsOf(plan)).toEqual(['input 3! of', 'C 2 of C A', 'C#2 3 of C B', 'D 1! of D']);
    expect(sumOf(plan, 'C')).toBe('1·C + 1·C#2');
    expect(sumOf(plan, 'B')).toBe('1·C#2');
    const c = plan.layerIndex.get('C') ?? -1;
    expect([...(plan.channelGroup[c] ?? [])]).toEqual([1, 1, 2, 2, 2]);
    expect([...(plan.channelPosition[c] ?? [])]).toEqual([0, 1, 0, 1, 2]);
  });

  test('count once per channel that a depthwise multiplier makes of one', () => {
    // A(4) ─▶ depthwise ×3 (12) ─▶ B(2)
    const plan = planOf([image(4, 3), conv('A', 'input', 4), depthwise('D', 'A', 3), conv('B', 'D', 2)]);
    expect(groupsOf(plan)).toEqual(['input 3! of', 'A 4 of A', 'B 2! of B']);
    expect(sumOf(plan, 'D')).toBe('3·A');
    // Neighbours come from one channel: 0 0 0 1 1 1 …
    expect([...(plan.channelPosition[2] ?? [])]).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]);
  });

  test('tie the channels of a convolution in pairs when it is added to a depthwise multiplier 2', () => {
    // A(2) ─▶ depthwise ×2 (4) ─ + ─ B(4): channels 0, 1 of B live with channel 0 of A
    const plan = planOf([
      image(4, 3),
      conv('A', 'input', 2),
      depthwise('D', 'A', 2),
      conv('B', 'input', 4),
      add('S', 'D', 'B'),
      conv('C', 'S', 1),
    ]);
    expect(groupsOf(plan)).toEqual(['input 3! of', 'A 2 of A B', 'C 1! of C']);
    expect(sumOf(plan, 'B')).toBe('2·A');
  });

  test('repeat once per pixel in a flatten, channels fastest', () => {
    // A(2) on 2×2 pixels ─▶ flatten (8) ─▶ logits
    const plan = planOf([image(2, 3), conv('A', 'input', 2), flatten('F', 'A'), dense('logits', 'F', 5)]);
    expect(sumOf(plan, 'F')).toBe('4·A');
    expect([...(plan.channelPosition[2] ?? [])]).toEqual([0, 1, 0, 1, 0, 1, 0, 1]);
  });

  test('of one tensor concatenated with itself count twice', () => {
    const plan = planOf([image(2, 3), conv('A', 'input', 2), concat('J', 'A', 'A'), conv('B', 'J', 1)]);
    expect(sumOf(plan, 'J')).toBe('2·A');
  });

  test('of random networks cover every channel of every tensor', () => {
    fc.assert(
      fc.property(anyNetwork, (random) => {
        const plan = planChannels(random);
        random.layers.forEach((layer, index) => {
          const channels = plan.shapes.get(layer.name)?.channels;
          expect(channelCount(plan.outputChannels[index] as ChannelSum, plan.fullWidths)).toBe(channels);
          const groups = plan.channelGroup[index] ?? new Int32Array();
          groups.forEach((group, channel) => {
            const position = plan.channelPosition[index]?.[channel] ?? -1;
            expect(position).toBeGreaterThanOrEqual(0);
            expect(position).toBeLessThan(plan.groups[group]?.size ?? 0);
          });
        });
        // Each convolution and dense layer is a source of exactly the groups that its channels are in.
        for (const [group, { sources }] of plan.groups.entries()) {
          const makers = random.layers.filter(
            ({ kind }, index) =>
              FILTER_MAKERS.includes(kind) && plan.channelGroup[index]?.includes(group) === true,
          );
          expect(sources).toEqual(makers.map(({ name }) => name));
        }
      }),
      { numRuns: 60 },
    );
  });
});

import { describe, expect, test } from 'vitest';
import { planChannels } from '../../../network/channel-plan.ts';
import type { Layer } from '../../../network/layer.ts';
import { inferShapes } from '../../../network/shapes.ts';
import { concat, conv, image, network } from '../layers.ts';

const shuffle = (name: string, input: string, groups: number): Layer => ({
  kind: 'channel-shuffle',
  name,
  inputs: [input],
  groups,
});

describe('a channel shuffle', () => {
  test('takes one channel of each group in turn, and what it mixes keeps its width', () => {
    const mixed = network([
      image(4, 3),
      conv('A', 'input', 3),
      conv('B', 'input', 3),
      concat('J', 'A', 'B'),
      shuffle('S', 'J', 2),
      { kind: 'slice', name: 'L', inputs: ['S'], from: 0, channels: 3 },
      conv('C', 'L', 2),
      conv('D', 'C', 2),
    ]);
    const plan = planChannels(mixed);
    const of = (name: string) => {
      const index = plan.layerIndex.get(name) as number;
      const groups = plan.channelGroup[index] as Int32Array;
      return Array.from(groups, (group, c) => {
        const { name: source } = plan.groups[group] as { name: string };
        return `${source} ${plan.channelPosition[index]?.[c]}`;
      });
    };
    // A0 B0 A1 | B1 A2 B2: the first half has two channels of A and one of B.
    expect(of('L')).toEqual(['A 0', 'B 0', 'A 1']);
    expect(of('S').slice(0, 3)).toEqual(of('L'));
    const fixed = new Map(plan.groups.map((group) => [group.name, group.fixed]));
    expect(fixed.get('A')).toBe(true);
    expect(fixed.get('B')).toBe(true);
    expect(fixed.get('C')).toBe(false);
  });

  test('splits its channels evenly', () => {
    expect(() => inferShapes(network([image(4, 3), shuffle('S', 'input', 2)]))).toThrow(
      'got 3 channels at channel-shuffle S; expected a multiple of its 2 groups; correct the width before it',
    );
  });
});

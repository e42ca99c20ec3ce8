import { expect, test } from 'vitest';
import { groupChannels } from '../../network/channel-groups.ts';

test('channels of the same tensors, equally often, are one group, in the order in which they first appear', () => {
  // Tensor 0 has channels 0, 1, 2; tensor 1 has 3, 4; tensor 2 joins 1, 2, 3, 4; tensor 3 has 0 twice.
  const roots = [
    [0, 1, 2],
    [3, 4],
    [1, 2, 3, 4],
    [0, 0],
  ].map((ids) => Int32Array.from(ids));
  const { members, groupOfRoot, positionOfRoot } = groupChannels(roots, 6);
  expect(members).toEqual([
    { tensors: [0, 3, 3], size: 1 },
    { tensors: [0, 2], size: 2 },
    { tensors: [1, 2], size: 2 },
  ]);
  // Channel 5 is nobody's root.
  expect([...groupOfRoot]).toEqual([0, 1, 1, 2, 2, -1]);
  expect([...positionOfRoot]).toEqual([0, 0, 1, 0, 1, 0]);
});

test('no channels make no groups', () => {
  expect(groupChannels([], 0).members).toEqual([]);
  expect(groupChannels([new Int32Array(0)], 0).members).toEqual([]);
});

import { expect, test } from 'vitest';
import { planChannels } from '../../network/channel-plan.ts';
import { sampleWidths } from '../../network/sampling.ts';
import { zooNetwork } from '../../network/zoo/index.ts';

test('aligned widths are multiples of 16 between 16 and full, and full where a group is narrower', () => {
  const plan = planChannels(zooNetwork('inception-v2'));
  const seen = new Set<number>();
  for (let k = 0; k < 50; k++) {
    sampleWidths(plan, 'aligned', 1, k).forEach((width, group) => {
      const { size, fixed } = plan.groups[group] as { size: number; fixed: boolean };
      if (fixed || size < 16) expect(width).toBe(size);
      else expect([width % 16, width >= 16, width <= size]).toEqual([0, true, true]);
      seen.add(width);
    });
  }
  expect(seen.size).toBeGreaterThan(15);
});

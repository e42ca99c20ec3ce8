import { describe, expect, test } from 'vitest';
import { openDevice } from '../../calibration/open-device.ts';
import { ChannelSlots } from '../../morphnet/channel-slots.ts';
import { keptSlots, knapsackWidths } from '../../morphnet/knapsack-widths.ts';
import { flopsResource, latencyResource } from '../../morphnet/resource.ts';
import { NetworkBuilder } from '../../network/builder.ts';
import { planChannels } from '../../network/channel-plan.ts';
import { settleWidths } from '../../network/widths.ts';
import { zooNetwork } from '../../network/zoo/index.ts';
import { normalNoise } from '../support/noise.ts';

/** Three convolutions in a row, and one beside the second, of so many filters each. */
function branched(filters: readonly [number, number, number, number]) {
  const net = new NetworkBuilder('branched');
  const first = net.conv('first', net.input(8, 8, 3), filters[0], 3);
  const left = net.conv('left', first, filters[1], 1);
  const right = net.conv('right', first, filters[2], 3);
  const joined = net.concat('joined', [left, right]);
  return planChannels(net.build(net.conv('last', net.conv('middle', joined, filters[3], 1), 4, 1)));
}

/** |normal|, so that importances differ within a group and between groups. */
function importances(slots: ChannelSlots, seed: number): Float64Array {
  const noise = normalNoise(seed);
  const ofGroup = slots.plan.groups.map(() => 0.2 + Math.abs(noise()));
  return Float64Array.from(slots.group, (group) => (ofGroup[group] as number) * Math.abs(noise()));
}

/** The best of all widths on the lattice, one by one. */
function bruteForce(
  slots: ChannelSlots,
  importance: Float64Array,
  cost: (widths: Int32Array) => number,
  budget: number,
  multipleOf: number,
): number {
  const { plan } = slots;
  const options = plan.groups.map(({ size, fixed }) => {
    if (fixed) return [size];
    return [
      ...new Set([...Array.from({ length: Math.ceil(size / multipleOf) }, (_, k) => k * multipleOf), size]),
    ];
  });
  let best = 0;
  const visit = (widths: number[]) => {
    const own = options[widths.length];
    if (own !== undefined) {
      for (const width of own) visit([...widths, width]);
      return;
    }
    const settled = settleWidths(plan, Int32Array.from(widths));
    const outputs = plan.network.outputs.map((name) => plan.layerIndex.get(name) as number);
    if (outputs.some((output) => settled.alive[output] === 0)) return;
    if (cost(settled.widths) > budget) return;
    const kept = keptSlots(slots, importance, settled.widths);
    best = Math.max(
      best,
      kept.reduce((sum, flag, slot) => sum + flag * (importance[slot] as number), 0),
    );
  };
  visit([]);
  return best;
}

describe('the knapsack', () => {
  const plan = branched([6, 5, 7, 6]);
  const slots = new ChannelSlots(plan);
  const flops = flopsResource(plan);
  // Rises by whole blocks of four channels, as on a device with vectors of four.
  const stepped = (widths: Int32Array) => flops.cost(widths.map((width) => 4 * Math.ceil(width / 4)));

  test.each([
    ['smooth', 1, (widths: Int32Array) => flops.cost(widths)],
    ['stepped', 1, stepped],
    ['smooth, on a lattice', 2, (widths: Int32Array) => flops.cost(widths)],
  ] as const)('is within 1 %% of the best of all widths: %s costs by %d', (_, multipleOf, cost) => {
    const off: number[] = [];
    for (let seed = 1; seed <= 8; seed++) {
      const importance = importances(slots, seed);
      for (const share of [0.25, 0.5, 0.75]) {
        const budget = share * cost(plan.fullWidths);
        const found = knapsackWidths({ slots, importance, cost, budget, multipleOf });
        expect(found.cost).toBeLessThanOrEqual(budget);
        expect(found.cost).toBe(cost(found.widths));
        off.push(1 - found.importance / bruteForce(slots, importance, cost, budget, multipleOf));
      }
    }
    expect(Math.max(...off)).toBeLessThanOrEqual(0.01);
  });

  test('lets a whole branch go that is worth less than it costs', () => {
    const importance = Float64Array.from(slots.group, (group) =>
      plan.groups[group]?.sources.includes('right') ? 0 : 1,
    );
    const right = plan.groups.findIndex(({ sources }) => sources.includes('right'));
    const budget = 0.5 * flops.cost(plan.fullWidths);
    const { widths } = knapsackWidths({
      slots,
      importance,
      cost: (w) => flops.cost(w),
      budget,
      multipleOf: 1,
    });
    expect(widths[right]).toBe(0);
  });

  test('keeps everything that fits', () => {
    const importance = new Float64Array(slots.count).fill(1);
    const budget = flops.cost(plan.fullWidths);
    const { widths } = knapsackWidths({
      slots,
      importance,
      cost: (w) => flops.cost(w),
      budget,
      multipleOf: 4,
    });
    expect([...widths]).toEqual([...plan.fullWidths]);
  });

  test('refuses a budget that no network fits', () => {
    const importance = new Float64Array(slots.count).fill(1);
    const problem = { slots, importance, cost: (w: Int32Array) => flops.cost(w), budget: 1, multipleOf: 4 };
    expect(() => knapsackWidths(problem)).toThrow(/got a budget of 1/);
  });
});

test('the strongest channels of each group stay', () => {
  const plan = branched([2, 2, 2, 2]);
  const slots = new ChannelSlots(plan);
  const importance = Float64Array.from(slots.group, (_, slot) => slot % 2);
  const widths = plan.fullWidths.map((width, group) => (plan.groups[group]?.fixed ? width : 1));
  const kept = keptSlots(slots, importance, widths);
  plan.groups.forEach(({ fixed, size }, group) => {
    const first = slots.first[group] as number;
    if (!fixed && size === 2) expect(kept[first] as number).toBe(first % 2);
  });
});

test('a network as large as Inception V2 is chosen, close to its budget', () => {
  const plan = planChannels(zooNetwork('inception-v2'));
  const slots = new ChannelSlots(plan);
  const resource = latencyResource(plan, openDevice('p100'));
  const budget = 0.5 * resource.cost(plan.fullWidths);
  const found = knapsackWidths({
    multipleOf: 32,
    slots,
    importance: importances(slots, 3),
    cost: (widths) => resource.cost(widths),
    budget,
  });
  expect(found.cost).toBeLessThanOrEqual(budget);
  expect(found.cost).toBeGreaterThan(0.98 * budget);
});

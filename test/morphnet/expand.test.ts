import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expandSnapped, expandWidths, scaledWidths } from '../../morphnet/expand.ts';
import { flopsResource } from '../../morphnet/resource.ts';
import { NetworkBuilder } from '../../network/builder.ts';
import { planChannels } from '../../network/channel-plan.ts';

/** input → a (8) → b (12) → c (6) → logits (5) */
function chain() {
  const builder = new NetworkBuilder('chain');
  let net = builder.input(8, 8, 3);
  net = builder.conv('a', net, 8, 3);
  net = builder.conv('b', net, 12, 1);
  net = builder.conv('c', net, 6, 3);
  return planChannels(builder.build(builder.logitsConv('logits', net, 5)));
}

const plan = chain();

/** The largest feasible cost over a fine grid of ω. */
function bruteForce(widths: Int32Array, cost: (widths: Int32Array) => number, budget: number): number {
  let best = 0;
  for (let omega = 0; omega < 12; omega += 0.0005) {
    if (cost(scaledWidths(plan, widths, omega)) <= budget) best = omega;
  }
  return best;
}

test('the expansion never passes the budget and no larger ω of a fine grid fits', () => {
  const { cost } = flopsResource(plan);
  // A staircase on top: wider can be cheaper, as in calibrated latencies.
  const stepped = (widths: Int32Array) => cost(widths) * ((widths[2] as number) % 4 === 0 ? 1 : 1.3);
  const full = cost(plan.fullWidths);
  const width = (size: number) => fc.integer({ min: 1, max: size });
  fc.assert(
    fc.property(
      width(8),
      width(12),
      width(6),
      fc.double({ min: 0.2, max: 2, noNaN: true }),
      (a, b, c, share) => {
        const widths = Int32Array.from(plan.groups, ({ name, size }) => ({ a, b, c })[name] ?? size);
        for (const resource of [cost, stepped]) {
          const expansion = expandWidths(plan, widths, resource, share * full);
          expect(expansion.cost).toBe(resource(expansion.widths));
          expect(expansion.cost).toBeLessThanOrEqual(share * full);
          const best = bruteForce(widths, resource, share * full);
          // Widths stay the same up to the next breakpoint; a grid can miss a short stretch, never beat the scan.
          if (expansion.omega < best) expect(expansion.widths).toEqual(scaledWidths(plan, widths, best));
        }
      },
    ),
    { numRuns: 15 },
  );
});

test('groups that are gone stay gone, fixed ones stay full, the others keep at least one channel', () => {
  const widths = plan.fullWidths.slice();
  const b = plan.groups.findIndex(({ name }) => name === 'b');
  widths[b] = 0;
  const scaled = scaledWidths(plan, widths, 0.01);
  plan.groups.forEach(({ name, fixed, size }, group) => {
    expect(scaled[group], name).toBe(fixed ? size : name === 'b' ? 0 : 1);
  });
});

test('a budget below the narrowest network is refused with that minimum', () => {
  const { cost } = flopsResource(plan);
  const least = cost(scaledWidths(plan, plan.fullWidths, 0));
  expect(() => expandWidths(plan, plan.fullWidths, cost, least - 1)).toThrow(
    `got a budget of ${least - 1}; expected at least ${least}, the cost with one channel everywhere; raise the budget`,
  );
});

test('snapping keeps to the cheap channel counts of a device within the same budget, and is wider for it', () => {
  const { cost } = flopsResource(plan);
  // Every group that is no multiple of 8 makes the whole a tenth dearer.
  const blocked = (widths: Int32Array) =>
    cost(widths) *
    1.1 ** widths.filter((width, group) => plan.groups[group]?.fixed === false && width % 8 !== 0).length;
  const widths = Int32Array.from(plan.groups, ({ name, size }) => ({ a: 7, b: 9, c: 5 })[name] ?? size);
  const budget = 2 * blocked(widths);
  const plainly = expandWidths(plan, widths, blocked, budget);
  const snapped = expandSnapped(plan, widths, blocked, budget);
  expect(snapped.multipleOf % 8).toBe(0);
  expect(snapped.cost).toBeLessThanOrEqual(budget);
  const channels = (each: Int32Array) => each.reduce((sum, width) => sum + width, 0);
  expect(channels(snapped.widths)).toBeGreaterThan(channels(plainly.widths));
});

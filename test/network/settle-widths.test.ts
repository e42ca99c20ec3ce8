import { describe, expect, test } from 'vitest';
import { planChannels } from '../../network/channel-plan.ts';
import type { Network } from '../../network/network.ts';
import { groupWidths, settleWidths, type Widths } from '../../network/widths.ts';
import { add, concat, conv, image, network } from './layers.ts';

/** Group widths by name, and the layers that are gone. */
function settled(full: Network, given: Widths) {
  const plan = planChannels(full);
  const { widths, alive } = settleWidths(plan, groupWidths(plan, given));
  return {
    widths: Object.fromEntries(plan.groups.map(({ name }, index) => [name, widths[index]])),
    gone: full.layers.filter((_, index) => alive[index] === 0).map(({ name }) => name),
  };
}

//        ┌▶ A(4) ─▶ B(5) ─▶ C(6) ─┐
// input ─┤                        J ─▶ E(1)
//  (3)   └▶ D(2) ─────────────────┘
const CHAIN = network([
  image(4, 3),
  conv('A', 'input', 4),
  conv('B', 'A', 5),
  conv('C', 'B', 6),
  conv('D', 'input', 2),
  concat('J', 'C', 'D'),
  conv('E', 'J', 1),
]);

describe('settled widths', () => {
  test('are the widths themselves when none is 0', () => {
    const plan = planChannels(CHAIN);
    const widths = groupWidths(plan, { A: 1 });
    expect(settleWidths(plan, widths).widths).toBe(widths);
    expect(settled(CHAIN, { A: 1 }).gone).toEqual([]);
  });

  test('are 0 for every group behind a 0', () => {
    expect(settled(CHAIN, { A: 0 })).toEqual({
      widths: { input: 3, A: 0, B: 0, C: 0, D: 2, E: 1 },
      gone: ['A', 'B', 'C'],
    });
  });

  test('leave layers before a 0 without a reader, so those go too', () => {
    // Nothing reads A and B any more; their widths are nobody's.
    expect(settled(CHAIN, { C: 0 }).gone).toEqual(['A', 'B', 'C']);
  });

  test('keep a group that a living layer still makes', () => {
    //        ┌▶ X(2) ─▶ A(4) ─┐
    // input ─┤                + ─▶ C(1)     A goes, its group lives on in B.
    //        └▶ B(4) ─────────┘
    const full = network([
      image(4, 3),
      conv('X', 'input', 2),
      conv('A', 'X', 4),
      conv('B', 'input', 4),
      add('S', 'A', 'B'),
      conv('C', 'S', 1),
    ]);
    expect(settled(full, { X: 0 })).toEqual({ widths: { input: 3, X: 0, A: 4, C: 1 }, gone: ['X', 'A'] });
  });

  test('are 0 for a tied group when all that make it are cut off, one after the other', () => {
    // Y and Z both hang on X; S ties them; W hangs on S.
    const full = network([
      image(4, 3),
      conv('X', 'input', 2),
      conv('Y', 'X', 4),
      conv('Z', 'X', 4),
      add('S', 'Y', 'Z'),
      conv('W', 'S', 3),
      conv('V', 'input', 3),
      concat('J', 'W', 'V'),
      conv('C', 'J', 1),
    ]);
    expect(settled(full, { X: 0 })).toEqual({
      widths: { input: 3, X: 0, Y: 0, W: 0, V: 3, C: 1 },
      gone: ['X', 'Y', 'Z', 'S', 'W'],
    });
  });

  test('keep the input where a residual adds to it and the branch is gone', () => {
    // input(3) ─┬▶ A(2) ─▶ B(3) ─+ ─▶ C(1)
    //           └────────────────┘
    const full = network([
      image(4, 3),
      conv('A', 'input', 2),
      conv('B', 'A', 3),
      add('S', 'input', 'B'),
      conv('C', 'S', 1),
    ]);
    expect(settled(full, { A: 0 })).toEqual({ widths: { input: 3, A: 0, C: 1 }, gone: ['A', 'B'] });
  });

  test('never take the input away', () => {
    expect(settled(CHAIN, { A: 0, D: 0 }).gone).toEqual(['A', 'B', 'C', 'D', 'J', 'E']);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planChannels } from '../../network/channel-plan.ts';
import type { Layer } from '../../network/layer.ts';
import type { Network } from '../../network/network.ts';
import { inferShapes } from '../../network/shapes.ts';
import { groupWidths, resizeNetwork, type Widths, widthsByLayer } from '../../network/widths.ts';
import { UserError } from '../../records/user-error.ts';
import { anyNetwork, drawnWidths, widthDraws } from './any-network.ts';
import { activation, add, concat, conv, depthwise, image, network, norm } from './layers.ts';

const resized = (full: Network, widths: Widths) => {
  const plan = planChannels(full);
  return resizeNetwork(plan, groupWidths(plan, widths));
};
/** `name(inputs) channels` of each layer. */
function drawn(small: Network): string[] {
  const shapes = inferShapes(small);
  return small.layers.map(({ name, inputs }) => `${name}(${inputs.join(' ')}) ${shapes.get(name)?.channels}`);
}

//        ┌▶ A(4) ────────────┐
// input ─┼▶ B(5) ─▶ B2(6) ───┼ J(12) ─▶ D(2)
//  (3)   └▶ C(2) ────────────┘
const BRANCHES = network([
  image(4, 3),
  conv('A', 'input', 4),
  conv('B', 'input', 5),
  conv('B2', 'B', 6),
  conv('C', 'input', 2),
  concat('J', 'A', 'B2', 'C'),
  conv('D', 'J', 2),
]);

describe('a resized network', () => {
  test('at full widths is the network itself', () => {
    expect(resized(BRANCHES, {})).toEqual(BRANCHES);
  });

  test('has narrower layers, and nothing else changes', () => {
    const small = resized(BRANCHES, { A: 1, B: 2, B2: 3 });
    expect(drawn(small)).toEqual([
      'input() 3',
      'A(input) 1',
      'B(input) 2',
      'B2(B) 3',
      'C(input) 2',
      'J(A B2 C) 6', // 1 + 3 + 2
      'D(J) 2',
    ]);
    const changed = small.layers.filter((layer, index) => {
      const full = BRANCHES.layers[index] as Layer;
      return JSON.stringify({ ...layer, filters: 0 }) !== JSON.stringify({ ...full, filters: 0 });
    });
    expect(changed).toEqual([]);
  });

  test('narrows what a depthwise multiplier makes with its input', () => {
    const full = network([
      image(4, 3),
      conv('A', 'input', 4),
      depthwise('D', 'A', 2),
      norm('N', 'D'),
      conv('B', 'N', 1),
    ]);
    expect(drawn(resized(full, { A: 3 }))).toEqual(['input() 3', 'A(input) 3', 'D(A) 6', 'N(D) 6', 'B(N) 1']);
  });
});

describe('width 0', () => {
  test('takes a branch out of a concat, all of it', () => {
    const without = ['input() 3', 'A(input) 4', 'C(input) 2', 'J(A C) 6', 'D(J) 2'];
    // A branch is as dead from its last layer as from its first.
    expect(drawn(resized(BRANCHES, { B2: 0 }))).toEqual(without);
    expect(drawn(resized(BRANCHES, { B: 0 }))).toEqual(without);
  });

  test('puts the last branch left in the place of its concat', () => {
    expect(drawn(resized(BRANCHES, { A: 0, B: 0 }))).toEqual(['input() 3', 'C(input) 2', 'D(C) 2']);
  });

  test('leaves a residual add without its branch, and the shortcut in its place', () => {
    // input ─▶ A(4) ─┬▶ B(7) ─▶ C(4) ─┐
    //                └────────────────+ S ─▶ relu ─▶ D(2)
    const full = network([
      image(4, 3),
      conv('A', 'input', 4),
      conv('B', 'A', 7),
      conv('C', 'B', 4),
      add('S', 'A', 'C'),
      activation('relu', 'S'),
      conv('D', 'relu', 2),
    ]);
    expect(drawn(resized(full, { B: 0, A: 3 }))).toEqual([
      'input() 3',
      'A(input) 3',
      'relu(A) 3',
      'D(relu) 2',
    ]);
  });

  test('keeps an add that still has two of its three inputs', () => {
    const full = network([
      image(4, 3),
      conv('A', 'input', 4),
      conv('X', 'input', 2),
      conv('B', 'X', 4),
      conv('C', 'input', 4),
      add('S', 'A', 'B', 'C'),
      conv('D', 'S', 2),
    ]);
    expect(drawn(resized(full, { X: 0 }))).toEqual([
      'input() 3',
      'A(input) 4',
      'C(input) 4',
      'S(A C) 4',
      'D(S) 2',
    ]);
  });

  test('moves an output to what stands for it', () => {
    // The output is a concat of A and X; with A gone it is X.
    const full = network(
      [image(4, 3), conv('A', 'input', 4), conv('X', 'input', 1), concat('J', 'A', 'X')],
      'J',
    );
    const plan = planChannels(full);
    // Both are outputs, hence fixed: only the group widths themselves can say 0.
    const small = resizeNetwork(plan, Int32Array.of(3, 0, 1));
    expect(small.outputs).toEqual(['X']);
    expect(drawn(small)).toEqual(['input() 3', 'X(input) 1']);
  });

  test('that cuts off an output is refused', () => {
    const cut = () => resized(BRANCHES, { A: 0, B: 0, C: 0 });
    expect(cut).toThrow(UserError);
    expect(cut).toThrow(
      'got widths that leave nothing before output D of tiny; ' +
        'expected a path of layers at least 1 wide from input to output; raise the zero widths',
    );
  });

  test('that cuts off a layer whose channels a concat needs is refused', () => {
    //        ┌▶ X(2) ─▶ A(4) ─┬──────┐        A is cut off, yet its channels live with B's.
    // input ─┤                + S ─ J(8) ─▶ D(2)
    //        └▶ B(4) ─────────┘
    const full = network([
      image(4, 3),
      conv('X', 'input', 2),
      conv('A', 'X', 4),
      conv('B', 'input', 4),
      add('S', 'A', 'B'),
      concat('J', 'A', 'S'),
      conv('D', 'J', 2),
    ]);
    expect(() => resized(full, { X: 0 })).toThrow(
      'got widths that cut A off from the input, though J joins its channels; expected a path of layers at least ' +
        '1 wide to it, since other layers keep its channels alive; raise the zero widths before it',
    );
  });
});

test('random networks have the widths they were resized to', () => {
  fc.assert(
    fc.property(anyNetwork, widthDraws, (full, draws) => {
      const plan = planChannels(full);
      const widths = drawnWidths(plan, draws, 1);
      const small = planChannels(resizeNetwork(plan, widths));
      expect(small.network.layers.map(({ name }) => name)).toEqual(full.layers.map(({ name }) => name));
      expect(widthsByLayer(small, small.fullWidths)).toEqual(widthsByLayer(plan, widths));
    }),
    { numRuns: 60 },
  );
});

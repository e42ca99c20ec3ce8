import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planChannels } from '../../network/channel-plan.ts';
import { groupWidths, type Widths, widthsByLayer } from '../../network/widths.ts';
import { inceptionV2 } from '../../network/zoo/inception-v2.ts';
import { UserError } from '../../records/user-error.ts';
import { drawnWidths, widthDraws } from './any-network.ts';
import { activation, add, concat, conv, depthwise, image, network } from './layers.ts';

//        ┌▶ A(4) ─▶ relu ─┐
// input ─┤                + S ─┐
//  (3)   ├▶ B(4) ──────────────┼ J(4 + 6) ─▶ C(2)
//        └▶ D(2) ─▶ depthwise ×3 (6)
//        B is tied to A by S.
const plan = planChannels(
  network([
    image(4, 3),
    conv('A', 'input', 4),
    activation('relu', 'A'),
    conv('B', 'input', 4),
    add('S', 'relu', 'B'),
    conv('D', 'input', 2),
    depthwise('tripled', 'D', 3),
    concat('J', 'S', 'tripled'),
    conv('C', 'J', 2),
  ]),
);
const groups = plan.groups.map(({ name }) => name);
const widthsOf = (widths: Widths) => {
  const result = groupWidths(plan, widths);
  return Object.fromEntries(groups.map((name, index) => [name, result[index]]));
};

describe('widths by layer name', () => {
  test('are full where none is given', () => {
    expect(widthsOf({})).toEqual({ input: 3, A: 4, D: 2, C: 2 });
  });

  test('hold for every layer that is tied', () => {
    expect(widthsOf({ B: 1 })).toEqual({ input: 3, A: 1, D: 2, C: 2 });
    expect(widthsOf({ A: 3, B: 3, S: 3 })).toEqual({ input: 3, A: 3, D: 2, C: 2 });
  });

  test('may be those of a layer that only passes channels on', () => {
    expect(widthsOf({ relu: 2 })).toEqual({ input: 3, A: 2, D: 2, C: 2 });
    // 3 channels of the depthwise convolution are 1 of D.
    expect(widthsOf({ tripled: 3 })).toEqual({ input: 3, A: 4, D: 1, C: 2 });
  });

  test('may be 0, and full for an output', () => {
    expect(widthsOf({ A: 0, C: 2, input: 3 })).toEqual({ input: 3, A: 0, D: 2, C: 2 });
  });

  test('of a joined layer are those of its parts', () => {
    // 2 of A and 1 · 3 of D.
    expect(widthsOf({ A: 2, D: 1, J: 5 })).toEqual({ input: 3, A: 2, D: 1, C: 2 });
    expect(widthsOf({ J: 5, A: 2, D: 1 })).toEqual(widthsOf({ A: 2, D: 1 }));
  });
});

test.each([
  {
    what: 'an unknown layer',
    widths: { X: 1 },
    message: "got a width for layer 'X'; expected a layer of tiny; remove it or correct the name",
  },
  {
    what: 'more than there is',
    widths: { A: 5 },
    message: 'got width 5 for layer A; expected an integer from 0 to 4; correct it in the widths',
  },
  {
    what: 'less than nothing',
    widths: { A: -1 },
    message: 'got width -1 for layer A; expected an integer from 0 to 4; correct it in the widths',
  },
  {
    what: 'a fraction',
    widths: { A: 2.5 },
    message: 'got width 2.5 for layer A; expected an integer from 0 to 4; correct it in the widths',
  },
  {
    what: 'part of a channel’s copies',
    widths: { tripled: 4 },
    message:
      'got width 4 for layer tripled; expected a multiple of 3, since its channels live and die 3 at a time; ' +
      'correct it in the widths',
  },
  {
    what: 'two widths for tied layers',
    widths: { A: 2, B: 3 },
    message:
      'got width 3 for B and another for A; expected one width, since their channels are tied; make the two equal',
  },
  {
    what: 'a narrower output',
    widths: { C: 1 },
    message:
      'got width 1 for C; expected 2, because it is an input or output of the network; leave it out of the widths',
  },
  {
    what: 'a joined layer at odds with its parts',
    widths: { A: 2, J: 9 },
    message:
      'got width 9 for J; expected 8, the widths of the layers that it joins; ' +
      'leave it out of the widths, or correct those layers',
  },
])('$what is refused', ({ widths, message }) => {
  expect(() => groupWidths(plan, widths as Widths)).toThrow(UserError);
  expect(() => groupWidths(plan, widths as Widths)).toThrow(message);
});

describe('widths of filter-making layers', () => {
  test('name convolutions and dense layers alone', () => {
    const widths = groupWidths(plan, { A: 1, D: 1 });
    expect(widthsByLayer(plan, widths)).toEqual({ A: 1, B: 1, D: 1, C: 2 });
  });

  test('go back to the group widths they came from', () => {
    const inception = planChannels(inceptionV2('plain'));
    fc.assert(
      fc.property(widthDraws, (draws) => {
        const widths = drawnWidths(inception, draws, 0);
        expect(groupWidths(inception, widthsByLayer(inception, widths))).toEqual(widths);
      }),
      { numRuns: 20 },
    );
  });
});

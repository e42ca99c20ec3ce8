import { expect, test } from 'vitest';
import { winsorized } from '../../../profiler/timing/winsorize.ts';

const times = (logs: readonly number[]) => logs.map((log) => 100 * Math.exp(log));

test('a spike is drawn in to two robust standard deviations from its load, the rest stays', () => {
  // Of the second load's ten pairs the middle ones differ by 0.02 and 0.03, as logarithms.
  const quiet = times([-0.02, -0.01, 0, 0.01, 0.02]);
  const [first, second] = winsorized([[quiet], [times([-0.02, -0.01, 0, 0.01, 2])]]);
  first?.[0]?.forEach((us, at) => {
    expect(us).toBeCloseTo(quiet[at] as number, 9);
  });
  expect(Math.log((second?.[0]?.[4] as number) / 100)).toBeCloseTo((2 * 1.4826 * 0.025) / Math.SQRT2, 9);
});

test('what whole loads differ by stays, and loads of one round', () => {
  const [two, single] = winsorized([
    [
      [20, 20],
      [30, 30],
      [20, 20],
    ],
    [[10], [50]],
  ]);
  expect(two?.flat()).toEqual([20, 20, 30, 30, 20, 20].map((us) => expect.closeTo(us, 9)));
  expect(single?.flat()).toEqual([10, 50].map((us) => expect.closeTo(us, 9)));
});

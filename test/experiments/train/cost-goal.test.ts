import { expect, test } from 'vitest';
import { budgetOf, costGoal } from '../../../experiments/train/cost-goal.ts';

const read = (text: string) => {
  const { schema, fromText } = costGoal();
  return schema.safeParse(fromText?.(text));
};

test.each([
  ['0.5x', 0.5],
  ['0.25', 0.25],
  ['180us', '180us'],
  ['180µs', '180us'],
  ['1.2ms', '1.2ms'],
])('%s is read', (text, value) => {
  expect(read(text)).toMatchObject({ success: true, data: value });
});

test.each(['0', '-1x', '5x', 'fast', '0us', '10m', '1e3us', ''])('%s is refused', (text) => {
  expect(read(text).success).toBe(false);
});

test('shares are of the seed network, times are times', () => {
  expect(budgetOf(0.5, 'flops', 300)).toBe(150);
  expect(budgetOf('180us', 'latency', 300)).toBe(180);
  expect(budgetOf('1.2ms', 'latency', 300)).toBe(1200);
  expect(() => budgetOf('180us', 'flops', 300)).toThrow(/got --cost 180us with --target flops/);
});

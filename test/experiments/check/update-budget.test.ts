import fc from 'fast-check';
import { expect, test } from 'vitest';
import { limitFor, updatedBudget } from '../../../experiments/check/update-budget.ts';

const TEXT = `{
    "schema": "morphline/budget@1",
  "budgets": [ { "model": "a", "limits": { "flops" : 12, "parameters":3 } },
\t{ "limits": {
      "size_bytes": null   }, "model": "b" } ]
}`;

test('limits are written over, all else stays as it was', () => {
  const updated = updatedBudget(TEXT, [
    { entry: 0, limit: 'flops', value: 99 },
    { entry: 1, limit: 'size_bytes', value: 1.25 },
  ]);
  expect(updated).toBe(TEXT.replace('"flops" : 12', '"flops" : 99').replace('null ', '1.25 '));
});

test('nothing new leaves the very text', () => {
  expect(updatedBudget(TEXT, [])).toBe(TEXT);
  expect(updatedBudget(TEXT, [{ entry: 0, limit: 'flops', value: 12 }])).toBe(TEXT);
});

test('a limit is kept by its value, and is no more than that to five digits', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), (value) => {
      const limit = limitFor(value);
      expect(limit).toBeGreaterThanOrEqual(value);
      if (!Number.isInteger(value)) expect(limit / value - 1).toBeLessThan(2.1e-4);
    }),
  );
  expect(limitFor(1234.5678)).toBe(1234.6);
  expect(limitFor(123_456_789)).toBe(123_456_789);
  expect(limitFor(0)).toBe(1);
});

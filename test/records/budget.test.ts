import { expect, test } from 'vitest';
import { parseBudget } from '../../records/budget.ts';

const file = (entry: object) => ({ schema: 'morphline/budget@1', budgets: [{ model: 'm.onnx', ...entry }] });

test('a budget file is read as it is', () => {
  const value = file({
    device: 'p100',
    limits: { flops: 1e6, size_bytes: null, measured_latency_ratio: 1.02 },
    baseline: { commit: 'main' },
  });
  expect(parseBudget(value, 'b.json')).toEqual(value);
});

test.each<[string, unknown, RegExp]>([
  [
    'an unknown limit',
    file({ limits: { latency_us: 3 } }),
    /^got b\.json with limit 'latency_us' in budgets\.0\.limits; expected one of predicted_latency_us, flops, .*; did you mean 'predicted_latency_us'\?$/,
  ],
  [
    'an unknown limit near none',
    file({ limits: { '\x1b[2J': 3 } }),
    /limit '\\u001b\[2J' in budgets\.0\.limits; expected one of .*; correct the name$/,
  ],
  [
    'an unknown field',
    file({ devise: 'p100', limits: {} }),
    /field 'devise' in budgets\.0; expected one of model, .*; did you mean 'device'\?$/,
  ],
  [
    'an unknown field of a baseline',
    file({ baseline: { comit: 'main' }, limits: {} }),
    /field 'comit' in budgets\.0\.baseline; .*; did you mean 'commit'\?$/,
  ],
  ['an empty baseline', file({ baseline: {}, limits: {} }), /budgets\.0\.baseline: one of model, commit/],
  ['a limit below zero', file({ limits: { flops: -1 } }), /b\.json with budgets\.0\.limits\.flops: /],
  ['an infinite limit', file({ limits: { flops: JSON.parse('1e999') } }), /budgets\.0\.limits\.flops: /],
  ['a limit that is text', file({ limits: { flops: '12M' } }), /budgets\.0\.limits\.flops: /],
  ['no entries', { schema: 'morphline/budget@1', budgets: [] }, /b\.json with budgets: /],
  ['another schema', { schema: 'morphline/budget@2', budgets: [] }, /b\.json with schema: /],
  ['a list', [], /^got b\.json with /],
  [
    'a field of the prototype',
    JSON.parse('{"schema":"morphline/budget@1","budgets":[{"model":"m","limits":{"__proto__":1}}]}'),
    /^got b\.json with limit '__proto__'/,
  ],
])('%s is refused in one line', (_, value, line) => {
  const read = () => parseBudget(value, 'b.json');
  expect(read).toThrow(line);
  expect(read).not.toThrow(/\n/);
});

import { expect, test } from 'vitest';
import { LIMITS } from '../../records/budget.ts';
import { nearName } from '../../records/near-name.ts';

test.each([
  ['flop', 'flops'],
  ['FLOPS', 'flops'],
  ['paramaters', 'parameters'],
  ['memoryBytes', 'memory_bytes'],
  ['size', 'size_bytes'],
  ['latency', 'predicted_latency_us'],
  ['predicted_latency_ms', 'predicted_latency_us'],
  ['measured_latency', 'measured_latency_ratio'],
])('%s is near %s', (text, name) => {
  expect(nearName(text, LIMITS)).toBe(name);
});

test('what is far from all is near none', () => {
  for (const text of ['colour', '', 'x'.repeat(100_000)]) expect(nearName(text, LIMITS)).toBeUndefined();
});

import { expect, test } from 'vitest';
import { ScratchMemory } from '../../network/scratch-memory.ts';

test('arrays do not overlap until all are taken back', () => {
  const scratch = new ScratchMemory();
  const [a, b, c] = [scratch.floats(3), scratch.bytes(5), scratch.floats(7)];
  a.fill(1);
  b.fill(2);
  c.fill(3);
  expect([...a]).toEqual([1, 1, 1]);
  expect([...b]).toEqual([2, 2, 2, 2, 2]);
  scratch.reset();
  expect(scratch.floats(3).buffer).toBe(a.buffer);
  expect([...scratch.floats(0)]).toEqual([]);
});

test('what does not fit begins a chunk of its own, however large, and is found again', () => {
  const scratch = new ScratchMemory();
  const large = 5_000_000;
  const first = scratch.floats(large);
  const second = scratch.floats(large);
  first.fill(1);
  second.fill(2);
  expect(first[large - 1]).toBe(1);
  expect(first.buffer).not.toBe(second.buffer);
  scratch.reset();
  expect(scratch.floats(large).buffer).toBe(first.buffer);
  expect(scratch.floats(large).buffer).toBe(second.buffer);
});

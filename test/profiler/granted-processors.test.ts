import { expect, test } from 'vitest';
import { grantedProcessors, quotaOf, requireGranted } from '../../profiler/granted-processors.ts';

test('a quota is its time over its period; max is none', () => {
  expect(quotaOf('150000 100000\n')).toBe(1.5);
  expect(quotaOf('max 100000\n')).toBeNull();
  // Version 1 writes -1 where there is none.
  expect(quotaOf('-1 100000')).toBeNull();
});

test('more threads than processors are refused with all the numbers', () => {
  const eight = { machine: 8, affinity: 8, quota: null };
  expect(() => requireGranted(8, eight)).not.toThrow();
  expect(() => requireGranted(9, eight)).toThrow(
    'got --threads 9; expected at most 8: here are 8 processors; lower --threads',
  );
  expect(() => requireGranted(5, { ...eight, affinity: 4 })).toThrow(
    "at most 4: here are 8 processors, 4 by this process's affinity",
  );
  // Two threads on one and a half processors would take turns.
  expect(() => requireGranted(2, { ...eight, quota: 1.5 })).toThrow(
    "at most 1: here are 8 processors, 1.5 by its cgroup's quota",
  );
  expect(() => requireGranted(1, { ...eight, quota: 0.5 })).not.toThrow();
});

test('this machine grants one processor at least', () => {
  const { machine, affinity } = grantedProcessors();
  expect(affinity).toBeGreaterThanOrEqual(1);
  expect(machine).toBeGreaterThanOrEqual(affinity);
});

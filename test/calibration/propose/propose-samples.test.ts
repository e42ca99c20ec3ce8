import { expect, test } from 'vitest';
import { COUNTS, proposeSamples } from '../../../calibration/propose/propose-samples.ts';

test('the sets to fit, to choose and to report are disjoint', () => {
  const samples = proposeSamples(['a', 'b'], COUNTS[0]);
  const ids = samples.map(({ network, sample }) => `${network} ${sample}`);
  expect(new Set(ids).size).toBe(ids.length);
});

test('each set is a third uniform, a third log-uniform, a third along the width-multiplier path', () => {
  const samples = proposeSamples(['a'], { fit: 30, choose: 9, report: 33, targeted: 0 });
  for (const [role, third] of [
    ['fit', 10],
    ['choose', 3],
    ['report', 11],
  ] as const) {
    const of = (...laws: string[]) =>
      samples.filter((each) => each.role === role && laws.includes(each.law)).length;
    expect([of('uniform'), of('log-uniform'), of('width-multiplier', 'full')]).toEqual([third, third, third]);
  }
});

test('the full network is reported, and only reported', () => {
  const full = proposeSamples(['a'], COUNTS[0]).filter(({ law }) => law === 'full');
  expect(full.map(({ role }) => role)).toEqual(['report']);
});

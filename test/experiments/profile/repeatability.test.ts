import { expect, test } from 'vitest';
import { comparePasses } from '../../../experiments/profile/repeatability.ts';

test('two passes differ by what the sentinel does not explain', () => {
  // The machine was 10 % slower in the second pass; the second network 10 % slower still, the third 20 % faster.
  const pass = (sentinelUs: number, latencies: readonly number[]) => ({
    sentinelUs,
    networks: latencies.map((latencyUs) => ({ latencyUs })),
  });
  const found = comparePasses(pass(100, [10, 20, 50]), pass(110, [11, 24.2, 44]));
  expect(found.drift).toBeCloseTo(0.1, 12);
  const differences = [0, 0.1, -0.2];
  found.networks.forEach(({ sample, difference }, i) => {
    expect(sample).toBe(i);
    expect(difference).toBeCloseTo(differences[i] as number, 12);
  });
  expect(found.networks[1]?.latencyUs).toEqual([20, 24.2]);
  expect([found.median, found.mean, found.largest].map((value) => value.toFixed(9))).toEqual([
    '0.100000000',
    '0.100000000',
    '0.200000000',
  ]);
});

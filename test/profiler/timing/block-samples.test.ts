import { expect, test } from 'vitest';
import { BlockSamples } from '../../../profiler/timing/block-samples.ts';

const sample = (id: string, round: number, load: number) => ({
  id,
  round,
  load,
  latencyUs: 1,
  coldUs: 1,
  perPacer: null,
  pacerUs: null,
  runs: 3,
  disturbed: false,
  attempts: 1,
});

test('knows the rounds that every case has, and goes on behind the last load', () => {
  const samples = new BlockSamples(['a', 'b'], [sample('a', 0, 0), sample('b', 0, 0), sample('a', 1, 2)]);
  expect(samples.whole).toBe(1);
  // In the middle of a round.
  expect([...samples.next(['a', 'b'])]).toEqual([
    ['a', 2],
    ['b', 1],
  ]);
  expect(samples.begin(['a', 'b'])).toBe(1);
  expect(samples.nextLoad).toBe(3);
  samples.leaveOut('b');
  expect(samples.whole).toBe(2);
});

test('a load of a killed process counts once it has its share of samples', () => {
  const samples = new BlockSamples(['a', 'b'], [sample('a', 0, 0), sample('b', 0, 0), sample('a', 1, 1)]);
  // Load 0 has one round of both cases, load 1 half of one.
  expect(samples.loadsOf(1, new Set())).toBe(1);
  expect(samples.loadsOf(2, new Set())).toBe(0);
  // What ended by itself counts, whatever it has.
  expect(samples.loadsOf(2, new Set([5]))).toBe(1);
});

test('cases of which some had rounds without the others begin a round together', () => {
  const samples = new BlockSamples(
    ['a', 'b', 'c'],
    [
      sample('a', 0, 0),
      sample('b', 0, 0),
      sample('c', 0, 0),
      sample('a', 1, 1),
      sample('a', 2, 1),
      sample('b', 2, 2),
    ],
  );
  expect([...samples.next(['a', 'c']).values()]).toEqual([3, 3]);
  // Both had round 2, though b lacks one before.
  expect([...samples.next(['a', 'b']).values()]).toEqual([3, 3]);
  expect(samples.begin(['c'])).toBe(1);
  expect(samples.whole).toBe(1);
});

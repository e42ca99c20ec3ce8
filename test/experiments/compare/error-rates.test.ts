import { median } from 'simple-statistics';
import { expect, test } from 'vitest';
import { LEAST_LOADS, loadRatios, type SideSample } from '../../../experiments/compare/load-ratios.ts';
import { ratioOf } from '../../../experiments/compare/ratio.ts';
import type { Pacing } from '../../../records/pacing.ts';
import { SimulatedSession } from './simulated-session.ts';

/** In half of that: a round of both takes 40 ms where runs are short, and four runs of each where they are long. */
const ROUNDS = 12;
/** Seconds of a load of a middling network here: a process, its engine, both networks, as much time again for rounds. */
const LOAD_SECONDS = 2;

/** Whether a comparison of so many seconds finds a difference, and what medians of the same data say. */
function compared(
  seed: number,
  ratio: number,
  seconds: number,
): { isFound: boolean; isNaive: boolean; verdict: string } {
  const session = new SimulatedSession(seed, ratio);
  const samples: SideSample[] = [];
  let verdict = 'inconclusive';
  let held: Pacing | null | undefined;
  for (let load = 1; load * LOAD_SECONDS <= seconds; load++) {
    samples.push(...session.nextLoad(ROUNDS));
    if (load < LEAST_LOADS) continue;
    const { loads, pacing } = loadRatios(samples, held);
    held ??= pacing;
    const known = ratioOf(loads, 0.01);
    verdict = known.verdict;
    if (known.precision <= 0.01 && verdict !== 'inconclusive') break;
  }
  const us = (id: string) =>
    median(samples.filter((each) => each.id === id).map(({ latencyUs }) => latencyUs));
  return {
    verdict,
    isFound: verdict.startsWith('b-'),
    isNaive: Math.abs(us('b') / us('a') - 1) > 0.02,
  };
}

const share = (count: number, of: (seed: number) => boolean) =>
  Array.from({ length: count }, (_, seed) => of(seed)).filter(Boolean).length / count;

test('of 400 comparisons of equals at most 1 % find a difference, where medians find several times that', () => {
  const found = Array.from({ length: 400 }, (_, seed) => compared(seed, 1, 20));
  const isFound = found.filter((each) => each.isFound).length / found.length;
  const isNaive = found.filter((each) => each.isNaive).length / found.length;
  expect(isFound).toBeLessThanOrEqual(0.01);
  expect(isNaive).toBeGreaterThan(3 * 0.01);
});

test('nor do more of them where ninety loads are looked at', () => {
  expect(share(200, (seed) => compared(1000 + seed, 1, 180).isFound)).toBeLessThanOrEqual(0.01);
});

test('3 % is found in 95 % within a minute', () => {
  expect(share(200, (seed) => compared(seed, 1.03, 60).verdict === 'b-slower')).toBeGreaterThanOrEqual(0.95);
});

test('1 % is found in 80 % within three minutes', () => {
  expect(share(200, (seed) => compared(seed, 1.01, 180).verdict === 'b-slower')).toBeGreaterThanOrEqual(0.8);
});

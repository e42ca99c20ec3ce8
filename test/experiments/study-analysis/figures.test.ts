import { expect, test } from 'vitest';
import { attributeGap } from '../../../experiments/study-analysis/attribution.ts';
import { cutEffects } from '../../../experiments/study-analysis/cuts.ts';
import { regretCurve } from '../../../experiments/study-analysis/regret.ts';
import { detrendedRatio, equalFlopsSpread, noiseRatio } from '../../../experiments/study-analysis/spread.ts';

const range = (n: number) => Array.from({ length: n }, (_, i) => i);

test('latency that is a power of FLOPs has no spread at equal FLOPs', () => {
  const flops = range(2000).map((i) => 1e9 + 1e6 * i);
  const [window, ...others] = equalFlopsSpread(flops, new Map([['a', flops.map((f) => f ** 0.7)]]));
  expect(others.length).toBe(19);
  expect(window?.p95_over_p5.a).toBeCloseTo(1, 9);
  expect(window?.networks).toBeGreaterThan(40);
});

test('the spread of a known factor is found, whatever the trend', () => {
  const flops = range(1001).map((i) => 1e9 + 1e5 * i);
  // The factor runs over 1 … 2 in an order that FLOPs do not follow.
  const factors = flops.map((_, i) => 2 ** (((i * 389) % 1001) / 1000));
  expect(detrendedRatio(flops, factors)).toBeCloseTo(2 ** 0.9, 2);
  expect(
    detrendedRatio(
      flops,
      flops.map((f, i) => f ** 2 * (factors[i] as number)),
    ),
  ).toBeCloseTo(2 ** 0.9, 2);
});

test('windows with too few networks are left out; noise alone widens by its quantiles', () => {
  expect(equalFlopsSpread([1, 2, 3], new Map([['a', [1, 2, 3]]]))).toEqual([]);
  expect(noiseRatio(0)).toBe(1);
  // Errors of 3 % in each pass: |difference| averages 2 · 3 % / √π.
  expect(Math.log(noiseRatio((2 * 0.03) / Math.sqrt(Math.PI)))).toBeCloseTo(
    (2 * 1.645 * 0.03) / Math.SQRT2,
    4,
  );
});

test('who chooses by latency itself regrets nothing; who chooses by its opposite pays the whole range', () => {
  const weights = range(1000).map((i) => 1 + i);
  const latency = range(1000).map((i) => 100 + ((i * 7) % 1000));
  const names = { floor: 'weights', chooser: 'c', latency: 'us' };
  const perfect = regretCurve(names, weights, latency, latency);
  expect(perfect.max).toBe(0);
  expect(perfect.points.length).toBe(48);
  const worst = regretCurve(
    names,
    weights,
    latency.map((us) => -us),
    latency,
  );
  for (const { floor, networks, chosen_us, fastest_us } of worst.points) {
    const left = latency.filter((_, i) => (weights[i] as number) >= floor);
    expect(networks).toBe(left.length);
    expect(chosen_us).toBe(Math.max(...left));
    expect(fastest_us).toBe(Math.min(...left));
  }
});

test('a cut of FLOPs is worth what latency makes of it', () => {
  const flops = range(3000).map((i) => 1000 * 1.001 ** i);
  const cuts = cutEffects('us', flops, flops.map(Math.sqrt));
  expect(cuts.map(({ cut }) => cut)).toEqual([0.05, 0.1, 0.2, 0.3, 0.5]);
  for (const { cut, speedup, slower } of cuts) {
    expect(speedup.median).toBeCloseTo(1 / Math.sqrt(1 - cut), 2);
    expect(slower).toBe(0);
  }
  expect(
    cutEffects(
      'us',
      flops,
      flops.map((f) => 1 / f),
    ).every(({ slower }) => slower === 1),
  ).toBe(true);
});

test('of three layers, the one whose time is not its FLOPs explains the gap', () => {
  const wave = (k: number) => range(500).map((i) => 2 + Math.sin(k * i));
  const [a, b, c] = [wave(1.3), wave(2.1), wave(3.7)] as [number[], number[], number[]];
  const odd = wave(0.37).map((value) => 3 * value);
  const part = (name: string, own: number[], us: number[]) => ({
    name,
    kind: 'conv',
    latencyUs: Float64Array.from(us),
    flops: Float64Array.from(own),
  });
  const parts = [
    part('a', a, a),
    part(
      'b',
      b,
      b.map((f, i) => f + (odd[i] as number)),
    ),
    part('c', c, c),
  ];
  const sum = (of: (i: number) => number) => range(500).map(of);
  const flops = sum((i) => (a[i] as number) + (b[i] as number) + (c[i] as number));
  const latency = sum((i) => parts.reduce((total, { latencyUs }) => total + (latencyUs[i] as number), 0));
  const found = attributeGap(flops, latency, parts);
  expect(found.shares[0]?.name).toBe('b');
  expect(found.shares[0]?.share).toBeGreaterThan(0.95);
  expect(found.shares[0]?.correlation).toBeGreaterThan(0.99);
  expect(found.explained).toBeCloseTo(1, 9);
  expect(found.usPerMflop / 1e6).toBeCloseTo(1, 1);
  // Half of the time unknown to the parts: the rest of the gap stays unexplained.
  const half = attributeGap(flops, latency, [
    parts[0] as (typeof parts)[number],
    parts[2] as (typeof parts)[number],
  ]);
  expect(half.explained).toBeLessThan(0.1);
});

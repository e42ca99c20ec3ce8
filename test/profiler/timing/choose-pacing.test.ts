import { describe, expect, test } from 'vitest';
import { choosePacing, meanStandardError, type PacedSample } from '../../../profiler/timing/choose-pacing.ts';
import { normalNoise as normals } from '../../support/noise.ts';

const LOADS = 6;
const ROUNDS = 24;

/**
 * Five networks in loads and rounds. A neighbour slows each sample by a factor of its own; the pacer sees a power of it,
 * with an error of its own.
 */
function session({ neighbour, seen, pacerError }: { neighbour: number; seen: number; pacerError: number }) {
  const [slow, error] = [normals(1), normals(2)];
  return [1000, 2000, 4000, 8000, 16_000].map((us) =>
    Array.from({ length: ROUNDS }, (_, round): PacedSample => {
      const slowness = Math.exp(neighbour * slow());
      const pacerUs = 200 * slowness ** seen * Math.exp(pacerError * error());
      const latencyUs = us * slowness;
      return { latencyUs, pacerUs, perPacer: latencyUs / pacerUs, load: round % LOADS, round };
    }),
  );
}

describe('the exponent', () => {
  test('is 1 where the pacer sees all that the networks see', () => {
    const samples = session({ neighbour: 0.1, seen: 1, pacerError: 0.005 });
    const pacing = choosePacing(samples);
    expect(pacing?.exponent).toBe(1);
    // The factors' noise of 10 % is gone but for the pacer's own half percent.
    expect(meanStandardError(samples, pacing)).toBeLessThan(0.1 * meanStandardError(samples, null));
  });

  test('is 0 where the pacer sees nothing of it, so that dividing would only add its errors', () => {
    const samples = session({ neighbour: 0.01, seen: 0, pacerError: 0.1 });
    expect(choosePacing(samples)?.exponent).toBe(0);
  });

  test('is between where the pacer exaggerates', () => {
    const samples = session({ neighbour: 0.1, seen: 2, pacerError: 0.005 });
    expect(choosePacing(samples)?.exponent).toBe(0.5);
  });

  test('never makes networks repeat worse than raw times', () => {
    for (const seen of [0, 0.5, 1, 2])
      for (const pacerError of [0.01, 0.1]) {
        const samples = session({ neighbour: 0.05, seen, pacerError });
        expect(meanStandardError(samples, choosePacing(samples))).toBeLessThanOrEqual(
          meanStandardError(samples, null),
        );
      }
  });
});

test('the reference is the speed that the pacer has most often', () => {
  const sample = (pacerUs: number, load: number): PacedSample => ({
    latencyUs: 1000,
    perPacer: 1000 / pacerUs,
    pacerUs,
    load,
    round: load,
  });
  // Two of five samples are disturbed.
  const samples = [[200, 200, 201, 320, 270].map((us, load) => sample(us, load))];
  const reference = choosePacing(samples)?.referenceUs as number;
  expect(reference).toBeGreaterThan(199.9);
  expect(reference).toBeLessThanOrEqual(201);
});

test('samples without a pacer are left as they are', () => {
  expect(choosePacing([])).toBeNull();
  expect(choosePacing([[{ latencyUs: 1, perPacer: null, pacerUs: null, load: 0, round: 0 }]])).toBeNull();
});

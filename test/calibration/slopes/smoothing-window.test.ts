import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ChannelLattice, smoothingWindow } from '../../../calibration/slopes/smoothing-window.ts';

const lattices: fc.Arbitrary<ChannelLattice> = fc.constantFrom(
  { first: 1, dense: 1, step: 1 },
  { first: 4, dense: 4, step: 4 },
  { first: 3, dense: 3, step: 4 },
  { first: 16, dense: 16, step: 16 },
  { first: 1, dense: 16, step: 4 },
);
const places = fc.double({ min: 1, max: 300, noNaN: true });

/** The smoothed function and its derivative. */
function smoothed(lattice: ChannelLattice, place: number, value: (count: number) => number) {
  const { mean, slope } = smoothingWindow(lattice, place);
  const sum = ({ counts, weights }: typeof mean) =>
    counts.reduce((total, count, i) => total + (weights[i] as number) * value(count), 0);
  return { mean: sum(mean), slope: sum(slope) };
}

const isOn = ({ first, dense, step }: ChannelLattice, count: number) =>
  count >= first && Number.isInteger(count) && (count <= dense || (count - dense) % step === 0);

describe('the smoothing window', () => {
  test('looks only at channel counts that there are', () => {
    fc.assert(
      fc.property(lattices, places, (lattice, place) => {
        const { mean, slope } = smoothingWindow(lattice, place);
        for (const count of [...mean.counts, ...slope.counts]) expect(isOn(lattice, count)).toBe(true);
      }),
    );
  });

  test('leaves a straight line as it is, its ends too', () => {
    fc.assert(
      fc.property(lattices, places, (lattice, place) => {
        const { mean, slope } = smoothed(lattice, place, (count) => 5 + 3 * count);
        expect(mean / (5 + 3 * place)).toBeCloseTo(1, 10);
        expect(slope).toBeCloseTo(3, 9);
      }),
    );
  });

  test('makes a straight line of a staircase of blocks, half a block above its foot', () => {
    const lattice = { first: 1, dense: 1, step: 1 };
    for (let place = 10; place < 100; place += 0.7) {
      const { mean, slope } = smoothed(lattice, place, (count) => 16 * Math.ceil(count / 16));
      expect(mean).toBeCloseTo(place + 7.5, 9);
      expect(slope).toBeCloseTo(1, 9);
    }
  });

  test('takes out what depends on remainders', () => {
    const lattice = { first: 1, dense: 1, step: 1 };
    const { mean, slope } = smoothed(lattice, 123.4, (count) => 2 * count + ((count * 7) % 16));
    expect(mean).toBeCloseTo(2 * 123.4 + 7.5, 9);
    expect(slope).toBeCloseTo(2, 9);
  });

  test('has a slope that is the derivative of its mean, of any function', () => {
    fc.assert(
      fc.property(lattices, places, (lattice, place) => {
        const rugged = (count: number) => count + 40 * Math.sin(count * count);
        const step = 1e-5;
        const above = smoothed(lattice, place + step, rugged).mean;
        const below = smoothed(lattice, place - step, rugged).mean;
        expect((above - below) / (2 * step)).toBeCloseTo(smoothed(lattice, place, rugged).slope, 2);
      }),
    );
  });

  test('at the first count is the value there, its slope the secant above', () => {
    const { mean, slope } = smoothed({ first: 1, dense: 1, step: 1 }, 1, (count) => count ** 2);
    expect(mean).toBeCloseTo(1, 9);
    expect(slope).toBeCloseTo((81 - 1) / 8, 9);
  });
});

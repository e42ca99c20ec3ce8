import { describe, expect, test } from 'vitest';
import { planChannels } from '../../network/channel-plan.ts';
import { multipliedWidths, type SamplingLaw, sampleWidths } from '../../network/sampling.ts';
import { shuffled } from '../../network/shuffle.ts';
import { inceptionV2 } from '../../network/zoo/inception-v2.ts';
import { conv, image, network } from './layers.ts';

const LAWS: SamplingLaw[] = ['uniform', 'log-uniform', 'width-multiplier'];
const inception = planChannels(inceptionV2('plain'));
// input(3) ─▶ A(16) ─▶ B(5) ─▶ C(4), of which A and B are free
const tiny = planChannels(
  network([image(4, 3), conv('A', 'input', 16), conv('B', 'A', 5), conv('C', 'B', 4)]),
);

describe.each(LAWS)('the %s law', (law) => {
  test('draws sample k of a seed alike, whatever was drawn before', () => {
    const forward = [0, 1, 2, 3].map((k) => sampleWidths(inception, law, 7, k));
    const backward = [3, 2, 1, 0].map((k) => sampleWidths(inception, law, 7, k)).reverse();
    expect(forward).toEqual(backward);
  });

  test('draws other widths for another index or seed', () => {
    const draws = [
      [7, 0],
      [7, 1],
      [8, 0],
      [8, 1],
    ].map(([seed = 0, index = 0]) => sampleWidths(inception, law, seed, index).join());
    expect(new Set(draws).size).toBe(4);
  });

  test('keeps every width from 1 to full, and those of inputs and outputs full', () => {
    const outside: string[] = [];
    for (let sample = 0; sample < 200; sample++) {
      sampleWidths(inception, law, 1, sample).forEach((width, group) => {
        const { name = '', size = 0, fixed = false } = inception.groups[group] ?? {};
        if (width < (fixed ? size : 1) || width > size) outside.push(`${name} ${width} in sample ${sample}`);
      });
    }
    expect(outside).toEqual([]);
  });
});

const DRAWS = 16_000;

/** Σ (seen − expected)² / expected of group A over 1 … 16. */
function chiSquare(law: SamplingLaw, probability: (width: number) => number): number {
  const seen = new Array<number>(17).fill(0);
  for (let index = 0; index < DRAWS; index++) {
    const width = sampleWidths(tiny, law, 3, index)[1] ?? 0;
    seen[width] = (seen[width] ?? 0) + 1;
  }
  return seen.slice(1).reduce((sum, count, at) => {
    const expected = DRAWS * probability(at + 1);
    return sum + (count - expected) ** 2 / expected;
  }, 0);
}

describe('frequencies over 16,000 samples', () => {
  // With 15 degrees of freedom chi-square exceeds 44.3 once in 10,000 seeds.
  test('are those of a uniform draw from 1 … 16', () => {
    expect(chiSquare('uniform', () => 1 / 16)).toBeLessThan(44.3);
  });

  test('are those of a log-uniform draw: ln((k + 1) / k) / ln 17', () => {
    expect(chiSquare('log-uniform', (k) => Math.log((k + 1) / k) / Math.log(17))).toBeLessThan(44.3);
  });

  test('of neighbouring samples and of neighbouring groups are unrelated', () => {
    const widths = Array.from({ length: DRAWS }, (_, index) => sampleWidths(tiny, 'uniform', 3, index));
    const correlation = (pairs: readonly (readonly [number, number])[]) => {
      // A is uniform on 1 … 16 (mean 8.5, variance 255 / 12), B on 1 … 5 (mean 3, variance 2).
      const sum = pairs.reduce((total, [a, b]) => total + a * b, 0);
      return sum / pairs.length;
    };
    const successive = widths
      .slice(1)
      .map((next, k) => [(next[1] ?? 0) - 8.5, (widths[k]?.[1] ?? 0) - 8.5] as const);
    const within = widths.map((one) => [(one[1] ?? 0) - 8.5, (one[2] ?? 0) - 3] as const);
    // Four standard errors of a product of independent draws.
    expect(Math.abs(correlation(successive))).toBeLessThan((4 * 255) / 12 / Math.sqrt(DRAWS));
    expect(Math.abs(correlation(within))).toBeLessThan((4 * Math.sqrt((255 / 12) * 2)) / Math.sqrt(DRAWS));
  });
});

describe('the width-multiplier path', () => {
  test.each([
    // round(α · 16), round(α · 5); the input and output stay 3 and 4.
    [1, [3, 16, 5, 4]],
    [0.5, [3, 8, 3, 4]], // 2.5 rounds up
    [0.1, [3, 2, 1, 4]], // 1.6 → 2; 0.5 → 1
    [0.01, [3, 1, 1, 4]], // never 0
    [2, [3, 16, 5, 4]], // never more than there is
  ])('has at α = %d the widths %j', (alpha, widths) => {
    expect([...multipliedWidths(tiny, alpha)]).toEqual(widths);
  });

  test('starts and ends at the range given', () => {
    expect(sampleWidths(tiny, 'width-multiplier', 1, 0, [0.5, 0.5])).toEqual(multipliedWidths(tiny, 0.5));
    const a = Array.from(
      { length: 400 },
      (_, k) => sampleWidths(tiny, 'width-multiplier', 1, k, [0.25, 0.75])[1],
    );
    // 16 · 0.25 = 4 and 16 · 0.75 = 12; each of the widths between is met.
    expect([...new Set(a)].sort((x = 0, y = 0) => x - y)).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  test('goes from a tenth to all unless told otherwise', () => {
    const a = Array.from({ length: 400 }, (_, k) => sampleWidths(tiny, 'width-multiplier', 1, k)[1] ?? 0);
    expect([Math.min(...a), Math.max(...a)]).toEqual([2, 16]); // round(1.6), round(16)
  });
});

describe('a shuffle', () => {
  test('has everything once, in an order of its seed and turn', () => {
    const orders = [shuffled(50, 1, 0), shuffled(50, 1, 1), shuffled(50, 2, 0)];
    const inOrder = Int32Array.from({ length: 50 }, (_, i) => i);
    for (const order of orders) expect(order.slice().sort()).toEqual(inOrder);
    expect(new Set(orders.map((order) => order.join())).size).toBe(3);
    expect(shuffled(50, 1, 1)).toEqual(orders[1]);
  });

  test('puts everything everywhere equally often', () => {
    const places = new Array<number>(25).fill(0);
    for (let turn = 0; turn < 5000; turn++) {
      shuffled(5, 9, turn).forEach((item, place) => {
        places[item * 5 + place] = (places[item * 5 + place] ?? 0) + 1;
      });
    }
    // 1000 each; the standard deviation is √(5000 · 0.2 · 0.8) = 28.3.
    for (const count of places) expect(Math.abs(count - 1000)).toBeLessThan(4.5 * 28.3);
  });
});

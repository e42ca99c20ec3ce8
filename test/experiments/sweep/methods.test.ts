import { expect, test } from 'vitest';
import { estimateSweep } from '../../../experiments/sweep/estimate.ts';
import { formsOf, METHODS, pathOf, variantId, variantsOf } from '../../../experiments/sweep/methods.ts';

test('MorphNet comes in the forms asked for, the others once', () => {
  expect(formsOf('latency', ['shrunk', 'expanded', 'twice'])).toEqual(['shrunk', 'expanded', 'twice']);
  expect(formsOf('slimming', ['expanded'])).toEqual(['shrunk']);
  const ids = variantsOf(['width-multiplier', 'flops'], ['shrunk', 'expanded'], [0.3, 0.5]).map(variantId);
  expect(ids).toEqual([
    'width-multiplier-shrunk-0.3',
    'width-multiplier-shrunk-0.5',
    'flops-shrunk-0.3',
    'flops-shrunk-0.5',
    'flops-expanded-0.3',
    'flops-expanded-0.5',
  ]);
});

test('slimming and the knapsack share one path; the width multiplier has none', () => {
  expect(METHODS.map(pathOf)).toEqual([
    null,
    'channels',
    'channels',
    'flops',
    'model-size',
    'datasheet',
    'latency',
  ]);
});

test('an estimate counts trainings, paths and images by what their networks cost', () => {
  const settings = {
    methods: ['width-multiplier', 'slimming', 'latency'] as const,
    forms: ['shrunk', 'expanded', 'twice'] as const,
    budgets: [0.5],
    epochs: 4,
    shrinkEpochs: 2,
  };
  // Networks: the seed, one multiplier, one slimmed, three of MorphNet, all but the seed trained twice.
  expect(estimateSweep(settings, 3, 1000)).toEqual({
    networks: 3 * 6,
    trainings: 3 * (1 + 2 * 5),
    // Two paths of the seed network, one of the expanded.
    paths: 3 * 3,
    // Half a seed network: ten trainings; paths at full price, the second one at half, and the multiplier's longer training.
    seedImages: 3 * 1000 * (4 * (1 + 10 * 0.5) + 2 * (2 + 0.5 + 0.5)),
  });
});

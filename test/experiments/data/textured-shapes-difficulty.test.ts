import { expect, test } from 'vitest';
import type { ImageSet } from '../../../experiments/data/dataset.ts';
import { generateTexturedShapes } from '../../../experiments/data/textured-shapes.ts';
import { convolutionFeatures, patchFilters } from './random-convolution.ts';
import { softmaxRegressionAccuracy } from './softmax-regression.ts';

const dataset = generateTexturedShapes({ trainCount: 4000, testCount: 1000, seed: 7 });

function accuracy(featuresOf: (set: ImageSet) => Float32Array, epochs: number): number {
  const samples = (set: ImageSet) => ({ features: featuresOf(set), labels: set.labels });
  return softmaxRegressionAccuracy(samples(dataset.train), samples(dataset.test), epochs);
}

test('a linear model of the pixels fails, while one of convolution features learns', () => {
  const pixels = accuracy((set) => Float32Array.from(set.pixels), 6);
  const filters = patchFilters(dataset.train, 1);
  const convolution = accuracy((set) => convolutionFeatures(set, filters), 40);

  expect(pixels).toBeLessThan(0.2);
  expect(convolution).toBeGreaterThan(pixels + 0.3);
});

test('the class cannot be read from the mean colour or from how much the colour varies', () => {
  const colour = accuracy(colourStatistics, 10);

  expect(colour).toBeLessThan(0.2);
});

/** Mean and standard deviation of each channel, and the squares of both: `[count, 12]`. */
function colourStatistics(set: ImageSet): Float32Array {
  const imageBytes = set.height * set.width * 3;
  return Float32Array.from(
    Array.from({ length: set.count }, (_, index) => {
      const image = set.pixels.subarray(index * imageBytes, (index + 1) * imageBytes);
      return [0, 1, 2].flatMap((channel) => {
        const values = image.filter((_, byte) => byte % 3 === channel);
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
        return [mean, mean ** 2, Math.sqrt(variance), variance];
      });
    }).flat(),
  );
}

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deployedNetwork } from '../../network/deployed.ts';
import { peakMemoryBytes } from '../../network/peak-memory.ts';
import { inferShapes } from '../../network/shapes.ts';
import { weightShapes } from '../../network/weights.ts';
import { classifierSeeds, randomClassifier } from '../support/random-classifier.ts';
import { activation, conv, flatten, globalPool, image, network } from './layers.ts';

const PIXELS = 8 * 8;

test('of a chain it is the weights and the largest pair of neighbours', () => {
  const chain = network([image(8, 3), conv('A', 'input', 16), conv('B', 'A', 4), globalPool('G', 'B')]);
  expect(peakMemoryBytes(chain)).toBe(4 * (3 * 16 + 16 * 4 + PIXELS * (16 + 4)));
  expect(peakMemoryBytes(chain, 8)).toBe(4 * (3 * 16 + 16 * 4 + 8 * PIXELS * (16 + 4)));
});

test('a shortcut is held until it is added; fused activations and views have no tensor of their own', () => {
  const residual = network([
    image(8, 3),
    conv('A', 'input', 4),
    activation('R', 'A', 'relu'),
    conv('B', 'R', 4),
    conv('C', 'B', 4),
    { kind: 'add', name: 'S', inputs: ['R', 'C'] },
    globalPool('G', 'S'),
    flatten('F', 'G'),
  ]);
  // R, C and their sum: B is gone by then.
  expect(peakMemoryBytes(residual)).toBe(4 * (3 * 4 + 2 * 4 * 4 + PIXELS * 3 * 4));
});

test('an output is held to the end', () => {
  const two = {
    ...network([image(8, 3), conv('A', 'input', 4), conv('B', 'A', 1), conv('C', 'B', 1), conv('D', 'C', 4)]),
    outputs: ['A', 'D'],
  };
  expect(peakMemoryBytes(two)).toBe(4 * (3 * 4 + 4 + 1 + 4 + PIXELS * (4 + 1 + 4)));
});

test('it lies between the largest tensor and all of them', () => {
  fc.assert(
    fc.property(classifierSeeds(), (seed) => {
      const random = randomClassifier(seed, { batchNorm: true });
      const deployed = deployedNetwork(random);
      const sizes = [...inferShapes(deployed).values()].map(
        ({ height, width, channels }) => height * width * channels,
      );
      const weights = weightShapes(deployed).reduce(
        (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
        0,
      );
      const values = peakMemoryBytes(random) / 4 - weights;
      expect(values).toBeGreaterThanOrEqual(Math.max(...sizes));
      expect(values).toBeLessThanOrEqual(sizes.reduce((sum, size) => sum + size, 0));
    }),
    { numRuns: 40 },
  );
});

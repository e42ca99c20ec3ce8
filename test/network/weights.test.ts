import { describe, expect, test } from 'vitest';
import type { Layer } from '../../network/layer.ts';
import { seededNormals, seededWeights, weightShapes } from '../../network/weights.ts';
import { conv, dense, depthwise, flatten, image, network, norm } from './layers.ts';

test('every weight has its name and shape, in layer order', () => {
  const tiny = network([
    image(4, 3),
    conv('A', 'input', 5, { kernel: 3, bias: true }),
    norm('N', 'A'),
    norm('M', 'N', false),
    depthwise('D', 'M', 2),
    flatten('F', 'D'),
    dense('L', 'F', 7),
  ]);
  expect(weightShapes(tiny)).toEqual([
    { name: 'A/kernel', shape: [3, 3, 3, 5] },
    { name: 'A/bias', shape: [5] },
    { name: 'N/gamma', shape: [5] },
    { name: 'N/beta', shape: [5] },
    { name: 'N/moving_mean', shape: [5] },
    { name: 'N/moving_variance', shape: [5] },
    // Without γ.
    { name: 'M/beta', shape: [5] },
    { name: 'M/moving_mean', shape: [5] },
    { name: 'M/moving_variance', shape: [5] },
    { name: 'D/kernel', shape: [3, 3, 5, 2] },
    { name: 'L/kernel', shape: [160, 7] }, // 4 · 4 · 10
    { name: 'L/bias', shape: [7] },
  ]);
});

/** Mean and standard deviation. */
function momentsOf(values: Float32Array): [number, number] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return [mean, Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)];
}

describe('seeded weights', () => {
  const a = conv('A', 'input', 64, { kernel: 3 });
  const b = conv('B', 'input', 8);

  test('depend on seed and name, not on the layers around or the order of asking', () => {
    const kernelOf = (layers: Layer[], seed: number) =>
      seededWeights(network([image(4, 64), ...layers], 'A'), seed)
        .get('A/kernel')
        ?.slice(0, 100);
    expect(kernelOf([a], 1)).toEqual(kernelOf([b, a], 1));
    expect(kernelOf([a, b], 1)).toEqual(kernelOf([b, a], 1));
    expect(kernelOf([a], 2)).not.toEqual(kernelOf([a], 1));
    expect(seededNormals('x', 100, 1)).toEqual(seededNormals('x', 100, 1));
    expect(seededNormals('x', 100, 1)).not.toEqual(seededNormals('y', 100, 1));
  });

  test('are longer or shorter cuts of the same numbers', () => {
    expect(seededNormals('x', 70_000, 1).slice(0, 10)).toEqual(seededNormals('x', 10, 1));
    const long = seededNormals('x', 70_000, 1);
    expect(long.slice(65_536, 65_546)).toEqual(long.slice(0, 10));
  });

  test('are standard normal', () => {
    const values = seededNormals('x', 65_536, 4);
    const [mean, deviation] = momentsOf(values);
    // Four standard errors: 4 / √65536 and 4 / √(2 · 65536).
    expect(Math.abs(mean)).toBeLessThan(0.0157);
    expect(Math.abs(deviation - 1)).toBeLessThan(0.0111);
    const beyond = values.filter((value) => Math.abs(value) > 1.96).length / values.length;
    expect(Math.abs(beyond - 0.05)).toBeLessThan(0.004);
  });

  test('have variance 2 / fan-in, that of a depthwise filter its window', () => {
    const weights = seededWeights(
      network([image(8, 64), a, depthwise('D', 'A', 8), flatten('F', 'D'), dense('L', 'F', 2)]),
      3,
    );
    const deviation = (name: string) => momentsOf(weights.get(name) ?? new Float32Array())[1];
    expect(deviation('A/kernel') / Math.sqrt(2 / 576)).toBeCloseTo(1, 1); // 3 · 3 · 64
    expect(deviation('D/kernel') / Math.sqrt(2 / 9)).toBeCloseTo(1, 1);
    expect(deviation('L/kernel') / Math.sqrt(2 / 32_768)).toBeCloseTo(1, 1); // 64 pixels · 512
  });

  test('keep batch norm near the identity, its variance positive', () => {
    const weights = seededWeights(network([image(4, 64), a, norm('N', 'A')]), 1);
    for (const [part, centre] of Object.entries({ gamma: 1, moving_variance: 1, beta: 0, moving_mean: 0 })) {
      for (const value of weights.get(`N/${part}`) ?? [])
        expect(Math.abs(value - centre)).toBeLessThanOrEqual(0.3001);
    }
  });
});

import { expect, test } from 'vitest';
import {
  type ChannelShape,
  fitResidualTable,
  residualAt,
} from '../../../calibration/ladder/residual-table.ts';
import { choleskySolve } from '../../../calibration/regression/cholesky.ts';
import { uniformNoise } from '../../support/noise.ts';

test('the Cholesky decomposition solves a positive definite system and refuses another', () => {
  const a = Float64Array.of(4, 2, 0.6, 2, 5, 1, 0.6, 1, 3);
  const x = [1, -2, 0.5];
  const b = Float64Array.from([0, 1, 2], (row) =>
    x.reduce((sum, value, k) => sum + (a[3 * row + k] as number) * value, 0),
  );
  choleskySolve(a, b).forEach((value, i) => {
    expect(value).toBeCloseTo(x[i] as number, 12);
  });
  expect(() => choleskySolve(Float64Array.of(1, 2, 2, 1), Float64Array.of(1, 1))).toThrow(
    'positive definite',
  );
});

/** Small inputs are slow, and so are outputs that do not fill a block of 16. */
function planted({ inputChannels, outputChannels }: ChannelShape): number {
  return 0.15 * Math.exp(-Math.log2(inputChannels) / 3) - (outputChannels % 16 === 0 ? 0.08 : 0);
}

function randomShapes(count: number, seed: number): ChannelShape[] {
  const noise = uniformNoise(seed);
  const width = () => 8 + Math.floor(400 * noise() ** 2);
  return Array.from({ length: count }, () => ({
    inputChannels: width(),
    // A third of them aligned.
    outputChannels: noise() < 0.33 ? 16 * (1 + Math.floor(20 * noise())) : width(),
    outputPixels: [49, 196, 784][Math.floor(3 * noise())] as number,
  }));
}

const rootMeanSquare = (values: readonly number[]) =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

test('a table learns what was planted, noise and outliers notwithstanding', () => {
  const noise = uniformNoise(3);
  const residuals = randomShapes(500, 1).map((shape, i) => ({
    shape,
    log: planted(shape) + 0.06 * (noise() - 0.5) + (i % 25 === 0 ? 1 : 0),
  }));
  const table = fitResidualTable(residuals);
  const unseen = randomShapes(200, 2);
  const errors = unseen.map((shape) => residualAt(table, shape) - planted(shape));
  expect(rootMeanSquare(errors)).toBeLessThan(0.3 * rootMeanSquare(unseen.map(planted)));
  expect(rootMeanSquare(errors)).toBeLessThan(0.025);
});

test('aligned channel counts are told apart from their neighbours', () => {
  const table = fitResidualTable(randomShapes(400, 1).map((shape) => ({ shape, log: planted(shape) })));
  const at = (outputChannels: number) =>
    residualAt(table, { inputChannels: 100, outputChannels, outputPixels: 196 });
  expect(at(95) - at(96)).toBeGreaterThan(0.04);
  expect(at(104) - at(112)).toBeGreaterThan(0.04);
});

test('beyond what was measured a table holds the value at its end', () => {
  const table = fitResidualTable(randomShapes(100, 1).map((shape) => ({ shape, log: 0.1 })));
  const far = { inputChannels: 16_384, outputChannels: 16_384, outputPixels: 1_000_000 };
  expect(Math.abs(residualAt(table, far))).toBeLessThan(0.1);
});

test('one shape alone makes a table', () => {
  const shape = { inputChannels: 64, outputChannels: 64, outputPixels: 49 };
  const table = fitResidualTable([{ shape, log: 0.2 }]);
  expect(residualAt(table, shape)).toBeGreaterThan(0.15);
});

import { expect, test } from 'vitest';
import type { ChannelShape } from '../../../calibration/ladder/channel-shape.ts';
import { fitResidualTable } from '../../../calibration/ladder/residual-fit.ts';
import { residualCovariance } from '../../../calibration/ladder/residual-prior.ts';
import { residualAt } from '../../../calibration/ladder/residual-table.ts';
import { uniformNoise } from '../../support/noise.ts';

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

test('shapes are alike by their octaves and by their remainders', () => {
  const shape = { inputChannels: 64, outputChannels: 64, outputPixels: 64 };
  // 0.1² + 0.07².
  expect(residualCovariance(shape, shape)).toBeCloseTo(0.0149, 12);
  // Two octaves on, as many as the prior's length: 0.1² · e^−½; the remainders are the same.
  expect(residualCovariance(shape, { ...shape, outputChannels: 256 })).toBeCloseTo(
    0.01 * Math.exp(-0.5) + 0.0049,
    12,
  );
  // Half a period on is 0.5 / 0.3 lengths; log₂(72 / 64) octaves are 0.0850 lengths.
  expect(residualCovariance(shape, { ...shape, inputChannels: 72 })).toBeCloseTo(
    0.01 * Math.exp(-0.5 * (Math.log2(72 / 64) / 2) ** 2) + 0.0049 * Math.exp(-0.5 * (0.5 / 0.3) ** 2),
    12,
  );
});

test('of one shape measured n times the table holds prior / (prior + noise / √n) of its residual', () => {
  const shape = { inputChannels: 64, outputChannels: 64, outputPixels: 64 };
  // 0.0149 / (0.0149 + 0.04² / √12) = 0.9699; entries are rounded to 1e-4, and two are added.
  const table = fitResidualTable(Array.from({ length: 12 }, () => ({ shape, log: 0.1 })));
  expect(Math.abs(residualAt(table, shape) - 0.09699)).toBeLessThan(1.1e-4);
});

test('between its knots a table is linear in the octave, and remainders add to it', () => {
  const alignment = new Array<number>(256).fill(0);
  alignment[8 * 16] = 0.05;
  const table = {
    inputOctaves: [4, 5] as [number, number],
    outputOctaves: [4, 4] as [number, number],
    pixelOctaves: [0, 0] as [number, number],
    smooth: [0.1, 0.3],
    alignment,
  };
  const at = (inputChannels: number) =>
    residualAt(table, { inputChannels, outputChannels: 16, outputPixels: 1 });
  expect(at(16)).toBe(0.1);
  expect(at(32)).toBeCloseTo(0.3, 12);
  // log₂ 24 = 4.585, and 24 is 8 modulo 16.
  expect(at(24)).toBeCloseTo(0.1 + 0.2 * (Math.log2(24) - 4) + 0.05, 12);
  // Beyond its ends it stays; 8 is 8 modulo 16 too.
  expect(at(1024)).toBeCloseTo(0.3, 12);
  expect(at(8)).toBeCloseTo(0.15, 12);
});

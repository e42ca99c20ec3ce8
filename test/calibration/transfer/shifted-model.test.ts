import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ResidualTable, residualAt } from '../../../calibration/ladder/residual-table.ts';
import { tableRung } from '../../../calibration/ladder/table.ts';
import { openDevice } from '../../../calibration/open-device.ts';
import { addedTables, shiftedModel } from '../../../calibration/transfer/shifted-model.ts';
import { priorOf } from '../../../calibration/transfer/transfer-profile.ts';
import { Lowering } from '../../../network/lowering/lower.ts';
import { rulesNamed } from '../../../network/lowering/rules.ts';
import { zooNetwork } from '../../../network/zoo/index.ts';

const octaves = fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 4 }));
const table = fc
  .tuple(octaves, octaves, octaves, fc.infiniteStream(fc.double({ min: -1, max: 1, noNaN: true })))
  .map(([a, b, c, values]): ResidualTable => {
    const take = (count: number) => Array.from({ length: count }, () => values.next().value as number);
    const [inputOctaves, outputOctaves, pixelOctaves] = [a, b, c].map(([first, more]) => [
      first,
      first + more,
    ]) as [[number, number], [number, number], [number, number]];
    const knots = (1 + a[1]) * (1 + b[1]) * (1 + c[1]);
    return { inputOctaves, outputOctaves, pixelOctaves, smooth: take(knots), alignment: take(256) };
  });
const channels = fc.integer({ min: 1, max: 2048 });

test('two tables added are, at any shape, the sum of both', () => {
  fc.assert(
    fc.property(
      table,
      table,
      channels,
      channels,
      channels,
      (a, b, inputChannels, outputChannels, outputPixels) => {
        const shape = { inputChannels, outputChannels, outputPixels };
        expect(residualAt(addedTables(a, b), shape)).toBeCloseTo(
          residualAt(a, shape) + residualAt(b, shape),
          9,
        );
      },
    ),
    { numRuns: 300, seed: 1 },
  );
});

describe('a shifted model', () => {
  const device = openDevice('profiles/amd-epyc-onnxruntime-1-thread-inception-v2.json');
  if (device.kind !== 'measured') throw new Error('a datasheet');
  const { rules } = device.profile.engine;
  const { model } = priorOf(device.profile, rules);
  const kernels = new Lowering(zooNetwork('inception-v2'), rulesNamed(rules)).kernels();
  const factor = (value: number) => ({ factor: value, low: value, high: value, kernels: 1 });

  test('takes the factor of its class, or the common one, times as long', () => {
    const [first] = kernels;
    const name = first?.kernelClass ?? '';
    const shifted = shiftedModel(model, { common: factor(2), classes: { [name]: factor(0.5) } });
    for (const kernel of kernels) {
      const ratio = tableRung.predict(shifted, kernel).latencyUs / tableRung.predict(model, kernel).latencyUs;
      expect(ratio).toBeCloseTo(kernel.kernelClass === name ? 0.5 : 2, 9);
    }
  });

  test('of another engine is refused in words', () => {
    expect(() => priorOf(device.profile, 'tfjs')).toThrow(
      /^got --from AMD EPYC onnxruntime ×1, whose kernels are onnxruntime-nchw16c; expected .*, tfjs; name one/,
    );
  });
});

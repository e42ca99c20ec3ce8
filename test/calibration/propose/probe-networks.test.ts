import { expect, test } from 'vitest';
import { probeNetworks } from '../../../calibration/propose/probe-networks.ts';
import { arithmeticIntensity, kernelBytes } from '../../../network/lowering/kernel.ts';
import { Lowering } from '../../../network/lowering/lower.ts';
import { rulesNamed } from '../../../network/lowering/rules.ts';

const probes = probeNetworks();
const kernels = probes.flatMap((probe) => [
  ...new Lowering(probe, rulesNamed('onnxruntime-nchw16c'), 1).kernels(),
]);

test('every probe has a name of its own', () => {
  expect(new Set(probes.map(({ name }) => name)).size).toBe(probes.length);
});

test('products of a matrix and a vector move half a FLOP for each byte of the matrix', () => {
  const product = kernels.find(({ op, inputChannels }) => op === 'dense' && inputChannels === 3072);
  if (product === undefined) throw new Error('no product of 3072 channels');
  // 2 · 3072² FLOPs; 4 · 3072² bytes of weights, the vectors and biases a thousandth beside.
  expect(product.flops).toBe(2 * 3072 ** 2);
  expect(kernelBytes(product) / (4 * 3072 ** 2)).toBeCloseTo(1, 2);
});

test('intensities go from none to what only computing bounds', () => {
  const intensities = kernels.map(arithmeticIntensity);
  expect(Math.min(...intensities)).toBe(0);
  // The ridge of a CPU core lies near 10 FLOPs a byte.
  expect(Math.max(...intensities)).toBeGreaterThan(50);
});

test('depthwise kernels are there in blocks and, of widths that are no multiples of 4, without', () => {
  const layouts = kernels.filter(({ op }) => op === 'depthwise-conv').map(({ layout }) => layout);
  expect(new Set(layouts)).toEqual(new Set(['nchwc', 'nchw']));
});

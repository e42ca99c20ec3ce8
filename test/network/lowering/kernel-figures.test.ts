import { describe, expect, test } from 'vitest';
import { NetworkBuilder } from '../../../network/builder.ts';
import { kernelBytes } from '../../../network/lowering/kernel.ts';
import { Lowering } from '../../../network/lowering/lower.ts';
import { onnxruntimeRules, TFJS_RULES } from '../../../network/lowering/rules.ts';
import {
  activation,
  add,
  concat,
  conv,
  dense,
  depthwise,
  globalPool,
  image,
  network,
  norm,
  pool,
} from '../layers.ts';

test('a kernel counts its FLOPs, bytes and weights', () => {
  const kernels = new Lowering(
    network([
      image(4, 3),
      conv('A', 'input', 4, { kernel: 3, stride: 2, bias: true }), // 2×2 pixels
      depthwise('D', 'A', 2), // 8 channels
      pool('max-pool', 'P', 'D', { stride: 2 }), // 1×1
      norm('N', 'P'),
      globalPool('G', 'N'),
      dense('L', 'G', 5),
    ]),
    TFJS_RULES,
    2,
  ).kernels();
  const figures = kernels.map(({ kernelClass, flops, inputBytes, outputBytes, weightBytes }) => [
    kernelClass,
    flops,
    [inputBytes / 4, outputBytes / 4, weightBytes / 4],
  ]);
  // All data twice (batch 2), weights once.
  expect(figures).toEqual([
    ['conv 3x3/2 nhwc', 2 * 2 * 4 * 9 * 3 * 4, [96, 32, 108 + 4]],
    ['depthwise-conv 3x3/1 nhwc', 2 * 2 * 4 * 9 * 8, [32, 64, 72]],
    ['max-pool 3x3/2 nhwc', 0, [64, 16, 0]],
    ['batch-norm nhwc', 0, [16, 16, 32]],
    ['global-avg-pool nhwc', 0, [16, 16, 0]],
    ['dense nhwc', 2 * 2 * 8 * 5, [16, 10, 40 + 5]],
  ]);
  expect(kernels.map(kernelBytes)[0]).toBe(4 * (96 + 32 + 112));
});

test('an add reads all its inputs, a concat what it writes', () => {
  const kernels = new Lowering(
    network([
      image(2, 3),
      conv('A', 'input', 4),
      conv('B', 'input', 4),
      conv('C', 'input', 4),
      add('S', 'A', 'B', 'C'),
      concat('J', 'S', 'A'),
      conv('D', 'J', 1),
    ]),
    TFJS_RULES,
  ).kernels();
  const find = (name: string) => kernels.find((kernel) => kernel.name === name);
  expect(find('S')).toMatchObject({ inputBytes: 4 * 48, outputBytes: 4 * 16 });
  expect(find('J')).toMatchObject({ inputBytes: 4 * 32, outputBytes: 4 * 32 });
});

describe('a multiply reads each input at its own size', () => {
  /** What multiplies two of: a map of 64 channels of 32×32 pixels, another, and a gate of 64 channels. */
  const product = (first: 'map' | 'other' | 'gate', second: 'map' | 'other' | 'gate') => {
    const builder = new NetworkBuilder('product');
    const input = builder.input(32, 32, 3);
    const map = builder.conv('map', input, 64, 3);
    const other = builder.conv('other', input, 64, 3);
    const pooled = builder.add({ kind: 'global-avg-pool', name: 'pooled', inputs: [map], keepDims: true });
    const gate = builder.conv('gate', pooled, 64, 1, { activation: 'sigmoid' });
    const inputs = [{ map, other, gate }[first], { map, other, gate }[second]];
    const outputs = [builder.add({ kind: 'multiply', name: 'product', inputs }), other, gate];
    const kernels = new Lowering(builder.build(...outputs), TFJS_RULES).kernels();
    return kernels.find(({ op }) => op === 'multiply');
  };
  const mapBytes = 4 * 64 * 32 * 32; // 262144
  const gateBytes = 4 * 64;

  test.each([
    ['map', 'gate'],
    ['gate', 'map'],
  ] as const)('%s × %s', (first, second) => {
    expect(product(first, second)).toMatchObject({
      inputBytes: mapBytes + gateBytes,
      outputBytes: mapBytes,
      weightBytes: 0,
    });
  });

  test('map × map', () => {
    const kernel = product('map', 'other');
    expect(kernel).toMatchObject({ inputBytes: 2 * mapBytes, outputBytes: mapBytes });
    expect(kernel && kernelBytes(kernel)).toBe(786_432);
  });

  test('a hard-swish in two kernels: its gate, and the product of the two', () => {
    const swish = [image(4, 3), activation('H', 'input', 'hard-swish')];
    const kernels = new Lowering(network(swish), onnxruntimeRules(null)).kernels();
    const map = 4 * 3 * 4 * 4;
    expect(kernels.map(({ op, inputBytes, outputBytes }) => [op, inputBytes, outputBytes])).toEqual([
      ['activation', map, map],
      ['multiply', 2 * map, map],
    ]);
  });
});

test('a slice reads what it writes; slices that run as one, all of their input', () => {
  const slice = (name: string, from: number, channels: number) =>
    ({ kind: 'slice', name, inputs: ['A'], from, channels }) as const;
  const lowered = (...layers: ReturnType<typeof slice>[]) => {
    const names = layers.map(({ name }) => name);
    const kernels = new Lowering(
      network([image(2, 3), conv('A', 'input', 12), ...layers], ...names),
      onnxruntimeRules(null),
    ).kernels();
    return kernels
      .filter(({ op }) => op === 'slice')
      .map(({ inputBytes, outputBytes }) => [inputBytes / 4, outputBytes / 4]);
  };
  // 4 pixels, of 5 of 12 channels, then of 5 and 7.
  expect(lowered(slice('S', 2, 5))).toEqual([[20, 20]]);
  expect(lowered(slice('S', 0, 5), slice('T', 5, 7))).toEqual([[48, 48]]);
});

test('a bias that nothing takes in is read, a value per channel', () => {
  const biased = network([image(2, 3), { kind: 'bias-add', name: 'B', inputs: ['input'] }]);
  const [kernel] = new Lowering(biased, TFJS_RULES).kernels();
  expect(kernel).toMatchObject({ op: 'bias-add', inputBytes: 48, outputBytes: 48, weightBytes: 12 });
});

test('a convolution of groups joins the channels of each among themselves', () => {
  const grouped = network([image(2, 6), { ...conv('A', 'input', 9, { kernel: 3, bias: true }), groups: 3 }]);
  const [kernel] = new Lowering(grouped, TFJS_RULES, 2).kernels();
  // 3 groups of 2 inputs and 3 outputs: 18 pairs of 9 taps; 4 pixels, batch 2.
  expect(kernel).toMatchObject({ flops: 2 * 2 * 4 * 9 * 18, weightBytes: 4 * (9 * 18 + 9) });
});

import { expect, test } from 'vitest';
import { kernelBytes } from '../../../network/lowering/kernel.ts';
import { Lowering } from '../../../network/lowering/lower.ts';
import { TFJS_RULES } from '../../../network/lowering/rules.ts';
import { add, concat, conv, dense, depthwise, globalPool, image, network, norm, pool } from '../layers.ts';

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

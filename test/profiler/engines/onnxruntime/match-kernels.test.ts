import { expect, test } from 'vitest';
import { Lowering } from '../../../../network/lowering/lower.ts';
import { onnxruntimeRules } from '../../../../network/lowering/rules.ts';
import { kernelTimings, matchKernels } from '../../../../profiler/engines/onnxruntime/match-kernels.ts';
import type { KernelEvent } from '../../../../profiler/engines/onnxruntime/profile-events.ts';
import { activation, conv, image, network, pool } from '../../../network/layers.ts';

/** reorder-free: 3 channels go into blocks as they are. */
const KERNELS = new Lowering(
  network([
    image(8, 3),
    conv('A', 'input', 16, { kernel: 3 }),
    activation('T', 'A', 'elu'),
    pool('max-pool', 'P', 'T', { padding: 'valid' }),
  ]),
  onnxruntimeRules(8),
).kernels();

let at = 0;
const event = (node: string, op: string, outputShape: number[] = []): KernelEvent => ({
  node,
  op,
  durationUs: ++at,
  outputShape,
  provider: 'CPUExecutionProvider',
});
const namesOf = (events: readonly KernelEvent[]) =>
  kernelTimings(KERNELS, events).map(({ kernel, durationUs }) => [kernel.name, kernel.op, durationUs]);

test('kernels are found by the names that their nodes have', () => {
  at = 0;
  expect(KERNELS.map(({ op, name, layout }) => [op, name, layout])).toEqual([
    ['conv', 'A', 'nchwc'],
    ['reorder-output', 'A', 'nchw'],
    ['activation', 'T', 'nchw'],
    ['reorder-input', 'T', 'nchwc'],
    ['max-pool', 'P', 'nchwc'],
    ['reorder-output', 'P', 'nchw'],
  ]);
  const seen = [
    event('A_nchwc', 'Conv'),
    event('ReorderOutput', 'ReorderOutput', [1, 16, 8, 8]),
    event('T', 'Elu'),
    event('ReorderInput', 'ReorderInput', [1, 16, 8, 8]),
    event('P_nchwc', 'MaxPool'),
    event('ReorderOutput_1', 'ReorderOutput', [1, 16, 6, 6]),
    event('view', 'Reshape'),
  ];
  expect(matchKernels(KERNELS, seen)).toEqual({ eventOf: Int32Array.of(0, 1, 2, 3, 4, 5), unforeseen: [] });
});

test('what was fused otherwise or in another layout is told as it ran, behind the others', () => {
  at = 0;
  const seen = [event('A_nchwc', 'Conv'), event('T', 'Elu'), event('P', 'MaxPool'), event('fast', 'Gelu')];
  expect(namesOf(seen)).toEqual([
    ['A', 'conv', 1],
    ['T', 'activation', 2],
    // Foreseen in blocks.
    ['P', 'MaxPool', 3],
    ['fast', 'Gelu', 4],
  ]);
  expect(matchKernels(KERNELS, seen)).toEqual({
    eventOf: Int32Array.of(0, -1, 1, -1, -1, -1),
    unforeseen: [2, 3],
  });
});

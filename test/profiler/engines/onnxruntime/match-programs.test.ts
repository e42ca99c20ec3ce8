import { describe, expect, test } from 'vitest';
import { NetworkBuilder } from '../../../../network/builder.ts';
import { deployedNetwork } from '../../../../network/deployed.ts';
import { Lowering } from '../../../../network/lowering/lower.ts';
import { ONNXRUNTIME_WEBGPU_RULES } from '../../../../network/lowering/rules.ts';
import { programTimings } from '../../../../profiler/engines/onnxruntime/match-programs.ts';
import type { KernelEvent, ProgramEvent } from '../../../../profiler/engines/onnxruntime/profile-events.ts';

const builder = new NetworkBuilder('turned');
const first = builder.conv('first', builder.input(8, 8, 3), 4, 3);
builder.add({ kind: 'upsample', name: 'larger', inputs: [first], factor: [2, 2], interpolation: 'nearest' });
const KERNELS = new Lowering(deployedNetwork(builder.build('larger')), ONNXRUNTIME_WEBGPU_RULES).kernels();

const program = (node: string, op: string, durationUs: number): ProgramEvent => ({ node, op, durationUs });
const NODE: KernelEvent = {
  node: 'first_token_2',
  op: 'Conv',
  durationUs: 1,
  outputShape: [1, 8, 8, 4],
  provider: 'WebGpuExecutionProvider',
};
const PROGRAMS = [
  program('Transpose', 'Transpose', 5),
  // A kernel may be several programs.
  program('first_token_2', 'Conv', 1),
  program('first_token_2', 'Conv', 20),
  program('Transpose_token_9', 'Transpose', 3),
  program('larger', 'Resize', 40),
  program('Transpose_token_11', 'Transpose', 2),
];

describe('kernels of the WebGPU provider', () => {
  test('start with the turn of the input, a class of its own', () => {
    expect(KERNELS.map(({ kernelClass }) => kernelClass)).toEqual([
      'transpose nhwc',
      'conv 3x3/1 nhwc',
      'upsample nhwc',
    ]);
    expect(KERNELS[0]).toMatchObject({ flops: 0, inputBytes: 768, outputBytes: 768, weightBytes: 0 });
  });

  test('take the time of all their programs, with turns of the data around them', () => {
    const timings = programTimings(KERNELS, { kernels: [NODE], programs: PROGRAMS });
    expect(timings.map(({ kernel, durationUs }) => [kernel.name, durationUs])).toEqual([
      ['input', 5],
      ['first', 21],
      ['larger', 45],
    ]);
  });

  test('that ran on another provider are an error', () => {
    const elsewhere = { ...NODE, provider: 'CPUExecutionProvider' };
    expect(() => programTimings(KERNELS, { kernels: [elsewhere], programs: PROGRAMS })).toThrow(
      'ran Conv first_token_2 on CPUExecutionProvider, not on WebGpuExecutionProvider',
    );
    // A view moves no data, wherever it is kept.
    const view = { ...NODE, op: 'Flatten', provider: 'CPUExecutionProvider' };
    expect(() => programTimings(KERNELS, { kernels: [view], programs: PROGRAMS })).not.toThrow();
  });

  test('that were not predicted stand behind those that were, as they are called', () => {
    const others = [...PROGRAMS.slice(0, 3), program('first_turned', 'Relu', 4)];
    const timings = programTimings(KERNELS, { kernels: [NODE], programs: others });
    expect(timings.map(({ kernel, durationUs }) => [kernel.name, kernel.op, durationUs])).toEqual([
      ['input', 'transpose', 5],
      ['first', 'conv', 21],
      ['first_turned', 'Relu', 4],
    ]);
    expect(timings[2]?.kernel).toEqual({ name: 'first_turned', op: 'Relu', isUnforeseen: true });
  });
});

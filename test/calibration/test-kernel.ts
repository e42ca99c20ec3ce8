import type { Kernel } from '../../network/lowering/kernel.ts';

const COSTS: Kernel['costs'] = {
  groups: 1,
  flopsPerPair: 0,
  flopsPerOutput: 0,
  readPerInput: 0,
  readPerOutput: 0,
  writtenPerOutput: 0,
  weightsPerPair: 0,
  weightsPerOutput: 0,
};

/** A kernel that computes and moves nothing but what is given; 64 channels to 64, 8×8 pixels. */
export function testKernel(given: Partial<Kernel> = {}): Kernel {
  return {
    name: 'kernel',
    layers: ['kernel'],
    op: 'conv',
    layout: 'nhwc',
    kernelClass: 'conv 1x1/1 nhwc',
    batch: 1,
    input: { height: 8, width: 8 },
    output: { height: 8, width: 8 },
    filter: { height: 1, width: 1 },
    costs: COSTS,
    inputChannels: 64,
    outputChannels: 64,
    paddedInputChannels: 64,
    paddedOutputChannels: 64,
    flops: 0,
    paddedFlops: 0,
    inputBytes: 0,
    outputBytes: 0,
    weightBytes: 0,
    ...given,
  };
}

import { expect, test } from 'vitest';
import { channelLattices } from '../../../calibration/slopes/channel-lattice.ts';
import { testKernel } from '../test-kernel.ts';

const every = { first: 1, dense: 1, step: 1 };

test('a plain convolution has every channel count', () => {
  expect(channelLattices(testKernel({ layout: 'nchw' }), 16)).toEqual({
    input: every,
    output: every,
    tied: false,
  });
});

test('a blocked convolution reads fewer channels than a block one by one, then fours, and makes any', () => {
  expect(channelLattices(testKernel({ layout: 'nchwc' }), 16)).toEqual({
    input: { first: 1, dense: 16, step: 4 },
    output: every,
    tied: false,
  });
});

test('a vec4 program keeps the remainder that its channels have of four', () => {
  const kernel = testKernel({ program: 'direct-vec4' as never, inputChannels: 3, outputChannels: 64 });
  expect(channelLattices(kernel, null)).toEqual({
    input: { first: 3, dense: 3, step: 4 },
    output: { first: 4, dense: 4, step: 4 },
    tied: false,
  });
});

test('a blocked pool has whole blocks, its outputs as many as its inputs', () => {
  const blocks = { first: 16, dense: 16, step: 16 };
  expect(channelLattices(testKernel({ op: 'max-pool', layout: 'nchwc' }), 16)).toEqual({
    input: blocks,
    output: blocks,
    tied: true,
  });
});

test('a depthwise convolution of two outputs per input is told by its inputs, the fewer', () => {
  const kernel = testKernel({ op: 'depthwise-conv', inputChannels: 10, outputChannels: 20 });
  expect(channelLattices(kernel, null)).toEqual({ input: every, output: every, tied: true });
});

import { expect, test } from 'vitest';
import { kernelOf } from '../../../calibration/fit/recorded-kernel.ts';
import { kernelRow } from '../test-records.ts';

test('the kernel of a row is what was measured, field by field', () => {
  expect(kernelOf(kernelRow())).toMatchObject({
    name: 'conv_1',
    layers: [],
    op: 'conv',
    layout: 'nchw',
    kernelClass: 'conv 3x3/2 nchw',
    batch: 2,
    input: { height: 17, width: 15 },
    output: { height: 9, width: 8 },
    filter: { height: 3, width: 3 },
    inputChannels: 3,
    outputChannels: 10,
    paddedInputChannels: 3,
    paddedOutputChannels: 16,
    // 2 multiply-adds · batch 2 · 9 · 8 pixels · 9 taps · 3 · 10 channels; of 16 where they are padded.
    flops: 2 * 2 * 72 * 9 * 3 * 10,
    paddedFlops: 2 * 2 * 72 * 9 * 3 * 16,
    inputBytes: 4 * 2 * 17 * 15 * 3,
    outputBytes: 4 * 2 * 72 * 10,
    weightBytes: 4 * 9 * 3 * 10,
  });
});

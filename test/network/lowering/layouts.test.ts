import { describe, expect, test } from 'vitest';
import type { Layer } from '../../../network/layer.ts';
import { Lowering } from '../../../network/lowering/lower.ts';
import { onnxruntimeRules } from '../../../network/lowering/rules.ts';
import {
  activation,
  add,
  concat,
  conv,
  dense,
  depthwise,
  flatten,
  globalPool,
  image,
  network,
  pool,
} from '../layers.ts';

// Blocks of 8 channels, as on a processor with AVX2. Inputs of a multiple of 4 channels can be reordered.
const lowered = (layers: Layer[]) => new Lowering(network(layers), onnxruntimeRules(8)).kernels();
/** `name op layout` of each kernel; reorders are named after the tensor they reorder. */
const layoutsOf = (layers: Layer[]) =>
  lowered(layers).map(({ name, op, layout }) =>
    op.startsWith('reorder') ? `${name} ${op}` : `${name} ${layout}`,
  );
/** A first convolution reads the 3 channels of an image in the plain layout and writes blocks. */
const stem = (filters: number) => [image(8, 3), conv('stem', 'input', filters)];

describe('ONNX Runtime’s blocked layout', () => {
  test('starts at a convolution of an image, without a reorder, and ends with the network', () => {
    expect(layoutsOf(stem(16))).toEqual(['stem nchwc', 'stem reorder-output']);
    const [first] = lowered(stem(12));
    // The image is not padded to a block; 12 filters are computed as 16.
    expect(first).toMatchObject({ paddedInputChannels: 3, paddedOutputChannels: 16 });
    // 2 · 64 pixels · 3 · 12 and · 16
    expect(first).toMatchObject({ flops: 4608, paddedFlops: 6144 });
  });

  test('goes from convolution to convolution without a reorder', () => {
    expect(layoutsOf([...stem(16), conv('A', 'stem', 24), activation('R', 'A'), conv('B', 'R', 8)])).toEqual([
      'stem nchwc',
      'A nchwc',
      'B nchwc',
      'B reorder-output',
    ]);
  });

  test('is left and entered again by a convolution of fewer channels than a block', () => {
    // 4 filters are computed as a block of 8; the next convolution reads the 4 in the plain layout, unpadded.
    const layers = [...stem(4), conv('A', 'stem', 8)];
    expect(layoutsOf(layers)).toEqual(['stem nchwc', 'stem reorder-output', 'A nchwc', 'A reorder-output']);
    expect(lowered(layers)[0]).toMatchObject({ outputChannels: 4, paddedOutputChannels: 8 });
    expect(lowered(layers)[2]).toMatchObject({ inputChannels: 4, paddedInputChannels: 4 });
  });

  test('is left for a convolution on a number of channels that is no multiple of 4', () => {
    // 13 channels are at least a block, and 13 % 4 ≠ 0.
    expect(layoutsOf([...stem(13), conv('A', 'stem', 16)])).toEqual([
      'stem nchwc',
      'stem reorder-output',
      'A nchw',
    ]);
    // 12 % 4 = 0: blocked, as 16.
    expect(layoutsOf([...stem(12), conv('A', 'stem', 16)])).toEqual([
      'stem nchwc',
      'A nchwc',
      'A reorder-output',
    ]);
  });

  test('is entered anew by one reorder for all that want it', () => {
    // The plain A feeds two blocked convolutions and a plain one.
    const layers = [
      ...stem(13),
      conv('A', 'stem', 16), // plain, since 13 % 4 ≠ 0
      conv('B', 'A', 8),
      conv('C', 'A', 8),
      add('S', 'B', 'C'),
    ];
    expect(layoutsOf(layers)).toEqual([
      'stem nchwc',
      'stem reorder-output',
      'A nchw',
      'A reorder-input',
      'B nchwc',
      'C nchwc',
      // B computes the add S as it writes its result.
      'S reorder-output',
    ]);
  });

  test('takes pools whose channels fill whole blocks', () => {
    expect(layoutsOf([...stem(16), pool('max-pool', 'P', 'stem')])).toEqual([
      'stem nchwc',
      'P nchwc',
      'P reorder-output',
    ]);
    expect(layoutsOf([...stem(12), pool('max-pool', 'P', 'stem')])).toEqual([
      'stem nchwc',
      'stem reorder-output',
      'P nchw',
    ]);
  });

  test('takes depthwise convolutions on a multiple of 4 channels, with multiplier 1', () => {
    expect(layoutsOf([...stem(12), depthwise('D', 'stem')])).toEqual([
      'stem nchwc',
      'D nchwc',
      'D reorder-output',
    ]);
    expect(layoutsOf([...stem(12), depthwise('D', 'stem', 2)])).toEqual([
      'stem nchwc',
      'stem reorder-output',
      'D nchw',
    ]);
    expect(layoutsOf([...stem(10), depthwise('D', 'stem')])).toEqual([
      'stem nchwc',
      'stem reorder-output',
      'D nchw',
    ]);
  });

  test('goes through a concat of whole blocks, and ends before one of parts', () => {
    const branches = (a: number, b: number) => [
      ...stem(16),
      conv('A', 'stem', a),
      conv('B', 'stem', b),
      concat('J', 'A', 'B'),
      globalPool('G', 'J'),
      dense('L', 'G', 4),
    ];
    expect(layoutsOf(branches(8, 16))).toEqual([
      'stem nchwc',
      'A nchwc',
      'B nchwc',
      'J nchwc',
      'G nchwc',
      'G reorder-output',
      'L nchw',
    ]);
    expect(layoutsOf(branches(8, 12))).toEqual([
      'stem nchwc',
      'A nchwc',
      'A reorder-output',
      'B nchwc',
      'B reorder-output',
      'J nchw',
      'G nchw',
      'L nchw',
    ]);
  });

  test('ends before a flatten, whose turning the reorder does', () => {
    // 8 · 64 channels go into the dense layer.
    expect(layoutsOf([...stem(8), flatten('F', 'stem'), dense('L', 'F', 4)])).toEqual([
      'stem nchwc',
      'stem reorder-output',
      'L nchw',
    ]);
  });

  test('pads what a reorder moves to whole blocks on its blocked side', () => {
    const reorder = lowered([...stem(13), conv('A', 'stem', 4)])[1];
    // 64 pixels, 13 channels as 16.
    expect(reorder).toMatchObject({
      op: 'reorder-output',
      kernelClass: 'reorder-output',
      inputChannels: 13,
      paddedInputChannels: 16,
      paddedOutputChannels: 13,
      inputBytes: 4 * 64 * 16,
      outputBytes: 4 * 64 * 13,
      flops: 0,
    });
  });
});

test('without blocks everything stays plain', () => {
  const layers = [...stem(16), pool('max-pool', 'P', 'stem'), conv('A', 'P', 16)];
  const kernels = new Lowering(network(layers), onnxruntimeRules(null)).kernels();
  expect(kernels.map(({ name, layout }) => `${name} ${layout}`)).toEqual(['stem nchw', 'P nchw', 'A nchw']);
});

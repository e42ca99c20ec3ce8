import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Layer, Padding } from '../../network/layer.ts';
import { inferShapes, outputShape, padAmounts, type Shape } from '../../network/shapes.ts';
import { add, concat, conv, dense, depthwise, flatten, globalPool, image, network, pool } from './layers.ts';

const map = (height: number, width: number, channels: number): Shape => ({
  height,
  width,
  channels,
  flat: false,
});
const sizeAfter = (size: number, kernel: number, stride: number, padding: Padding) =>
  outputShape(conv('A', 'input', 1, { kernel, stride, padding }), [map(size, size, 1)]).height;
const padsOf = (size: number, kernel: number, stride: number) => {
  const pad = padAmounts({ height: size, width: size }, [kernel, kernel], [stride, stride], 'same');
  return [pad.top, pad.bottom, pad.left, pad.right];
};

describe('TensorFlow’s SAME padding', () => {
  test.each([
    // total = (ceil(size / stride) − 1) · stride + kernel − size
    { size: 5, kernel: 3, stride: 1, output: 5, pads: [1, 1] }, // 4 + 3 − 5 = 2
    { size: 5, kernel: 3, stride: 2, output: 3, pads: [1, 1] }, // 2·2 + 3 − 5 = 2
    { size: 6, kernel: 3, stride: 2, output: 3, pads: [0, 1] }, // 2·2 + 3 − 6 = 1: the odd zero at the end
    { size: 224, kernel: 7, stride: 2, output: 112, pads: [2, 3] }, // 111·2 + 7 − 224 = 5
    { size: 7, kernel: 1, stride: 2, output: 4, pads: [0, 0] }, // 3·2 + 1 − 7 = 0
    { size: 8, kernel: 1, stride: 3, output: 3, pads: [0, 0] }, // 2·3 + 1 − 8 < 0: nothing to pad
    { size: 4, kernel: 2, stride: 1, output: 4, pads: [0, 1] }, // 3 + 2 − 4 = 1
  ])('makes $output of $size with a $kernel wide window at stride $stride', (wanted) => {
    const { size, kernel, stride, output, pads } = wanted;
    expect(sizeAfter(size, kernel, stride, 'same')).toBe(output);
    expect(padsOf(size, kernel, stride)).toEqual([...pads, ...pads]);
  });

  test('always gives ceil(size / stride), with an evenly split border and the odd zero at the end', () => {
    const size = fc.integer({ min: 1, max: 60 });
    fc.assert(
      fc.property(
        size,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 4 }),
        (n, kernel, stride) => {
          expect(sizeAfter(n, kernel, stride, 'same')).toBe(Math.ceil(n / stride));
          const [before = 0, after = 0] = padsOf(n, kernel, stride);
          expect([0, 1]).toContain(after - before);
        },
      ),
    );
  });

  test('treats height and width by themselves', () => {
    const layer: Layer = { ...conv('A', 'input', 2), kernelSize: [3, 1], strides: [2, 1] };
    // Height ceil(7 / 2) = 4, width 10.
    expect(outputShape(layer, [map(7, 10, 3)])).toEqual(map(4, 10, 2));
    const pad = padAmounts({ height: 7, width: 10 }, [3, 1], [2, 1], 'same');
    // Height: 3·2 + 3 − 7 = 2; width: 9 + 1 − 10 = 0.
    expect(pad).toEqual({ top: 1, bottom: 1, left: 0, right: 0 });
  });
});

describe('other paddings', () => {
  test.each([
    [7, 7, 1, 1], // (7 − 7) / 1 + 1
    [5, 3, 2, 2], // floor(2 / 2) + 1
    [6, 3, 2, 2], // floor(3 / 2) + 1: the last column is not read
  ])('VALID on %i with a %i wide window at stride %i makes %i', (size, kernel, stride, output) => {
    expect(sizeAfter(size, kernel, stride, 'valid')).toBe(output);
  });

  test('given in pixels they are taken as they are', () => {
    // ResNet's first convolution: floor((224 + 3 + 3 − 7) / 2) + 1 = 112.
    expect(sizeAfter(224, 7, 2, { top: 3, bottom: 3, left: 3, right: 3 })).toBe(112);
  });
});

test('every layer kind has its output shape', () => {
  const layers = [
    image(8, 3),
    conv('conv', 'input', 6, { kernel: 3, stride: 2 }), // 8 → 4
    depthwise('depthwise', 'conv', 2), // 6 · 2 = 12
    pool('max-pool', 'max', 'conv', { stride: 2 }), // 4 → 2
    pool('avg-pool', 'average', 'conv', { stride: 2 }),
    add('add', 'max', 'average'),
    concat('concat', 'add', 'max'), // 6 + 6 = 12
    flatten('flatten', 'concat'), // 2 · 2 · 12 = 48
    globalPool('pooled', 'depthwise'),
    dense('dense', 'flatten', 10),
  ];
  const shapes = inferShapes(network(layers, 'dense', 'pooled'));
  const flat = (channels: number) => ({ height: 1, width: 1, channels, flat: true });
  expect(Object.fromEntries(shapes)).toEqual({
    input: map(8, 8, 3),
    conv: map(4, 4, 6),
    depthwise: map(4, 4, 12),
    max: map(2, 2, 6),
    average: map(2, 2, 6),
    add: map(2, 2, 6),
    concat: map(2, 2, 12),
    flatten: flat(48),
    pooled: flat(12),
    dense: flat(10),
  });
});

describe('what does not fit is said', () => {
  test('a window larger than its input', () => {
    const layer = pool('max-pool', 'P', 'input', { kernel: 3, padding: 'valid' });
    expect(() => outputShape(layer, [map(2, 5, 1)])).toThrow(
      'got a 2×5 input to max-pool P; expected at least its 3×3 window; use a larger image or another padding',
    );
  });

  test('maps of two sizes at a concat or add', () => {
    expect(() => outputShape(concat('J', 'A', 'B'), [map(4, 4, 1), map(2, 2, 1)])).toThrow(
      'got 4×4 and 2×2 maps at concat J; expected inputs of one height and width; correct the strides before it',
    );
  });

  test('an add of different channel counts', () => {
    expect(() => outputShape(add('S', 'A', 'B'), [map(4, 4, 8), map(4, 4, 6)])).toThrow(
      'got 8 and 6 channels at add S; expected equal channel counts; give the layers before it one width',
    );
  });
});

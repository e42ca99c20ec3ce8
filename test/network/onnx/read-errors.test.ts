import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readModelFile } from '../../../network/model-file.ts';
import { readOnnx } from '../../../network/onnx/read.ts';
import { UserError } from '../../../records/user-error.ts';
import { type TinyModel, tinyModel } from './tiny-model.ts';

const FIXTURE = join(import.meta.dirname, '../../fixtures/models/onnx/residual_folded.onnx');

/** The one line that reading says. */
function messageOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    const { message } = error as Error;
    expect(message).not.toContain('\n');
    return message;
  }
  throw new Error('nothing was wrong');
}

const errorOf = (model: TinyModel) =>
  messageOf(() => readOnnx(tinyModel(model), 'tiny', { label: 'a.onnx' }));
const conv = { op: 'Conv', inputs: ['input', 'w'], name: 'body/Conv' };
const filters = { w: { dims: [3, 2, 1, 1], values: [1, 2, 3, 4, 5, 6] } };

describe('a node that has no place in a network', () => {
  test.each<[string, TinyModel, RegExp]>([
    [
      'of an unknown operator',
      { nodes: [{ op: 'LayerNormalization', inputs: ['input'], name: '/norm' }] },
      /^got a\.onnx: node '\/norm' \(LayerNormalization\) with an operator that is not read; expected operators of .*Conv, .*; export the model without it$/,
    ],
    [
      'quantized',
      { nodes: [{ op: 'QuantizeLinear', inputs: ['input'], name: 'q' }] },
      /node 'q' \(QuantizeLinear\) with quantized tensors; expected a float32 model; export the model before it is quantized/,
    ],
    [
      'of another domain',
      { nodes: [{ op: 'FusedConv', inputs: ['input'], domain: 'com.microsoft' }] },
      /node 'n0' \(FusedConv\) with the domain 'com\.microsoft'; expected ONNX's own operators/,
    ],
    [
      'called by its output where it has no name',
      { nodes: [{ op: 'LRN', inputs: ['input'], name: '', outputs: ['out'] }], outputs: ['out'] },
      /node 'out' \(LRN\)/,
    ],
    [
      'that clips at other borders',
      {
        nodes: [{ op: 'Clip', inputs: ['input', 'low', 'high'], name: 'clip' }],
        weights: { low: { dims: [], values: [-1] }, high: { dims: [], values: [1] } },
      },
      /node 'clip' \(Clip\) with a function that none of our activations is/,
    ],
    ['LogSoftmax', { nodes: [{ op: 'LogSoftmax', inputs: ['input'] }] }, /node 'n0' \(LogSoftmax\)/],
    [
      'that joins pixels',
      { nodes: [{ op: 'Concat', inputs: ['input', 'input'], attributes: { axis: 2 } }] },
      /node 'n0' \(Concat\) with a join of N×2×4×4, N×2×4×4 along dimension 2; expected tensors joined along their channels/,
    ],
    [
      'that moves the batch',
      {
        nodes: [
          { op: 'Reshape', inputs: ['input', 'to'] },
          { op: 'Relu', inputs: ['n0'] },
        ],
        weights: { to: { dims: [2], values: [2n, -1n] } },
      },
      /node 'n0' \(Reshape\) with a reshape of N×2×4×4 to \[2,\d+\]; expected dimensions split or joined within the image/,
    ],
    [
      'that takes a part of the pixels',
      {
        nodes: [{ op: 'Slice', inputs: ['input', 'zero', 'two', 'axis'] }],
        weights: {
          zero: { dims: [1], values: [0n] },
          two: { dims: [1], values: [2n] },
          axis: { dims: [1], values: [2n] },
        },
      },
      /node 'n0' \(Slice\) with elements 0 to 1 along dimension 2 of N×2×4×4/,
    ],
    [
      'with mirrored borders',
      {
        nodes: [{ op: 'Pad', inputs: ['input', 'pads'], attributes: { mode: 'reflect' } }],
        weights: { pads: { dims: [8], values: [0n, 0n, 1n, 1n, 0n, 0n, 1n, 1n] } },
      },
      /node 'n0' \(Pad\) with reflect padding; expected zeros/,
    ],
    [
      'with filters that the network computes',
      {
        nodes: [
          { op: 'Relu', inputs: ['input'] },
          { op: 'Conv', inputs: ['input', 'n0'] },
        ],
      },
      /node 'n1' \(Conv\) with filters that the network computes; expected filters that are constant/,
    ],
    [
      'with filters for another input',
      { nodes: [conv], weights: filters, inputs: { input: [1, 5, 4, 4] } },
      /node 'body\/Conv' \(Conv\) with filters of \[3,2,1,1\] in 1 groups on 5 channels; expected filters for 5 channels/,
    ],
    [
      'larger than its input',
      { nodes: [{ op: 'MaxPool', inputs: ['input'], attributes: { kernel_shape: [5, 5] } }] },
      /^got a\.onnx: a 4×4 input to max-pool n0; expected at least its 5×5 window/,
    ],
    [
      'that multiplies by one channel',
      {
        nodes: [{ op: 'Mul', inputs: ['input', 'mask'] }],
        inputs: { input: [1, 2, 4, 4], mask: [1, 1, 4, 4] },
      },
      /node 'n0' \(Mul\) with N×2×4×4 times N×1×4×4/,
    ],
  ])('%s', (_, model, message) => {
    expect(errorOf(model)).toMatch(message);
  });
});

describe('a graph', () => {
  test.each<[string, TinyModel, RegExp]>([
    [
      'without inputs',
      { nodes: [{ op: 'Relu', inputs: ['w'] }], inputs: {}, weights: filters },
      /a\.onnx with a graph without inputs; expected an image/,
    ],
    [
      'of vectors',
      { nodes: [{ op: 'Relu', inputs: ['x'] }], inputs: { x: ['N', 10] } },
      /input 'x' of \[N, 10\]; expected an image \[batch, channels, height, width\]/,
    ],
    [
      'of any size',
      { nodes: [{ op: 'Relu', inputs: ['x'] }], inputs: { x: ['N', 3, 'h', 'w'] } },
      /input 'x' of \[N, 3, h, w\]; expected a fixed height, width and number of channels; export the model with a fixed image size/,
    ],
    [
      'of an old version',
      { nodes: [{ op: 'Relu', inputs: ['input'] }], opset: 6 },
      /a\.onnx of opset 6; expected opset 7 or later/,
    ],
    [
      'whose weights are missing',
      { nodes: [conv] },
      /node 'body\/Conv' \(Conv\) with input 'w', which is no weight and which no node before it makes/,
    ],
    [
      'whose output nothing makes',
      { nodes: [{ op: 'Relu', inputs: ['input'] }], outputs: ['nothing'] },
      /output 'nothing', which no node makes/,
    ],
    [
      'with too few values',
      { nodes: [conv], weights: { w: { dims: [3, 2, 1, 1], values: [1, 2] } } },
      /tensor 'w' of \[3,2,1,1\] with 2 values; expected 6 values/,
    ],
  ])('%s', (_, model, message) => {
    expect(errorOf(model)).toMatch(message);
  });
});

describe('a file', () => {
  const bytes = readFileSync(FIXTURE);
  const read = (part: Uint8Array) => messageOf(() => readOnnx(part, 'cut', { label: 'cut.onnx' }));

  test('says where it breaks off, wherever that is', () => {
    for (let length = 1; length < bytes.length; length += 997) {
      expect(read(bytes.subarray(0, length))).toMatch(
        /^got cut\.onnx, which (breaks off at byte \d+ of \d+(, in graph\S*)?: \d+ bytes are missing|has no graph in its \d+ bytes|names no version)/,
      );
    }
  });

  test('that is no model says so', () => {
    expect(read(Buffer.from('hello world'))).toMatch(
      /cut\.onnx, which is corrupt at byte \d+ of 11; expected an ONNX model/,
    );
    expect(read(new Uint8Array(0))).toMatch(/has no graph in its 0 bytes/);
  });

  test('that is not there, or of another kind, is named', () => {
    expect(messageOf(() => readModelFile('/nowhere/a.onnx'))).toMatch(/^got \/nowhere\/a\.onnx: ENOENT/);
    expect(messageOf(() => readModelFile('a.pb'))).toMatch(
      /model file a\.pb; expected a name that ends in \.onnx/,
    );
  });
});

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
      { nodes: [{ op: 'Norm', inputs: ['input'], name: '/norm' }] },
      /^got a\.onnx: node '\/norm' \(Norm\) with an output whose shape neither its operator nor the file tells; expected a value_info of it/,
    ],
    [
      'quantized',
      { nodes: [{ op: 'MatMulInteger', inputs: ['input', 'input'], name: 'q' }] },
      /node 'q' \(MatMulInteger\) with quantized tensors; expected QuantizeLinear and DequantizeLinear around operators of floats; quantize the model in QDQ form/,
    ],
    [
      'of another domain',
      { nodes: [{ op: 'FusedConv', inputs: ['input'], domain: 'com.microsoft' }] },
      /node 'n0' \(FusedConv\) with an output whose shape neither its operator nor the file tells/,
    ],
    [
      'called by its output where it has no name',
      { nodes: [{ op: 'Norm', inputs: ['input'], name: '', outputs: ['out'] }], outputs: ['out'] },
      /node 'out' \(Norm\)/,
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
      'that multiplies maps of two sizes',
      {
        nodes: [{ op: 'Mul', inputs: ['input', 'mask'] }],
        inputs: { input: [1, 2, 4, 4], mask: [1, 2, 2, 2] },
      },
      /node 'n0' \(Mul\) with N×2×4×4 and N×2×2×2; expected tensors of one shape/,
    ],
    [
      'that is being trained',
      {
        nodes: [
          {
            op: 'BatchNormalization',
            inputs: ['input', 'c', 'c', 'c', 'c'],
            outputs: ['y', 'm', 'v', 's', 'w'],
          },
        ],
        weights: { c: { dims: [2], values: [1, 2] } },
        outputs: ['y'],
        opset: 9,
      },
      /node 'n0' \(BatchNormalization\) with 5 outputs, in training; expected moving averages/,
    ],
    [
      'whose strides are zero',
      { nodes: [{ ...conv, attributes: { strides: [0, 1] } }], weights: filters },
      /node 'body\/Conv' \(Conv\) with strides \[0,1\]; expected two numbers of at least 1/,
    ],
    [
      'that takes a transpose for something else',
      { nodes: [{ op: 'Transpose', inputs: ['input'], attributes: { perm: [0, 1, 1, 3] } }] },
      /node 'n0' \(Transpose\) with perm \[0,1,1,3\] of 4 dimensions/,
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
      'of vectors of any length',
      { nodes: [{ op: 'Relu', inputs: ['x'] }], inputs: { x: ['N', 'features'] } },
      /input 'x' of \[N, features\]; expected known sizes; add --dim features=128/,
    ],
    [
      'of any size',
      { nodes: [{ op: 'Relu', inputs: ['x'] }], inputs: { x: ['N', 3, 'h', 'w'] } },
      /input 'x' of \[N, 3, h, w\]; expected a known height and width; add --image 224x224, or --dim h=224 --dim w=224, with the size/,
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
      /got a\.pb, a graph of TensorFlow; expected an ONNX file \(\.onnx\).*convert it: python -m tf2onnx/,
    );
  });
});

import { describe, expect, test } from 'vitest';
import { type ReadOptions, readOnnx } from '../../../network/onnx/read.ts';
import { type TinyModel, tinyModel } from './tiny-model.ts';

const UINT8 = 2;
const FLOAT16 = 10;
const relu = { op: 'Relu', inputs: ['input'], name: 'r' };
const whole = (...values: number[]) => ({ dims: [values.length], values: values.map(BigInt) });
const filters = (...dims: number[]) => ({
  dims,
  values: new Array<number>(dims.reduce((a, b) => a * b)).fill(0.5),
});
const read = (model: TinyModel, options: ReadOptions = {}) => readOnnx(tinyModel(model), 'net', options);
const inputOf = (model: TinyModel, options: ReadOptions = {}) => read(model, options).network.layers[0];
const open: TinyModel = { nodes: [relu], inputs: { input: ['N', 3, 'H', 'W'] } };

describe('sizes that a file leaves open', () => {
  test('are those of the image that is given, or of named dimensions', () => {
    const sized = { kind: 'input', height: 48, width: 64, channels: 3 };
    expect(inputOf(open, { image: [48, 64] })).toMatchObject(sized);
    expect(inputOf(open, { dims: { H: 48, W: 64 } })).toMatchObject(sized);
  });

  test('are part of the name, so that results tell them', () => {
    expect(read(open, { image: [48, 64] }).network.name).toBe('net-48x64');
    expect(read(open, { dims: { H: 48, W: 64 } }).network.name).toBe('net-H48-W64');
    expect(read({ nodes: [relu] }).network.name).toBe('net');
  });

  test('say which flag gives them', () => {
    expect(() => read(open)).toThrow(
      "got net with input 'input' of [N, 3, H, W]; expected a known height and width; add --image 224x224, or --dim H=224 --dim W=224, with the size to cost and measure",
    );
    expect(() => read({ nodes: [relu], inputs: { input: ['N', 'C', 8, 8] } })).toThrow(
      /expected a known number of channels; add --dim C=3/,
    );
  });

  test('are refused where the file has them, or no dimension is called so', () => {
    expect(() => read({ nodes: [relu] }, { image: [9, 9] })).toThrow(
      /expected --image 4x4, the size that it has; leave --image out/,
    );
    expect(() => read(open, { dims: { seq: 5 } })).toThrow(/--dim seq=5 for net; expected one of N, H, W/);
  });

  test('and a batch that is fixed are told', () => {
    expect(read(open, { image: [8, 8] }).batch).toBeNull();
    expect(read(open, { image: [8, 8], dims: { N: 5 } }).batch).toBe(5);
    expect(read({ nodes: [relu], inputs: { input: [4, 3, 8, 8] } }).batch).toBe(4);
  });
});

describe('channels come last', () => {
  const sized = { kind: 'input', height: 6, width: 8 };
  test.each<[string, TinyModel, number]>([
    [
      'behind a pad and a clip',
      {
        nodes: [
          { op: 'Pad', inputs: ['input', 'pads'], name: 'p' },
          { op: 'Clip', inputs: ['p', 'low'], name: 'k' },
          { op: 'Transpose', inputs: ['k'], name: 't', attributes: { perm: [0, 3, 1, 2] } },
          { op: 'Conv', inputs: ['t', 'w'] },
        ],
        weights: {
          pads: whole(0, 1, 1, 0, 0, 0, 0, 0),
          low: { dims: [], values: [-1] },
          w: filters(2, 8, 1, 1),
        },
        inputs: { input: [1, 6, 8, 8] },
      },
      8,
    ],
    [
      'where a reshape of one channel stands for the transpose',
      {
        nodes: [
          { op: 'Reshape', inputs: ['input', 'to'], name: 't' },
          { op: 'Conv', inputs: ['t', 'w'] },
        ],
        weights: { to: whole(-1, 1, 6, 8), w: filters(2, 1, 3, 3) },
        inputs: { input: ['N', 6, 8, 1] },
      },
      1,
    ],
    [
      'where no transpose shows it but channels first cannot be',
      {
        nodes: [
          { op: 'ReduceMean', inputs: ['input'], name: 'm', attributes: { axes: [1, 2], keepdims: 0 } },
          { op: 'Gemm', inputs: ['m', 'w'] },
        ],
        weights: { w: filters(16, 3) },
        inputs: { input: [1, 6, 8, 16] },
      },
      16,
    ],
  ])('%s', (_, model, channels) => {
    expect(inputOf(model)).toMatchObject({ ...sized, channels });
  });

  test('not where they come first', () => {
    const nodes = [{ op: 'Conv', inputs: ['input', 'w'] }];
    const model = { nodes, weights: { w: filters(2, 16, 1, 1) }, inputs: { input: [1, 16, 8, 3] } };
    expect(inputOf(model)).toMatchObject({ height: 8, width: 3, channels: 16 });
  });
});

describe('an input of another type', () => {
  const cast = { op: 'Cast', inputs: ['input'], name: 'c', attributes: { to: 1 } };

  test('is read as float32, and told', () => {
    const { network, notes } = read({
      nodes: [cast, { op: 'Relu', inputs: ['c'], name: 'r' }],
      inputTypes: { input: UINT8 },
    });
    expect(network.layers.map(({ kind }) => kind)).toEqual(['input', 'activation']);
    expect(notes).toEqual([
      'its input input is uint8: read as float32: costed, and measured where it is rewritten, at 4 bytes a value',
    ]);
    expect(read({ nodes: [relu], inputTypes: { input: FLOAT16 } }).notes).toEqual([
      'it is float16: costed at the bytes of its types, but for the morph-net view, which counts 4 bytes a value',
    ]);
    expect(read({ nodes: [relu] }).notes).toEqual([]);
  });

  test('is kept as it is where whole numbers are computed with', () => {
    const nodes = [
      { op: 'Add', inputs: ['input', 'input'], name: 'a' },
      { ...cast, inputs: ['a'] },
    ];
    const { layers } = read({ nodes, inputTypes: { input: UINT8 } }).network;
    expect(layers[0]).toMatchObject({ kind: 'input', tensor: { dataType: UINT8 } });
    expect(layers.flatMap((layer) => (layer.kind === 'op' ? [layer.opType] : []))).toEqual(['Add', 'Cast']);
  });
});

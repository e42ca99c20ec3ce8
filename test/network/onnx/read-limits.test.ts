import { describe, expect, test } from 'vitest';
import { readOnnx } from '../../../network/onnx/read.ts';
import { UserError } from '../../../records/user-error.ts';
import { type TinyModel, tinyModel } from './tiny-model.ts';

const conv = { op: 'Conv', inputs: ['input', 'w'], name: 'conv' };
const whole = (...values: number[]) => ({ dims: [values.length], values: values.map(BigInt) });
const number = (value: number) => ({ dims: [], values: [BigInt(value)] });
const doublings = (op: string, first: string, attributes = {}) =>
  Array.from({ length: 40 }, (_, i) => {
    const before = i === 0 ? first : `d${i - 1}`;
    return { op, inputs: [before, before], name: `d${i}`, attributes };
  });

/** What reading says, and how long it takes to say so. */
function refusal(model: TinyModel): { message: string; seconds: number } {
  const start = performance.now();
  try {
    readOnnx(tinyModel(model), 'tiny', { label: 'a.onnx' });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.message).not.toContain('\n');
    return { message: error.message, seconds: (performance.now() - start) / 1e3 };
  }
  throw new Error('nothing was wrong');
}

describe('a small file is refused in little time and memory', () => {
  test.each<[string, TinyModel, RegExp]>([
    [
      'with weights of one number that it does not hold',
      {
        nodes: [{ op: 'ConstantOfShape', inputs: ['s'], outputs: ['w'], name: 'fill' }, conv],
        weights: { s: whole(4096, 25088, 1, 1) },
      },
      /a\.onnx: node 'fill' \(ConstantOfShape\), which makes 102760448 values of constants; expected at most \d+ in all/,
    ],
    [
      'with a negative size',
      {
        nodes: [{ op: 'ConstantOfShape', inputs: ['s'], outputs: ['w'], name: 'fill' }, conv],
        weights: { s: whole(-3, 2, 1, 1) },
      },
      /node 'fill' \(ConstantOfShape\) with size -3; expected sizes of at least 0/,
    ],
    [
      'with a range that never ends',
      {
        nodes: [{ op: 'Range', inputs: ['a', 'b', 'c'], outputs: ['w'], name: 'range' }, conv],
        weights: { a: number(0), b: number(9), c: number(0) },
      },
      /node 'range' \(Range\) with a range from 0 to 9 in steps of 0/,
    ],
    [
      'with constants doubled forty times',
      {
        nodes: [...doublings('Concat', 'w', { axis: 0 }), { op: 'Conv', inputs: ['input', 'd39'] }],
        weights: { w: { dims: [1, 2, 1, 1], values: [1, 2] } },
      },
      /\(Concat\), which makes \d+ values of constants/,
    ],
    [
      'with channels doubled forty times',
      { nodes: doublings('Concat', 'input', { axis: 1 }) },
      /more than 4,194,304 channels in the tensors up to concat d\d+/,
    ],
    [
      'with constants spread over a large shape',
      {
        nodes: [{ op: 'Expand', inputs: ['one', 's'], outputs: ['w'], name: 'expand' }, conv],
        weights: { one: { dims: [1], values: [1] }, s: whole(100_000, 100_000) },
      },
      /node 'expand' \(Expand\), which makes 10000000000 values of constants/,
    ],
    [
      'with an image of too many values',
      { nodes: [{ op: 'Relu', inputs: ['input'] }], inputs: { input: [1, 3, 1e6, 1e6] } },
      /a\.onnx: 1000000×1000000 pixels of 3 channels at input input; expected at most 2147483647 values/,
    ],
    [
      'with a tensor of a negative size',
      { nodes: [conv], weights: { w: { dims: [-1, 2, -1, 1], values: [1, 2] } } },
      /tensor 'w' of \[-1,2,-1,1\]; expected sizes of at least 0/,
    ],
    [
      'with an index beyond the constant that it picks from',
      {
        nodes: [
          { op: 'Gather', inputs: ['s', 'i'], outputs: ['t'], name: 'pick' },
          { op: 'Reshape', inputs: ['input', 't'] },
        ],
        weights: { s: whole(1, 2), i: whole(7) },
      },
      /node 'pick' \(Gather\) with index 7 of 2; expected one of them/,
    ],
    [
      'with an operator that lacks what it needs',
      {
        nodes: [
          { op: 'Gather', inputs: ['s'], outputs: ['t'], name: 'pick' },
          { op: 'Reshape', inputs: ['input', 't'] },
        ],
        weights: { s: whole(1, 2) },
      },
      /node 'pick' \(Gather\) with inputs or attributes that do not fit it/,
    ],
  ])('%s', (_, model, message) => {
    const refused = refusal(model);
    expect(refused.message).toMatch(message);
    expect(refused.seconds).toBeLessThan(5);
  });

  test('but a sum of a sum of a sum is read', () => {
    const nodes = [{ op: 'Relu', inputs: ['input'], name: 'r' }, ...doublings('Add', 'r')];
    const start = performance.now();
    const { network } = readOnnx(tinyModel({ nodes }), 'tiny');
    expect(network.layers.length).toBeGreaterThan(1);
    expect((performance.now() - start) / 1e3).toBeLessThan(5);
  });
});

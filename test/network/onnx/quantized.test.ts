import { beforeAll, describe, expect, test } from 'vitest';
import { Lowering } from '../../../network/lowering/lower.ts';
import { onnxruntimeRules, TFJS_RULES } from '../../../network/lowering/rules.ts';
import { type OnnxReading, readOnnx } from '../../../network/onnx/read.ts';
import { importOnnxruntime, type OrtModule } from '../../../profiler/engines/onnxruntime/ort-module.ts';
import { exportDifference } from './export-agreement.ts';
import { type TinyModel, type TinyNode, tinyModel } from './tiny-model.ts';

// Files in QDQ form: what we write of them computes what they do, in the same whole numbers.

const UINT8 = 2;
const INT8 = 3;
const INT32 = 6;
const FLOAT16 = 10;

type Weights = NonNullable<TinyModel['weights']>;

let ort: OrtModule;
beforeAll(async () => {
  ort = await importOnnxruntime();
});

const read = (bytes: Uint8Array) => readOnnx(bytes, 'quantized');

/** Whole numbers of a kernel, spread over their type. */
const wholes = (count: number, least: number, most: number) =>
  Array.from({ length: count }, (_, i) => least + ((i * 37 + 11) % (most - least + 1)));

const scalar = (value: number) => ({ dims: [], values: [value] });
const zero = (type: number, value = 0) => ({ dims: [], values: [value], type });
const list = (values: readonly number[], type?: number) => ({
  dims: [values.length],
  values,
  ...(type === undefined ? {} : { type }),
});

/** Rounds a tensor with a scale and zero point of its own. */
function rounding(
  tensor: string,
  name: string,
  scale: number,
  at: number,
  type = UINT8,
): [TinyNode[], Weights] {
  const parts = [`${name}_s`, `${name}_z`];
  return [
    [
      { op: 'QuantizeLinear', inputs: [tensor, ...parts], name: `${name}_q` },
      { op: 'DequantizeLinear', inputs: [`${name}_q`, ...parts], name },
    ],
    { [`${name}_s`]: scalar(scale), [`${name}_z`]: zero(type, at) },
  ];
}

const dequantized = (name: string, axis?: number): TinyNode => ({
  op: 'DequantizeLinear',
  inputs: [`${name}_q`, `${name}_s`, `${name}_z`],
  name,
  ...(axis === undefined ? {} : { attributes: { axis } }),
});

const INPUTS = { input: [1, 3, 8, 8] };

/** Conv, Relu and rounding, as ONNX Runtime's quantizer writes them: int8 kernels per channel, biases int32. */
function convolution(): TinyModel {
  const [q0, w0] = rounding('input', 'x', 0.03, 128);
  const [q1, w1] = rounding('r', 'y', 0.02, 0);
  const scales = [0.01, 0.02, 0.015, 0.005];
  return {
    nodes: [
      ...q0,
      dequantized('w', 0),
      { op: 'DequantizeLinear', inputs: ['b_q', 'b_s'], name: 'b', attributes: { axis: 0 } },
      { op: 'Conv', inputs: ['x', 'w', 'b'], name: 'c', attributes: { pads: [1, 1, 1, 1] } },
      { op: 'Relu', inputs: ['c'], name: 'r' },
      ...q1,
    ],
    weights: {
      ...w0,
      ...w1,
      w_q: { dims: [4, 3, 3, 3], values: wholes(108, -127, 127), type: INT8 },
      w_s: list(scales),
      w_z: list([0, 0, 0, 0], INT8),
      b_q: list([120, -340, 5, 77], INT32),
      b_s: list(scales.map((scale) => Math.fround(Math.fround(scale) * Math.fround(0.03)))),
    },
    inputs: INPUTS,
  };
}

/** Two convolutions of one scale each, a sum, pools, a join, and a matrix product of what is left. */
function body(): TinyModel {
  const [q0, w0] = rounding('input', 'x', 0.04, 3, INT8);
  const [q1, w1] = rounding('a', 'ya', 0.05, 10);
  const [q2, w2] = rounding('b', 'yb', 0.06, 100);
  const [q3, w3] = rounding('sum', 'ysum', 0.09, 60);
  const [q4, w4] = rounding('max', 'ymax', 0.09, 60);
  const [q5, w5] = rounding('join', 'yjoin', 0.09, 60);
  const [q6, w6] = rounding('mean', 'ymean', 0.04, 50);
  const [q7, w7] = rounding('flat', 'yflat', 0.04, 50);
  const [q8, w8] = rounding('out', 'yout', 0.1, 128);
  const pads = { pads: [1, 1, 1, 1] };
  return {
    nodes: [
      ...q0,
      dequantized('wa'),
      dequantized('wb', 0),
      { op: 'Conv', inputs: ['x', 'wa'], name: 'a', attributes: pads },
      ...q1,
      { op: 'Conv', inputs: ['x', 'wb'], name: 'b', attributes: pads },
      ...q2,
      { op: 'Add', inputs: ['ya', 'yb'], name: 'sum' },
      ...q3,
      {
        op: 'MaxPool',
        inputs: ['ysum'],
        name: 'max',
        attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] },
      },
      ...q4,
      { op: 'Concat', inputs: ['ymax', 'ysum'], name: 'join', attributes: { axis: 1 } },
      ...q5,
      { op: 'GlobalAveragePool', inputs: ['yjoin'], name: 'mean' },
      ...q6,
      { op: 'Flatten', inputs: ['ymean'], name: 'flat' },
      ...q7,
      dequantized('m', 0),
      { op: 'Gemm', inputs: ['yflat', 'm', 'bias'], name: 'out', attributes: { transB: 1 } },
      ...q8,
      { op: 'Softmax', inputs: ['yout'], name: 'soft', attributes: { axis: 1 } },
    ],
    weights: {
      ...w0,
      ...w1,
      ...w2,
      ...w3,
      ...w4,
      ...w5,
      ...w6,
      ...w7,
      ...w8,
      wa_q: { dims: [4, 3, 3, 3], values: wholes(108, 0, 255), type: UINT8 },
      wa_s: scalar(0.011),
      wa_z: zero(UINT8, 131),
      wb_q: { dims: [4, 3, 3, 3], values: wholes(108, -128, 127), type: INT8 },
      wb_s: list([0.01, 0.012, 0.014, 0.016]),
      wb_z: list([0, 0, 0, 0], INT8),
      m_q: { dims: [5, 8], values: wholes(40, -127, 127), type: INT8 },
      m_s: list([0.01, 0.02, 0.03, 0.04, 0.05]),
      m_z: list([0, 0, 0, 0, 0], INT8),
      bias: list([0.1, 0.2, -0.3, 0.4, 0]),
    },
    inputs: INPUTS,
  };
}

const typesOf = ({ network }: OnnxReading) =>
  Object.fromEntries(network.layers.map(({ name, types }) => [name, types]));

describe('a file in QDQ form', () => {
  test('is layers whose types say what is rounded', () => {
    const reading = read(tinyModel(convolution()));
    expect(reading.network.layers.map(({ kind }) => kind)).toEqual(['input', 'conv2d', 'activation']);
    expect(typesOf(reading)).toEqual({
      input: { output: 'uint8' },
      c: { kernel: 'int8', bias: 'int32', perChannel: true },
      r: { output: 'uint8' },
    });
    const { weights } = reading;
    expect(weights.get('r/output_scale')).toEqual(Float32Array.of(0.02));
    expect(weights.get('input/output_zero')).toEqual(Float32Array.of(128));
    expect(weights.get('c/kernel_scale')).toEqual(Float32Array.of(0.01, 0.02, 0.015, 0.005));
    // [h, w, in, out]: the last value of the last filter.
    const last = wholes(108, -127, 127).at(-1) as number;
    expect(weights.get('c/kernel')?.at(-1)).toBe(Math.fround(last * Math.fround(0.005)));
    expect(reading.notes).toEqual([
      'it is uint8 and int8: costed at the bytes of its types, but for the morph-net view, which counts 4 bytes a value',
    ]);
  });

  test.each<[string, () => TinyModel]>([
    ['a convolution', convolution],
    ['sums, pools, joins and products', body],
  ])('is written again as it was: %s', async (_, model) => {
    const bytes = tinyModel(model());
    // Kernels of 8 bits round otherwise than floats that are rounded behind them.
    for (const level of ['disabled', 'all'] as const)
      expect(await exportDifference(ort, bytes, read(bytes), level), level).toBeLessThan(1e-6);
  });

  test('keeps rounding where a tensor is read unrounded too', async () => {
    const [q, w] = rounding('a', 'y', 0.05, 128);
    const bytes = tinyModel({
      nodes: [
        { op: 'Relu', inputs: ['input'], name: 'a' },
        ...q,
        { op: 'Add', inputs: ['a', 'y'], name: 'sum' },
      ],
      weights: w,
      inputs: INPUTS,
    });
    const reading = read(bytes);
    expect(typesOf(reading)).toEqual({
      input: undefined,
      a: undefined,
      y_q: { output: 'uint8' },
      sum: undefined,
    });
    expect(await exportDifference(ort, bytes, reading, 'disabled')).toBeLessThan(1e-6);
  });

  test('rounds twice where the scales differ', async () => {
    const [q0, w0] = rounding('a', 'y', 0.3, 0);
    const [q1, w1] = rounding('y', 'z', 0.2, 7);
    const bytes = tinyModel({
      nodes: [{ op: 'Relu', inputs: ['input'], name: 'a' }, ...q0, ...q1],
      weights: { ...w0, ...w1 },
      inputs: INPUTS,
    });
    const reading = read(bytes);
    expect(typesOf(reading)).toMatchObject({ a: { output: 'uint8' }, z_q: { output: 'uint8' } });
    expect(await exportDifference(ort, bytes, reading, 'disabled')).toBeLessThan(1e-6);
  });

  test('may have its weights turned or rounded by the graph itself', async () => {
    const [q, w] = rounding('input', 'x', 0.03, 128);
    const bytes = tinyModel({
      nodes: [
        ...q,
        { op: 'QuantizeLinear', inputs: ['m_f', 'm_s', 'm_z'], name: 'm_q', attributes: { axis: 0 } },
        dequantized('m', 0),
        { op: 'Transpose', inputs: ['m'], name: 'turned', attributes: { perm: [1, 0] } },
        { op: 'Flatten', inputs: ['x'], name: 'flat' },
        { op: 'MatMul', inputs: ['flat', 'turned'], name: 'out' },
      ],
      weights: {
        ...w,
        m_f: { dims: [3, 48], values: wholes(144, -90, 90).map((value) => value / 77) },
        m_s: list([0.01, 0.02, 0.03]),
        m_z: list([0, 0, 0], INT8),
      },
      inputs: { input: [1, 3, 4, 4] },
    });
    const reading = read(bytes);
    expect(typesOf(reading)).toMatchObject({ out: { kernel: 'int8', perChannel: true } });
    expect(await exportDifference(ort, bytes, reading, 'disabled')).toBeLessThan(1e-6);
  });

  test('with weights alone in 8 bits is costed by them', async () => {
    const bytes = tinyModel({
      nodes: [dequantized('w', 0), { op: 'Conv', inputs: ['input', 'w'], name: 'c' }],
      weights: {
        w_q: { dims: [4, 3, 1, 1], values: wholes(12, -127, 127), type: INT8 },
        w_s: list([0.01, 0.02, 0.03, 0.04]),
        w_z: list([0, 0, 0, 0], INT8),
      },
      inputs: INPUTS,
    });
    const reading = read(bytes);
    for (const rules of [onnxruntimeRules(null), TFJS_RULES]) {
      const [kernel] = new Lowering(reading.network, rules).kernels();
      // 12 whole numbers and 4 scales.
      expect(kernel).toMatchObject({ inputBytes: 4 * 3 * 64, outputBytes: 4 * 4 * 64, weightBytes: 12 + 16 });
    }
    expect(await exportDifference(ort, bytes, reading, 'disabled')).toBeLessThan(1e-6);
  });

  test.each<[string, Partial<TinyModel>, RegExp]>([
    [
      'of 16 bits',
      {
        nodes: [{ op: 'QuantizeLinear', inputs: ['input', 's', 'z'], name: 'q' }],
        weights: { s: scalar(0.1), z: zero(4, 5) },
      },
      /node 'q' \(QuantizeLinear\) with values of type uint16; expected int8 or uint8; /,
    ],
    [
      'dequantized by another scale',
      {
        nodes: [
          { op: 'QuantizeLinear', inputs: ['input', 's', 'z'], name: 'q' },
          { op: 'DequantizeLinear', inputs: ['q', 't', 'z'], name: 'd' },
        ],
        weights: { s: scalar(0.5), t: scalar(0.25), z: zero(UINT8, 5) },
      },
      /node 'd' \(DequantizeLinear\) with uint8 of scale 0.25 and zero point 5; expected uint8 of scale 0.5 and zero point 5/,
    ],
    [
      'computed with before they are dequantized',
      {
        nodes: [
          { op: 'QuantizeLinear', inputs: ['input', 's', 'z'], name: 'q' },
          { op: 'MaxPool', inputs: ['q'], name: 'm', attributes: { kernel_shape: [2, 2] } },
        ],
        weights: { s: scalar(0.5), z: zero(UINT8, 5) },
      },
      /node 'm' \(MaxPool\) with numbers that were quantized; expected a DequantizeLinear before it/,
    ],
    [
      'as an output',
      {
        nodes: [{ op: 'QuantizeLinear', inputs: ['input', 's', 'z'], name: 'q' }],
        weights: { s: scalar(0.5), z: zero(UINT8, 5) },
      },
      /output 'q', quantized; expected a DequantizeLinear before it/,
    ],
    [
      'with a scale for each channel of a tensor',
      {
        nodes: [{ op: 'QuantizeLinear', inputs: ['input', 's', 'z'], name: 'q' }],
        weights: { s: list([0.5, 1]), z: list([0, 0], UINT8) },
      },
      /with scales of \[2\] for what the network computes; expected one scale/,
    ],
  ])('is refused in one line: numbers %s', (_, model, message) => {
    expect(() => read(tinyModel({ nodes: [], ...model }))).toThrow(message);
  });
});

describe('a file in halves', () => {
  const half = (values: readonly number[]) => ({
    dims: [4, 3, 1, 1],
    values: values.map((_, i) => 0x3800 + i * 64),
    type: FLOAT16,
  });
  const model: TinyModel = {
    nodes: [
      { op: 'Conv', inputs: ['input', 'w'], name: 'c' },
      { op: 'Relu', inputs: ['c'], name: 'r' },
      { op: 'Cast', inputs: ['r'], name: 'f', attributes: { to: 1 } },
      { op: 'Sigmoid', inputs: ['f'], name: 's' },
    ],
    weights: { w: half(new Array<number>(12).fill(0)) },
    inputs: INPUTS,
    inputTypes: { input: FLOAT16 },
  };

  test('is costed at two bytes a value', () => {
    const { network } = read(tinyModel(model));
    expect(network.layers.map(({ types }) => types?.output)).toEqual([
      'float16',
      'float16',
      'float16',
      undefined,
    ]);
    const kernels = new Lowering(network, onnxruntimeRules(null)).kernels();
    expect(
      kernels.map(({ name, inputBytes, outputBytes, weightBytes }) => [
        name,
        inputBytes,
        outputBytes,
        weightBytes,
      ]),
    ).toEqual([
      ['c', 2 * 3 * 64, 2 * 4 * 64, 2 * 12],
      ['s', 2 * 4 * 64, 4 * 4 * 64, 0],
    ]);
  });

  test('is written in halves again', async () => {
    const nodes = [
      { op: 'Cast', inputs: ['input'], name: 'h', attributes: { to: FLOAT16 } },
      { op: 'Conv', inputs: ['h', 'w'], name: 'c' },
      { op: 'Clip', inputs: ['c', 'low', 'high'], name: 'six' },
      { op: 'Cast', inputs: ['six'], name: 'f', attributes: { to: 1 } },
      { op: 'Sigmoid', inputs: ['f'], name: 's' },
    ];
    const border = (value: number) => ({ dims: [], values: [value], type: FLOAT16 });
    const bytes = tinyModel({
      nodes,
      weights: { w: half(new Array<number>(12).fill(0)), low: border(0), high: border(0x4600) },
      inputs: INPUTS,
    });
    const reading = read(bytes);
    expect(typesOf(reading)).toMatchObject({ six: { output: 'float16' }, c: { kernel: 'float16' } });
    expect(await exportDifference(ort, bytes, reading, 'disabled')).toBeLessThan(1e-6);
  });
});

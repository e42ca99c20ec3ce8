import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { afterAll, describe, expect, test } from 'vitest';
import { deployedNetwork } from '../../../network/deployed.ts';
import { Lowering } from '../../../network/lowering/lower.ts';
import { onnxruntimeRules } from '../../../network/lowering/rules.ts';
import { readModelFile } from '../../../network/model-file.ts';
import { ONNX_PROTO } from '../../../network/onnx/onnx.proto.ts';
import { readOnnx } from '../../../network/onnx/read.ts';
import { erf, recognized, sigmoid } from '../../../network/onnx/scalar-functions.ts';
import { writeOnnx } from '../../../network/onnx/write.ts';
import { seededWeights } from '../../../network/weights.ts';
import { zooNetwork } from '../../../network/zoo/index.ts';
import { type TinyModel, tinyModel } from './tiny-model.ts';

const read = (model: TinyModel) => readOnnx(tinyModel(model), 'tiny');
const layersOf = (model: TinyModel) => read(model).network.layers.slice(1);
const whole = (...values: number[]) => ({ dims: [values.length], values: values.map(BigInt) });
const filters = (...dims: number[]) => ({
  dims,
  values: new Array<number>(dims.reduce((a, b) => a * b)).fill(0.5),
});

describe('networks of ours', () => {
  test.each(['inception-32', 'mobilenet-v1-32', 'resnet-v1-32', 'googlenet-32', 'resnet-v1-digits'])(
    '%s, written and read, runs the same kernels with the same weights',
    (name) => {
      const network = deployedNetwork(zooNetwork(name));
      const weights = seededWeights(network, 1);
      const reading = readOnnx(writeOnnx(network, weights), name);
      // A global pooling that makes a vector is written as two nodes.
      const kernelsOf = (each: typeof network) =>
        JSON.parse(
          JSON.stringify(new Lowering(each, onnxruntimeRules(16)).kernels()).replaceAll('/pooled"', '"'),
        );
      expect(kernelsOf(reading.network)).toEqual(kernelsOf(network));
      expect([...reading.weights.keys()].sort()).toEqual([...weights.keys()].sort());
      for (const [key, values] of weights) expect(reading.weights.get(key), key).toEqual(values);
    },
  );
});

describe('windows', () => {
  test.each([
    [{ pads: [1, 1, 1, 1] }, 'same'],
    [{ pads: [0, 0, 0, 0] }, 'valid'],
    [{ auto_pad: 'SAME_UPPER' }, 'same'],
    [
      { pads: [1, 1, 1, 1], strides: [2, 2] },
      { top: 1, bottom: 1, left: 1, right: 1 },
    ],
    [{ auto_pad: 'SAME_UPPER', strides: [2, 2] }, 'same'],
    [
      { auto_pad: 'SAME_LOWER', strides: [2, 2] },
      { top: 1, bottom: 0, left: 1, right: 0 },
    ],
    [{ pads: [0, 0, 1, 1], strides: [2, 2] }, 'same'],
  ])('of %o on 4×4 pixels are padded %o', (attributes, padding) => {
    const model = {
      nodes: [{ op: 'Conv', inputs: ['input', 'w'], attributes }],
      weights: { w: filters(3, 2, 3, 3) },
    };
    expect(layersOf(model)).toMatchObject([{ kind: 'conv2d', filters: 3, padding }]);
  });

  test('that hang over are padded at the end, unless they begin beyond the input', () => {
    const pool = (size: number, stride: number, pads: number) => ({
      nodes: [
        {
          op: 'MaxPool',
          inputs: ['input'],
          attributes: {
            kernel_shape: [size, size],
            strides: [stride, stride],
            pads: [pads, pads, pads, pads],
            ceil_mode: 1,
          },
        },
      ],
    });
    expect(layersOf(pool(3, 2, 0))).toMatchObject([{ padding: 'same' }]);
    expect(layersOf(pool(2, 3, 1))).toMatchObject([{ padding: { top: 1, bottom: 1, left: 1, right: 1 } }]);
    // Four pixels and a zero before: a third window of 2 at a stride of 2 holds the last pixel and the zero behind.
    expect(layersOf(pool(2, 2, 1))).toMatchObject([{ padding: { top: 1, bottom: 1, left: 1, right: 1 } }]);
  });

  test('of averages count their zeros if the file says so', () => {
    const average = (count: number) => ({
      nodes: [
        {
          op: 'AveragePool',
          inputs: ['input'],
          attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1], count_include_pad: count },
        },
      ],
    });
    expect(layersOf(average(1))).toMatchObject([{ countsPadding: true }]);
    expect(layersOf(average(0))[0]).toMatchObject({ padding: 'same' });
    expect(layersOf(average(0))[0]).not.toHaveProperty('countsPadding');
  });
});

describe('convolutions', () => {
  test.each([
    [1, [4, 2, 1, 1], { kind: 'conv2d', filters: 4 }],
    [2, [6, 1, 1, 1], { kind: 'depthwise-conv2d', multiplier: 3 }],
  ])('of %d groups', (group, dims, layer) => {
    const nodes = [{ op: 'Conv', inputs: ['input', 'w'], attributes: { group } }];
    expect(layersOf({ nodes, weights: { w: filters(...dims) } })).toMatchObject([layer]);
  });

  test('take the constant that is added behind them', () => {
    const { network, weights } = read({
      nodes: [
        { op: 'Conv', inputs: ['input', 'w'] },
        { op: 'Add', inputs: ['b', 'n0'] },
      ],
      weights: { w: filters(3, 2, 1, 1), b: { dims: [1, 3, 1, 1], values: [1, 2, 3] } },
    });
    expect(network.layers.slice(1)).toMatchObject([{ kind: 'conv2d', name: 'n0', useBias: true }]);
    expect(network.outputs).toEqual(['n0']);
    expect(weights.get('n0/bias')).toEqual(Float32Array.of(1, 2, 3));
  });

  test('arrange their filters as ours are, and half-precision or 64-bit ones become 32-bit', () => {
    const values = Array.from({ length: 12 }, (_, i) => i);
    const { weights } = read({
      nodes: [{ op: 'Conv', inputs: ['input', 'w'] }],
      weights: { w: { dims: [3, 2, 2, 1], values } },
    });
    // [out, in, h, w] → [h, w, in, out]
    expect([...(weights.get('n0/kernel') ?? [])]).toEqual([0, 4, 8, 2, 6, 10, 1, 5, 9, 3, 7, 11]);
  });
});

describe('dense layers', () => {
  test('behind a flattened map have their rows moved from channels first to channels last', () => {
    const { network, weights } = read({
      nodes: [
        { op: 'Flatten', inputs: ['input'] },
        { op: 'Gemm', inputs: ['n0', 'm', 'c'], attributes: { transB: 1, alpha: 2.5, beta: 0.5 } },
      ],
      weights: { m: { dims: [1, 4], values: [1, 2, 3, 4] }, c: { dims: [1], values: [8] } },
      inputs: { input: [1, 2, 1, 2] },
    });
    expect(network.layers.map(({ kind }) => kind)).toEqual(['input', 'flatten', 'dense']);
    // Channel 0 of both pixels came first.
    expect([...(weights.get('n1/kernel') ?? [])]).toEqual([2.5, 7.5, 5, 10]);
    expect([...(weights.get('n1/bias') ?? [])]).toEqual([4]);
  });

  test('on a map with channels last are convolutions of one pixel', () => {
    const layers = layersOf({
      nodes: [
        { op: 'Transpose', inputs: ['input'], attributes: { perm: [0, 2, 3, 1] } },
        { op: 'MatMul', inputs: ['n0', 'm'] },
        { op: 'Transpose', inputs: ['n1'], attributes: { perm: [0, 3, 1, 2] } },
        { op: 'GlobalAveragePool', inputs: ['n2'] },
      ],
      weights: { m: filters(2, 5) },
    });
    expect(layers).toMatchObject([
      { kind: 'conv2d', filters: 5, kernelSize: [1, 1] },
      { kind: 'global-avg-pool', keepDims: true },
    ]);
  });
});

describe('what only arranges values', () => {
  test('makes no layer where it cancels', () => {
    const layers = layersOf({
      nodes: [
        { op: 'Transpose', inputs: ['input'], attributes: { perm: [0, 2, 3, 1] } },
        { op: 'Reshape', inputs: ['n0', 'to'] },
        { op: 'Relu', inputs: ['n1'] },
        { op: 'Reshape', inputs: ['n2', 'back'] },
        { op: 'Transpose', inputs: ['n3'], attributes: { perm: [0, 3, 1, 2] } },
      ],
      weights: { to: whole(0, 16, 2), back: whole(-1, 4, 4, 2) },
    });
    expect(layers).toMatchObject([{ kind: 'activation', name: 'n2', inputs: ['input'] }]);
  });

  test('is a shuffle where it is the output', () => {
    const layers = layersOf({ nodes: [{ op: 'Flatten', inputs: ['input'] }] });
    expect(layers).toMatchObject([{ kind: 'flatten' }, { kind: 'channel-shuffle', groups: 16 }]);
  });

  test('leaves a pooled vector flat, or a map of one pixel', () => {
    const mean = (keepdims: number) => ({
      nodes: [{ op: 'ReduceMean', inputs: ['input'], attributes: { axes: [2, 3], keepdims } }],
    });
    expect(layersOf(mean(1))).toMatchObject([{ kind: 'global-avg-pool', keepDims: true }]);
    expect(layersOf(mean(0)).map(({ kind }) => kind)).toEqual(['global-avg-pool']);
    expect(layersOf(mean(0))[0]).not.toHaveProperty('keepDims');
  });

  test('splits channels, evenly or not', () => {
    const layers = layersOf({
      nodes: [
        { op: 'Split', inputs: ['input', 'sizes'], outputs: ['a', 'b'], attributes: { axis: 1 } },
        { op: 'Concat', inputs: ['b', 'a'], attributes: { axis: 1 } },
      ],
      weights: { sizes: whole(2, 4) },
      inputs: { input: [1, 6, 4, 4] },
    });
    expect(layers).toMatchObject([
      { kind: 'slice', from: 0, channels: 2 },
      { kind: 'slice', from: 2, channels: 4 },
      { kind: 'concat' },
    ]);
  });

  test('is left out where no output needs it', () => {
    const nodes = [
      { op: 'LayerNormalization', inputs: ['input'] },
      { op: 'Relu', inputs: ['input'] },
    ];
    expect(layersOf({ nodes })).toHaveLength(1);
  });
});

describe('resizing', () => {
  const resize = (attributes: Record<string, string>, weights: TinyModel['weights'] = {}) => ({
    nodes: [{ op: 'Resize', inputs: ['input', '', 'scales'], attributes }],
    weights: { scales: { dims: [4], values: [1, 1, 3, 2.0] }, ...weights },
  });

  test.each([
    [{ mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }, 'nearest'],
    [{ mode: 'nearest', coordinate_transformation_mode: 'half_pixel' }, 'nearest'],
    [{ mode: 'linear', coordinate_transformation_mode: 'pytorch_half_pixel' }, 'bilinear'],
  ])('%o is ours', (attributes, interpolation) => {
    expect(layersOf(resize(attributes))).toMatchObject([{ kind: 'upsample', factor: [3, 2], interpolation }]);
  });

  test.each([
    [
      { mode: 'nearest', coordinate_transformation_mode: 'asymmetric' },
      { mode: 'nearest', coordinates: 'asymmetric', rounding: 'round_prefer_floor' },
    ],
    [
      { mode: 'linear', coordinate_transformation_mode: 'align_corners' },
      { mode: 'linear', coordinates: 'align_corners' },
    ],
    [{ mode: 'cubic' }, { mode: 'cubic', coordinates: 'half_pixel', cubicCoefficient: -0.75 }],
  ])('%o is sampled', (attributes, sampling) => {
    expect(layersOf(resize(attributes))).toMatchObject([{ kind: 'resize', size: [12, 8], sampling }]);
  });

  test.each([
    [{ mode: 'lanczos' }, /mode lanczos; expected nearest, linear, cubic/],
    [{ coordinate_transformation_mode: 'tf_crop_and_resize' }, /tf_crop_and_resize; expected half_pixel/],
  ])('%o is refused', (attributes, message) => {
    expect(() => read(resize(attributes))).toThrow(message);
  });

  test.each([
    ['stretch', [8, 6]],
    ['not_larger', [6, 6]],
    ['not_smaller', [8, 8]],
  ])('to sizes of some axes, %s', (keep_aspect_ratio_policy, size) => {
    const layers = layersOf({
      nodes: [
        {
          op: 'Resize',
          inputs: ['input', '', '', 'sizes'],
          attributes: {
            axes: [3, 2],
            mode: 'linear',
            coordinate_transformation_mode: 'align_corners',
            keep_aspect_ratio_policy,
          },
        },
      ],
      weights: { sizes: whole(6, 8) },
      opset: 18,
    });
    expect(layers).toMatchObject([{ kind: 'resize', size }]);
  });
});

describe('functions of one number', () => {
  test('are recognized by their values', () => {
    const activation = (name: string, slope?: number) => ({
      kind: 'activation',
      activation: name,
      ...(slope === undefined ? {} : { slope }),
    });
    const f = Math.fround;
    expect(recognized((x) => x * Math.min(Math.max(x * f(1 / 6) + 0.5, 0), 1))).toEqual(
      activation('hard-swish'),
    );
    expect(recognized((x) => x / (1 + Math.exp(-x)))).toEqual(activation('swish'));
    expect(recognized((x) => (x * (1 + erf(x / f(Math.SQRT2)))) / 2)).toEqual(activation('gelu'));
    expect(recognized((x) => Math.max(x, f(0.2) * x))).toEqual(activation('leaky-relu', 0.2));
    expect(recognized((x) => Math.min(Math.max(f(0.2) * x + 0.5, 0), 1))).toEqual(
      activation('hard-sigmoid', 0.2),
    );
    expect(recognized((x) => x)).toEqual({ kind: 'identity' });
    expect(recognized((x) => 2 * x - 3)).toEqual({ kind: 'affine', scale: 2, offset: -3 });
  });

  test('that none of ours computes are not', () => {
    for (const other of [
      (x: number) => x * sigmoid(1.702 * x),
      (x: number) => 1e-7 * sigmoid(x),
      Math.exp,
      Math.sin,
    ])
      expect(recognized(other)).toBeNull();
  });

  test('have borders and slopes of their own', () => {
    const tanh = (x: number) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
    expect(recognized(tanh)).toEqual({ kind: 'activation', activation: 'gelu-tanh' });
    expect(recognized((x) => Math.min(x, 1e6))).toEqual({
      kind: 'activation',
      activation: 'clip',
      most: 1e6,
    });
    expect(recognized((x) => Math.min(Math.max(x, -1), 0.5))).toEqual({
      kind: 'activation',
      activation: 'clip',
      least: -1,
      most: 0.5,
    });
    expect(recognized((x) => (x > 0 ? x : 2 * Math.expm1(x)))).toMatchObject({ activation: 'elu', slope: 2 });
    expect(recognized((x) => x * Math.tanh(Math.log(1 + Math.exp(Math.min(x, 40)))))).toMatchObject({
      activation: 'mish',
    });
  });

  test('have an error function that is exact', () => {
    // Abramowitz and Stegun, table 7.1.
    for (const [x, value] of [
      [0.5, 0.5204998778],
      [1, 0.8427007929],
      [2, 0.995322265],
      [3, 0.9999779095],
    ] as const) {
      expect(erf(x)).toBeCloseTo(value, 9);
      expect(erf(-x)).toBeCloseTo(-value, 9);
    }
  });
});

describe('weights in a file beside the model', () => {
  const folder = mkdtempSync(join(tmpdir(), 'morphline-onnx-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const MODEL = protobuf.parse(ONNX_PROTO).root.lookupType('onnx.ModelProto');
  const external = (location: string, offset: number) => {
    const message = MODEL.decode(
      tinyModel({ nodes: [{ op: 'Conv', inputs: ['input', 'w'] }], weights: { w: filters(1, 2, 1, 1) } }),
    ).toJSON();
    const tensor = (message.graph as { initializer: Record<string, unknown>[] }).initializer[0];
    if (tensor === undefined) throw new Error('no weights');
    delete tensor.floatData;
    tensor.dataLocation = 1;
    tensor.externalData = [
      { key: 'location', value: location },
      { key: 'offset', value: `${offset}` },
      { key: 'length', value: '8' },
    ];
    return MODEL.encode(MODEL.fromObject(message)).finish();
  };

  test('are read with the model, and asked for where there is no folder', () => {
    writeFileSync(join(folder, 'a.onnx'), external('a.data', 4));
    writeFileSync(join(folder, 'a.data'), new Uint8Array(Float32Array.of(9, 1.5, -2).buffer));
    const { weights } = readModelFile(join(folder, 'a.onnx'));
    expect(weights.get('n0/kernel')).toEqual(Float32Array.of(1.5, -2));
    expect(() => readOnnx(external('a.data', 4), 'a')).toThrow(
      "got a: tensor 'w' with its values in another file, 'a.data'; expected values within the model; open the model by its path",
    );
  });

  test('are named where they are missing, short or elsewhere', () => {
    const path = join(folder, 'b.onnx');
    for (const [location, offset, message] of [
      ['none.data', 0, /none\.data: ENOENT.*put none\.data, which has weights of b\.onnx, beside it/],
      ['a.data', 8, /tensor 'w' in bytes 8 to 16 of 'a\.data', which has 12/],
      ['../secret', 0, /weights in '\.\.\/secret'; expected a file in the folder of the model/],
    ] as const) {
      writeFileSync(path, external(location, offset));
      expect(() => readModelFile(path)).toThrow(message);
    }
  });
});

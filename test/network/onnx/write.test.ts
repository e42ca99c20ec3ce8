import fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { deployedNetwork } from '../../../network/deployed.ts';
import type { Layer } from '../../../network/layer.ts';
import { ONNX_PROTO } from '../../../network/onnx/onnx.proto.ts';
import { writeOnnx } from '../../../network/onnx/write.ts';
import { seededWeights, type Weights } from '../../../network/weights.ts';
import { anyOutputs } from '../any-network.ts';
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
  norm,
  pool,
} from '../layers.ts';

const named = { name: z.string() };
const attribute = z.object({
  ...named,
  type: z.number(),
  i: z.number().optional(),
  f: z.number().optional(),
  ints: z.array(z.number()).optional(),
});
const tensor = z.object({
  ...named,
  dims: z.array(z.number()).optional(),
  floatData: z.array(z.number()).optional(),
  rawData: z.instanceof(Uint8Array).optional(),
});
const dimension = z.object({ dimValue: z.number() });
const value = z.object({
  ...named,
  type: z.object({
    tensorType: z.object({ elemType: z.number(), shape: z.object({ dim: z.array(dimension) }) }),
  }),
});
const node = z.object({
  ...named,
  opType: z.string(),
  input: z.array(z.string()),
  output: z.array(z.string()),
  attribute: z.array(attribute).optional(),
});
const model = z.object({
  irVersion: z.number(),
  opsetImport: z.array(z.object({ version: z.number() })),
  graph: z.object({
    ...named,
    node: z.array(node),
    initializer: z.array(tensor).optional(),
    input: z.array(value),
    output: z.array(value),
  }),
});

/** AttributeProto.AttributeType; an integer 0 is not written. */
const INT = 2;
const MODEL = protobuf.parse(ONNX_PROTO).root.lookupType('onnx.ModelProto');

/** Writes and reads back. */
function written(layers: Layer[], options: { outputs?: string[]; weights?: Weights; batch?: number } = {}) {
  const tiny = network(layers, ...(options.outputs ?? []));
  const bytes = writeOnnx(tiny, options.weights ?? seededWeights(tiny, 1), options.batch);
  return model.parse(MODEL.toObject(MODEL.decode(bytes), { longs: Number }));
}
/** `op name(inputs) → outputs`, and the attributes by name. */
const nodesOf = ({ graph }: z.infer<typeof model>) =>
  graph.node.map(({ opType, name, input, output, attribute: attributes = [] }) => [
    `${opType} ${name}(${input.join(', ')}) → ${output.join(', ')}`,
    Object.fromEntries(
      attributes.map(({ name: key, type, i, f, ints }) => [key, ints ?? f ?? (type === INT ? (i ?? 0) : i)]),
    ),
  ]);
const tensorOf = ({ graph }: z.infer<typeof model>, name: string) => {
  const found = graph.initializer?.find((one) => one.name === name);
  const raw = Uint8Array.from(found?.rawData ?? []).buffer;
  return { dims: found?.dims, values: found?.floatData ?? [...new Float32Array(raw)] };
};

describe('an ONNX model', () => {
  test('says its version, and the shapes of inputs and outputs, channels first', () => {
    const { irVersion, opsetImport, graph } = written(
      [image(4, 3), conv('A', 'input', 5), globalPool('G', 'A')],
      { outputs: ['A', 'G'], batch: 2 },
    );
    expect([irVersion, opsetImport]).toEqual([10, [{ version: 17 }]]);
    const shapes = [...graph.input, ...graph.output].map(({ name, type }) => [
      name,
      type.tensorType.shape.dim.map(({ dimValue }) => dimValue),
    ]);
    expect(shapes).toEqual([
      ['input', [2, 3, 4, 4]],
      ['A', [2, 5, 4, 4]],
      ['G', [2, 5]],
    ]);
  });

  test('pads as TensorFlow does: the odd zero below and to the right', () => {
    const layers = [
      image(6, 3),
      conv('A', 'input', 2, { kernel: 3, stride: 2, bias: true }), // pads 1 in all, makes 3×3
      pool('max-pool', 'P', 'A', { stride: 2 }), // pads 2, makes 2×2
      pool('avg-pool', 'Q', 'P', { kernel: 2, padding: 'valid' }),
    ];
    expect(nodesOf(written(layers))).toEqual([
      ['Conv A(input, A/kernel, A/bias) → A', { kernel_shape: [3, 3], strides: [2, 2], pads: [0, 0, 1, 1] }],
      ['MaxPool P(A) → P', { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }],
      [
        'AveragePool Q(P) → Q',
        { kernel_shape: [2, 2], strides: [1, 1], pads: [0, 0, 0, 0], count_include_pad: 0 },
      ],
    ]);
  });

  test('gives pads in the order top, left, bottom, right', () => {
    const padding = { top: 1, bottom: 2, left: 3, right: 0 };
    const [[, attributes]] = nodesOf(
      written([image(6, 3), conv('A', 'input', 2, { kernel: 3, padding })]),
    ) as [[string, Record<string, unknown>]];
    expect(attributes.pads).toEqual([1, 3, 2, 0]);
  });

  test('joins, adds more than two in turn, and turns pixels to flatten', () => {
    const layers = [
      image(2, 3),
      conv('A', 'input', 3),
      add('S', 'input', 'A', 'A'),
      concat('J', 'S', 'A'),
      flatten('F', 'J'),
      dense('L', 'F', 2),
      { kind: 'softmax', name: 'P', inputs: ['L'] } as const,
    ];
    const wrote = written(layers);
    const between = wrote.graph.node[1]?.output[0];
    expect(nodesOf(wrote).slice(1)).toEqual([
      [`Add ${between}(input, A) → ${between}`, {}],
      [`Add S(${between}, A) → S`, {}],
      ['Concat J(S, A) → J', { axis: 1 }],
      ['Transpose F/nhwc(J) → F/nhwc', { perm: [0, 2, 3, 1] }],
      ['Flatten F/flatten(F/nhwc) → F', { axis: 1 }],
      ['Gemm L(F, L/kernel, L/bias) → L', {}],
      ['Softmax P(L) → P', { axis: 1 }],
    ]);
  });

  test('clips at 6 with constants of its own', () => {
    const wrote = written([image(2, 3), activation('R', 'input', 'relu6'), activation('T', 'R', 'tanh')]);
    expect(nodesOf(wrote)).toEqual([
      ['Clip R(input, relu6/zero, relu6/six) → R', {}],
      ['Tanh T(R) → T', {}],
    ]);
    expect([tensorOf(wrote, 'relu6/zero').values, tensorOf(wrote, 'relu6/six').values]).toEqual([[0], [6]]);
  });

  test('gives a batch norm without scale a γ of ones', () => {
    const wrote = written([image(2, 3), norm('N', 'input', false)]);
    expect(nodesOf(wrote)).toEqual([
      [
        'BatchNormalization N(input, N/gamma, N/beta, N/moving_mean, N/moving_variance) → N',
        { epsilon: expect.closeTo(0.001, 9) },
      ],
    ]);
    expect(tensorOf(wrote, 'N/gamma')).toEqual({ dims: [3], values: [1, 1, 1] });
  });

  test('lays kernels out as [out, in, h, w]', () => {
    // A 1×2 window of 2 inputs and 3 outputs: value 100 · column + 10 · input + output.
    const layer: Layer = { ...conv('A', 'input', 3), kernelSize: [1, 2] };
    const kernel = Float32Array.from([0, 1, 2, 10, 11, 12, 100, 101, 102, 110, 111, 112]);
    const wrote = written([image(4, 2), layer], { weights: new Map([['A/kernel', kernel]]) });
    expect(tensorOf(wrote, 'A/kernel')).toEqual({
      dims: [3, 2, 1, 2],
      values: [0, 100, 10, 110, 1, 101, 11, 111, 2, 102, 12, 112],
    });
  });

  test('groups a depthwise convolution by its inputs', () => {
    // A 1×1 window on 2 inputs with multiplier 2: value 10 · input + copy.
    const weights = new Map([['D/kernel', Float32Array.from([0, 1, 10, 11])]]);
    const wrote = written([image(4, 2), depthwise('D', 'input', 2, { kernel: 1 })], { weights });
    expect(nodesOf(wrote)[0]?.[1]).toMatchObject({ group: 2 });
    expect(tensorOf(wrote, 'D/kernel')).toEqual({ dims: [4, 1, 1, 1], values: [0, 1, 10, 11] });
  });

  test('lacks no weight silently', () => {
    expect(() => written([image(2, 3), conv('A', 'input', 1)], { weights: new Map() })).toThrow(
      'weights of A/kernel are missing',
    );
  });
});

test('a model has no initializer that no node reads', () => {
  fc.assert(
    fc.property(anyOutputs, (any) => {
      for (const each of [any, deployedNetwork(any)].filter(({ layers }) => layers.length > 1)) {
        const bytes = writeOnnx(each, seededWeights(each, 1));
        const { graph } = model.parse(MODEL.toObject(MODEL.decode(bytes), { longs: Number }));
        const read = new Set(graph.node.flatMap(({ input }) => input));
        expect((graph.initializer ?? []).filter(({ name }) => !read.has(name))).toEqual([]);
      }
    }),
    { numRuns: 60 },
  );
});

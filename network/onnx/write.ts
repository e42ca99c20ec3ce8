import protobuf from 'protobufjs';
import type { Activation, ActivationFunction, Layer } from '../layer.ts';
import { slopeOf, unknownLayer } from '../layer.ts';
import type { Network } from '../network.ts';
import { dilatedWindow, inferShapes, outputShape, padAmounts, type Shape } from '../shapes.ts';
import { type Weights, weightShapes } from '../weights.ts';
import { ONNX_PROTO } from './onnx.proto.ts';

const FLOAT = 1;
const IR_VERSION = 10;
const OPSET = 17;
/** The first with Gelu. */
const GELU_OPSET = 20;

interface Attribute {
  name: string;
  type: number;
  i?: number;
  f?: number;
  s?: Uint8Array;
  ints?: number[];
}
interface Node {
  opType: string;
  name: string;
  input: string[];
  output: string[];
  attribute: Attribute[];
}

const int = (name: string, i: number): Attribute => ({ name, type: 2, i });
const ints = (name: string, ...values: number[]): Attribute => ({ name, type: 7, ints: values });
const text = (name: string, value: string): Attribute => ({ name, type: 3, s: Buffer.from(value) });
const float = (name: string, f: number): Attribute => ({ name, type: 1, f });

let modelType: protobuf.Type | undefined;
function modelProto(): protobuf.Type {
  modelType ??= protobuf.parse(ONNX_PROTO).root.lookupType('onnx.ModelProto');
  return modelType;
}

/** Moves the axes of a row-major tensor: result axis k is source axis order[k]. */
function transposed(values: Float32Array, shape: readonly number[], order: readonly number[]): Float32Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const outShape = order.map((axis) => shape[axis] as number);
  const outStrides = order.map((axis) => strides[axis] as number);
  const result = new Float32Array(values.length);
  const index = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let at = 0; at < result.length; at++) {
    result[at] = values[from] as number;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += outStrides[axis] as number;
      const next = (index[axis] as number) + 1;
      if (next < (outShape[axis] as number)) {
        index[axis] = next;
        break;
      }
      from -= next * (outStrides[axis] as number);
      index[axis] = 0;
    }
  }
  return result;
}

function windowAttributes(
  layer: Extract<Layer, { strides: readonly [number, number] }>,
  input: Shape,
  window: readonly [number, number],
): Attribute[] {
  const pad = padAmounts(input, window, layer.strides, layer.padding);
  return [
    ints('kernel_shape', ...window),
    ints('strides', ...layer.strides),
    ints('pads', pad.top, pad.left, pad.bottom, pad.right),
  ];
}

/** Window attributes with dilations where there are any. */
function convolutionAttributes(
  layer: Extract<Layer, { kind: 'conv2d' | 'depthwise-conv2d' }>,
  input: Shape,
): Attribute[] {
  const pad = padAmounts(input, dilatedWindow(layer), layer.strides, layer.padding);
  return [
    ints('kernel_shape', ...layer.kernelSize),
    ints('strides', ...layer.strides),
    ints('pads', pad.top, pad.left, pad.bottom, pad.right),
    ...(layer.dilations === undefined ? [] : [ints('dilations', ...layer.dilations)]),
  ];
}

/** TensorFlow's padding of a transposed convolution: what the forward one of its output would pad. */
function transposedAttributes(
  layer: Extract<Layer, { kind: 'conv2d-transpose' }>,
  input: Shape,
): Attribute[] {
  const output = outputShape(layer, [input]);
  const pad = padAmounts(output, layer.kernelSize, layer.strides, layer.padding);
  // ONNX: output = (input − 1) · stride + kernel − pads + output_padding.
  const missing = (size: number, from: number, stride: number, kernel: number, pads: number) =>
    size - ((from - 1) * stride + kernel - pads);
  return [
    ints('kernel_shape', ...layer.kernelSize),
    ints('strides', ...layer.strides),
    ints('pads', pad.top, pad.left, pad.bottom, pad.right),
    ints(
      'output_padding',
      missing(output.height, input.height, layer.strides[0], layer.kernelSize[0], pad.top + pad.bottom),
      missing(output.width, input.width, layer.strides[1], layer.kernelSize[1], pad.left + pad.right),
    ),
  ];
}

const ACTIVATIONS: Record<Exclude<ActivationFunction, 'hard-swish' | 'swish'>, string> = {
  relu: 'Relu',
  relu6: 'Clip',
  'leaky-relu': 'LeakyRelu',
  elu: 'Elu',
  sigmoid: 'Sigmoid',
  'hard-sigmoid': 'HardSigmoid',
  tanh: 'Tanh',
  gelu: 'Gelu',
};

/** One operator, or for those that ONNX Runtime takes apart the two it makes of them: x times a gate of x. */
function activationNodes(layer: Activation, node: (opType: string) => Node): Node[] {
  const { activation, name, inputs } = layer;
  const slope = float('alpha', slopeOf(layer));
  if (activation === 'hard-swish' || activation === 'swish') {
    const gate = `${name}/gate`;
    const gated = activation === 'swish' ? node('Sigmoid') : node('HardSigmoid');
    const attribute = activation === 'swish' ? [] : [float('alpha', 1 / 6), float('beta', 0.5)];
    return [
      { ...gated, name: gate, output: [gate], attribute },
      { ...node('Mul'), input: [...inputs, gate] },
    ];
  }
  const made = node(ACTIVATIONS[activation]);
  if (activation === 'relu6') return [{ ...made, input: [...inputs, 'zero', 'six'] }];
  if (activation === 'leaky-relu') return [{ ...made, attribute: [slope] }];
  if (activation === 'hard-sigmoid') return [{ ...made, attribute: [slope, float('beta', 0.5)] }];
  return [made];
}

/** The ONNX nodes of one layer; tensors are named after the layers that make them. */
function nodesOf(layer: Layer, shapes: ReadonlyMap<string, Shape>): Node[] {
  const input = shapes.get(layer.inputs[0] ?? '');
  const node = (opType: string, attribute: Attribute[] = [], extra: string[] = []): Node => ({
    opType,
    name: layer.name,
    input: [...layer.inputs, ...extra],
    output: [layer.name],
    attribute,
  });
  if (layer.kind === 'input') return [];
  if (input === undefined) throw new Error(`layer ${layer.name} has no input`);
  /** ONNX's Add and Mul take two; more are joined in turn. */
  const joined = (opType: string, inputs: readonly string[]) =>
    inputs.slice(1).map((other, i): Node => {
      const last = i === inputs.length - 2;
      const before = i === 0 ? (inputs[0] as string) : `${layer.name}/part${i}`;
      const name = last ? layer.name : `${layer.name}/part${i + 1}`;
      return { ...node(opType), name, input: [before, other], output: [name] };
    });
  const bias = 'useBias' in layer && layer.useBias ? [`${layer.name}/bias`] : [];
  const parameters = [`${layer.name}/kernel`, ...bias];
  switch (layer.kind) {
    case 'conv2d': {
      const groups = layer.groups ?? 1;
      const window = convolutionAttributes(layer, input);
      return [node('Conv', groups === 1 ? window : [...window, int('group', groups)], parameters)];
    }
    case 'depthwise-conv2d':
      return [
        node('Conv', [...convolutionAttributes(layer, input), int('group', input.channels)], parameters),
      ];
    case 'conv2d-transpose':
      return [node('ConvTranspose', transposedAttributes(layer, input), parameters)];
    case 'bias-add':
      return [node('Add', [], [`${layer.name}/bias`])];
    case 'multiply': {
      // A flat input gets height and width of 1.
      const flat = layer.inputs.filter((name) => shapes.get(name)?.flat === true);
      if (flat.length === layer.inputs.length || flat.length === 0) return joined('Mul', layer.inputs);
      const raised = (name: string) => `${layer.name}/${name}`;
      return [
        ...flat.map((name): Node => {
          const input = [name, `${layer.name}/axes`];
          return { ...node('Unsqueeze'), name: raised(name), input, output: [raised(name)] };
        }),
        ...joined(
          'Mul',
          layer.inputs.map((name) => (flat.includes(name) ? raised(name) : name)),
        ),
      ];
    }
    case 'dropout':
    case 'gate':
      return [node('Identity')];
    case 'slice': {
      const borders = ['from', 'to', 'axis'].map((part) => `${layer.name}/${part}`);
      return [node('Slice', [], borders)];
    }
    case 'channel-shuffle': {
      const [split, turned] = [`${layer.name}/split`, `${layer.name}/turned`];
      const perm = input.flat ? [0, 2, 1] : [0, 2, 1, 3, 4];
      return [
        { ...node('Reshape', [], [`${layer.name}/groups`]), name: split, output: [split] },
        { ...node('Transpose', [ints('perm', ...perm)]), input: [split], output: [turned] },
        { ...node('Reshape'), name: `${layer.name}/joined`, input: [turned, `${layer.name}/channels`] },
      ];
    }
    case 'pad':
      return [node('Pad', [], [`${layer.name}/pads`])];
    case 'upsample': {
      const linear = layer.interpolation === 'bilinear';
      const attributes = [
        text('mode', linear ? 'linear' : 'nearest'),
        text('coordinate_transformation_mode', linear ? 'half_pixel' : 'asymmetric'),
        ...(linear ? [] : [text('nearest_mode', 'floor')]),
      ];
      return [node('Resize', attributes, ['', `${layer.name}/scales`])];
    }
    case 'depth-to-space':
      return [node('DepthToSpace', [int('blocksize', layer.block), text('mode', 'DCR')])];
    case 'dense':
      return [node('Gemm', [], parameters)];
    case 'batch-norm': {
      const parts = ['gamma', 'beta', 'moving_mean', 'moving_variance'].map(
        (part) => `${layer.name}/${part}`,
      );
      return [node('BatchNormalization', [float('epsilon', layer.epsilon)], parts)];
    }
    case 'activation':
      return activationNodes(layer, node);
    case 'max-pool':
      return [node('MaxPool', windowAttributes(layer, input, layer.poolSize))];
    case 'avg-pool': {
      const window = windowAttributes(layer, input, layer.poolSize);
      return [
        node('AveragePool', [...window, int('count_include_pad', layer.countsPadding === true ? 1 : 0)]),
      ];
    }
    case 'global-avg-pool': {
      if (layer.keepDims === true) return [node('GlobalAveragePool')];
      const pooled = `${layer.name}/pooled`;
      return [
        { ...node('GlobalAveragePool'), name: pooled, output: [pooled] },
        { ...node('Flatten', [int('axis', 1)]), name: `${layer.name}/flatten`, input: [pooled] },
      ];
    }
    case 'add':
      return joined('Add', layer.inputs);
    case 'concat':
      return [node('Concat', [int('axis', 1)])];
    case 'flatten': {
      if (input.height === 1 && input.width === 1) return [node('Flatten', [int('axis', 1)])];
      // Our order is channels fastest; ONNX tensors are NCHW.
      const moved = `${layer.name}/nhwc`;
      return [
        { ...node('Transpose', [ints('perm', 0, 2, 3, 1)]), name: moved, output: [moved] },
        { ...node('Flatten', [int('axis', 1)]), name: `${layer.name}/flatten`, input: [moved] },
      ];
    }
    case 'softmax':
      return [node('Softmax', [int('axis', 1)])];
    default:
      return unknownLayer(layer);
  }
}

function valueInfo(name: string, shape: Shape, batch: number) {
  const sizes = shape.flat ? [batch, shape.channels] : [batch, shape.channels, shape.height, shape.width];
  const dim = sizes.map((dimValue) => ({ dimValue }));
  return { name, type: { tensorType: { elemType: FLOAT, shape: { dim } } } };
}

const INT64 = 7;

/** Settings that newer ONNX operators read from tensors rather than from attributes. */
function settingTensors(
  layer: Layer,
  shapes: ReadonlyMap<string, Shape>,
): { name: string; dims: number[]; dataType: number }[] {
  const whole = (part: string, ...values: number[]) => ({
    name: `${layer.name}/${part}`,
    dims: [values.length],
    dataType: INT64,
    int64Data: values,
  });
  if (layer.kind === 'multiply') return [whole('axes', 2, 3)];
  if (layer.kind === 'slice') {
    return [whole('from', layer.from), whole('to', layer.from + layer.channels), whole('axis', 1)];
  }
  if (layer.kind === 'channel-shuffle') {
    const { height, width, channels, flat } = shapes.get(layer.name) as Shape;
    const pixels = flat ? [] : [height, width];
    // 0 keeps the batch.
    return [
      whole('groups', 0, layer.groups, channels / layer.groups, ...pixels),
      whole('channels', 0, channels, ...pixels),
    ];
  }
  if (layer.kind === 'pad') {
    const { top, bottom, left, right } = layer.padding;
    return [whole('pads', 0, 0, top, left, 0, 0, bottom, right)];
  }
  if (layer.kind === 'upsample') {
    const floatData = [1, 1, ...layer.factor];
    return [{ name: `${layer.name}/scales`, dims: [4], dataType: FLOAT, floatData } as never];
  }
  return [];
}

/**
 * The network as an ONNX model (NCHW, float32, opset 17, or 20 where it has a gelu).
 * @param weights HWIO kernels as {@link Weights} lays them out
 * @param batch fixed batch size of inputs and outputs
 */
export function writeOnnx(network: Network, weights: Weights, batch = 1): Uint8Array {
  const shapes = inferShapes(network);
  const shapeOf = (name: string) => {
    const shape = shapes.get(name);
    if (shape === undefined) throw new Error(`no shape of ${name}`);
    return shape;
  };
  const initializer = weightShapes(network).map(({ name, shape }) => {
    const values = weights.get(name);
    if (values === undefined) throw new Error(`weights of ${name} are missing`);
    const layerName = name.slice(0, name.lastIndexOf('/'));
    const kind = network.layers.find((layer) => layer.name === layerName)?.kind;
    let dims = shape;
    let data = values;
    if (shape.length === 4) {
      const order = [3, 2, 0, 1];
      // A depthwise [h, w, in, multiplier] becomes [in·multiplier, 1, h, w]; a transposed [h, w, out, in] ONNX's
      // [in, out, h, w].
      const [h, w, i, o] = shape as [number, number, number, number];
      const source = kind === 'depthwise-conv2d' ? [h, w, 1, i * o] : [h, w, i, o];
      data = transposed(values, source, order);
      dims = order.map((axis) => source[axis] as number);
    }
    // A bias of its own is added along NCHW's channels.
    if (kind === 'bias-add' && shapeOf(layerName).flat === false) dims = [...shape, 1, 1];
    return {
      name,
      dims,
      dataType: FLOAT,
      rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    };
  });
  const constants = network.layers.some(
    (layer) => layer.kind === 'activation' && layer.activation === 'relu6',
  )
    ? [
        { name: 'zero', dims: [], dataType: FLOAT, floatData: [0] },
        { name: 'six', dims: [], dataType: FLOAT, floatData: [6] },
      ]
    : [];
  const ones = network.layers
    .filter((layer) => layer.kind === 'batch-norm' && !layer.scale)
    .map(({ name }) => {
      const { channels } = shapeOf(name);
      return {
        name: `${name}/gamma`,
        dims: [channels],
        dataType: FLOAT,
        floatData: new Array<number>(channels).fill(1),
      };
    });
  const settings = network.layers.flatMap((layer) => settingTensors(layer, shapes));
  const hasGelu = network.layers.some((layer) => layer.kind === 'activation' && layer.activation === 'gelu');
  const type = modelProto();
  const model = type.fromObject({
    irVersion: IR_VERSION,
    producerName: 'morphline',
    opsetImport: [{ domain: '', version: hasGelu ? GELU_OPSET : OPSET }],
    graph: {
      name: network.name,
      node: network.layers.flatMap((layer) => nodesOf(layer, shapes)),
      initializer: [...initializer, ...ones, ...constants, ...settings],
      input: network.layers
        .filter((layer) => layer.kind === 'input')
        .map((layer) => valueInfo(layer.name, shapeOf(layer.name), batch)),
      output: network.outputs.map((name) => valueInfo(name, shapeOf(name), batch)),
    },
  });
  return type.encode(model).finish();
}

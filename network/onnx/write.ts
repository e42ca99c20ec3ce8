import protobuf from 'protobufjs';
import type { Layer } from '../layer.ts';
import { unknownLayer } from '../layer.ts';
import type { Network } from '../network.ts';
import { inferShapes, padAmounts, type Shape } from '../shapes.ts';
import { type Weights, weightShapes } from '../weights.ts';
import { ONNX_PROTO } from './onnx.proto.ts';

const FLOAT = 1;
const IR_VERSION = 10;
const OPSET = 17;

interface Attribute {
  name: string;
  type: number;
  i?: number;
  f?: number;
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

const ACTIVATIONS = { relu: 'Relu', relu6: 'Clip', sigmoid: 'Sigmoid', tanh: 'Tanh' } as const;

/** The ONNX nodes of one layer; tensors are named after the layers that make them. */
function nodesOf(layer: Layer, input: Shape | undefined): Node[] {
  const node = (opType: string, attribute: Attribute[] = [], extra: string[] = []): Node => ({
    opType,
    name: layer.name,
    input: [...layer.inputs, ...extra],
    output: [layer.name],
    attribute,
  });
  if (layer.kind === 'input') return [];
  if (input === undefined) throw new Error(`layer ${layer.name} has no input`);
  const bias = 'useBias' in layer && layer.useBias ? [`${layer.name}/bias`] : [];
  const parameters = [`${layer.name}/kernel`, ...bias];
  switch (layer.kind) {
    case 'conv2d':
      return [node('Conv', windowAttributes(layer, input, layer.kernelSize), parameters)];
    case 'depthwise-conv2d': {
      const window = windowAttributes(layer, input, layer.kernelSize);
      return [node('Conv', [...window, int('group', input.channels)], parameters)];
    }
    case 'dense':
      return [node('Gemm', [], parameters)];
    case 'batch-norm': {
      const parts = ['gamma', 'beta', 'moving_mean', 'moving_variance'].map(
        (part) => `${layer.name}/${part}`,
      );
      return [node('BatchNormalization', [float('epsilon', layer.epsilon)], parts)];
    }
    case 'activation':
      return [node(ACTIVATIONS[layer.activation], [], layer.activation === 'relu6' ? ['zero', 'six'] : [])];
    case 'max-pool':
      return [node('MaxPool', windowAttributes(layer, input, layer.poolSize))];
    case 'avg-pool': {
      const window = windowAttributes(layer, input, layer.poolSize);
      return [node('AveragePool', [...window, int('count_include_pad', 0)])];
    }
    case 'global-avg-pool': {
      const pooled = `${layer.name}/pooled`;
      return [
        { ...node('GlobalAveragePool'), name: pooled, output: [pooled] },
        { ...node('Flatten', [int('axis', 1)]), name: `${layer.name}/flatten`, input: [pooled] },
      ];
    }
    case 'add':
      // ONNX's Add takes two; more are summed in turn.
      return layer.inputs.slice(1).map((other, i): Node => {
        const last = i === layer.inputs.length - 2;
        const before = i === 0 ? (layer.inputs[0] as string) : `${layer.name}/sum${i}`;
        const name = last ? layer.name : `${layer.name}/sum${i + 1}`;
        return { ...node('Add'), name, input: [before, other], output: [name] };
      });
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

/**
 * The network as an ONNX model (NCHW, float32, opset 17).
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
      // A depthwise [h, w, in, multiplier] becomes [in·multiplier, 1, h, w].
      const [h, w, i, o] = shape as [number, number, number, number];
      const source = kind === 'depthwise-conv2d' ? [h, w, 1, i * o] : [h, w, i, o];
      data = transposed(values, source, order);
      dims = order.map((axis) => source[axis] as number);
    }
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
  const type = modelProto();
  const model = type.fromObject({
    irVersion: IR_VERSION,
    producerName: 'morphline',
    opsetImport: [{ domain: '', version: OPSET }],
    graph: {
      name: network.name,
      node: network.layers.flatMap((layer) => nodesOf(layer, shapes.get(layer.inputs[0] ?? ''))),
      initializer: [...initializer, ...ones, ...constants],
      input: network.layers
        .filter((layer) => layer.kind === 'input')
        .map((layer) => valueInfo(layer.name, shapeOf(layer.name), batch)),
      output: network.outputs.map((name) => valueInfo(name, shapeOf(name), batch)),
    },
  });
  return type.encode(model).finish();
}

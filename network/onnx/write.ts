// Writes a network and its weights as an ONNX model.
import protobuf from 'protobufjs';
import type { ActivationFunction } from '../layer.ts';
import type { Network } from '../network.ts';
import { inferShapes, type Shape } from '../shapes.ts';
import type { Weights } from '../weights.ts';
import { FLOAT, type Tensor } from './nodes.ts';
import { ONNX_PROTO } from './onnx.proto.ts';
import { CLIP_BORDERS } from './write-elementwise.ts';
import { layerNodes } from './write-layer.ts';
import { weightTensors } from './write-weights.ts';

const IR_VERSION = 10;
const OPSET = 17;
/** The first with Gelu. */
const GELU_OPSET = 20;

let modelType: protobuf.Type | undefined;
function modelProto(): protobuf.Type {
  modelType ??= protobuf.parse(ONNX_PROTO).root.lookupType('onnx.ModelProto');
  return modelType;
}

function valueInfo(name: string, shape: Shape | undefined, batch: number) {
  if (shape === undefined) throw new Error(`no shape of ${name}`);
  const sizes = shape.flat ? [batch, shape.channels] : [batch, shape.channels, shape.height, shape.width];
  const dim = sizes.map((dimValue) => ({ dimValue }));
  return { name, type: { tensorType: { elemType: FLOAT, shape: { dim } } } };
}

function clipBorders(): Tensor[] {
  return Object.entries(CLIP_BORDERS).map(([name, value]) => ({
    name,
    dims: [],
    dataType: FLOAT,
    floatData: [value],
  }));
}

/**
 * The network as an ONNX model (NCHW, float32, opset 17, or 20 where it has a gelu).
 * @param weights HWIO kernels as {@link Weights} lays them out
 * @param batch fixed batch size of inputs and outputs
 */
export function writeOnnx(network: Network, weights: Weights, batch = 1): Uint8Array {
  const shapes = inferShapes(network);
  const has = (activation: ActivationFunction) =>
    network.layers.some((layer) => layer.kind === 'activation' && layer.activation === activation);
  const layers = network.layers.map((layer) => layerNodes(layer, shapes));
  const type = modelProto();
  const model = type.fromObject({
    irVersion: IR_VERSION,
    producerName: 'morphline',
    opsetImport: [{ domain: '', version: has('gelu') ? GELU_OPSET : OPSET }],
    graph: {
      name: network.name,
      node: layers.flatMap(({ nodes }) => nodes),
      initializer: [
        ...weightTensors(network, weights, shapes),
        ...(has('relu6') ? clipBorders() : []),
        ...layers.flatMap(({ settings }) => settings ?? []),
      ],
      input: network.layers
        .filter((layer) => layer.kind === 'input')
        .map(({ name }) => valueInfo(name, shapes.get(name), batch)),
      output: network.outputs.map((name) => valueInfo(name, shapes.get(name), batch)),
    },
  });
  return type.encode(model).finish();
}

// Writes a network and its weights as an ONNX model.

import type { ActivationFunction } from '../layer.ts';
import type { Network } from '../network.ts';
import type { ScratchMemory } from '../scratch-memory.ts';
import { inferShapes, type Shape } from '../shapes.ts';
import type { Weights } from '../weights.ts';
import { encodeModel } from './encode-model.ts';
import { FLOAT, type Tensor } from './nodes.ts';
import { CLIP_BORDERS } from './write-elementwise.ts';
import { layerNodes } from './write-layer.ts';
import { weightTensors } from './write-weights.ts';

const IR_VERSION = 10;
const OPSET = 17;
/** The first with Gelu. */
const GELU_OPSET = 20;

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
 * @param scratch where the model is made; fresh memory by default
 */
export function writeOnnx(
  network: Network,
  weights: Weights,
  batch = 1,
  scratch?: ScratchMemory,
): Uint8Array {
  const shapes = inferShapes(network);
  const has = (activation: ActivationFunction) =>
    network.layers.some((layer) => layer.kind === 'activation' && layer.activation === activation);
  const layers = network.layers.map((layer) => layerNodes(layer, shapes));
  return encodeModel(
    {
      before: { irVersion: IR_VERSION, producerName: 'morphline' },
      behind: { opsetImport: [{ domain: '', version: has('gelu') ? GELU_OPSET : OPSET }] },
    },
    {
      name: network.name,
      node: layers.flatMap(({ nodes }) => nodes),
      input: network.layers
        .filter((layer) => layer.kind === 'input')
        .map(({ name }) => valueInfo(name, shapes.get(name), batch)),
      output: network.outputs.map((name) => valueInfo(name, shapes.get(name), batch)),
    },
    [
      ...weightTensors(network, weights, shapes, scratch),
      ...(has('relu6') ? clipBorders() : []),
      ...layers.flatMap(({ settings }) => settings ?? []),
    ],
    scratch,
  );
}

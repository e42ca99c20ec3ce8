// Writes a network and its weights as an ONNX model.

import type { ActivationFunction, Layer, Pad } from '../layer.ts';
import { consumersOf, type Network } from '../network.ts';
import type { ScratchMemory } from '../scratch-memory.ts';
import { inferShapes, type Shape } from '../shapes.ts';
import type { Weights } from '../weights.ts';
import { encodeModel } from './encode-model.ts';
import { FLOAT, type Tensor } from './nodes.ts';
import { CLIP_BORDERS } from './write-elementwise.ts';
import { layerNodes } from './write-layer.ts';
import { padBeforePool } from './write-resizing.ts';
import { weightTensors } from './write-weights.ts';

const IR_VERSION = 10;
const OPSET = 17;
/** The first whose Pad has axes ({@link padBeforePool}). */
const PAD_OPSET = 18;
/** The first with Gelu. */
const GELU_OPSET = 20;

function valueInfo(name: string, shape: Shape | undefined, batch: number) {
  if (shape === undefined) throw new Error(`no shape of ${name}`);
  const sizes = shape.flat ? [batch, shape.channels] : [batch, shape.channels, shape.height, shape.width];
  const dim = sizes.map((dimValue) => ({ dimValue }));
  return { name, type: { tensorType: { elemType: FLOAT, shape: { dim } } } };
}

/** Pads that a pool reads and nothing else. */
function padsBeforePools(network: Network): Layer[] {
  const consumers = consumersOf(network);
  return network.layers.filter(({ kind, name }) => {
    const [reader, ...others] = consumers.get(name) ?? [];
    return (
      kind === 'pad' && (reader?.kind === 'max-pool' || reader?.kind === 'avg-pool') && others.length === 0
    );
  });
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
 * The network as an ONNX model (NCHW, float32, opset 17, 18 where a pool reads a pad, 20 where it has a gelu).
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
  const pooled = new Set(padsBeforePools(network));
  const layers = network.layers.map((layer) =>
    pooled.has(layer) ? padBeforePool(layer as Pad) : layerNodes(layer, shapes),
  );
  const padded = pooled.size > 0 ? PAD_OPSET : OPSET;
  const opset = has('gelu') ? GELU_OPSET : padded;
  // Some weights only training reads.
  const read = new Set(layers.flatMap(({ nodes }) => nodes.flatMap(({ input }) => input)));
  return encodeModel(
    {
      before: { irVersion: IR_VERSION, producerName: 'morphline' },
      behind: { opsetImport: [{ domain: '', version: opset }] },
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
    ].filter(({ name }) => read.has(name)),
    scratch,
  );
}

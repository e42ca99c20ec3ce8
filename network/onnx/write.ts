// Writes a network and its weights as an ONNX model.

import type { Layer, Pad } from '../layer.ts';
import { consumersOf, type Network } from '../network.ts';
import type { ScratchMemory } from '../scratch-memory.ts';
import { inferShapes, type Shape } from '../shapes.ts';
import { weightOwner } from '../shared-weights.ts';
import type { Weights } from '../weights.ts';
import { encodeModel } from './encode-model.ts';
import { FLOAT, FLOAT16, INT64, type Tensor } from './nodes.ts';
import { CLIP_BORDERS } from './write-elementwise.ts';
import { layerNodes } from './write-layer.ts';
import { padBeforePool } from './write-resizing.ts';
import { isOfHalves } from './write-stored.ts';
import { halfClipBorders, withTypes } from './write-types.ts';
import { weightTensors } from './write-weights.ts';

const IR_VERSION = 10;
const OPSET = 17;
/** The first whose Pad has axes ({@link padBeforePool}). */
const PAD_OPSET = 18;
/** The first with Gelu, and with every way of resizing. */
const LATER_OPSET = 20;

/** Whether a layer needs an operator, or an attribute of one, that opset 17 does not have. */
function isLater(layer: Layer): boolean {
  if (layer.kind === 'activation') return layer.activation === 'gelu' || layer.activation === 'gelu-tanh';
  if (layer.kind !== 'resize') return false;
  const { antialias, coordinates } = layer.sampling;
  return antialias || coordinates === 'half_pixel_symmetric' || layer.scale === undefined;
}

function valueInfo(name: string, shape: Shape | undefined, batch: number, elemType: number) {
  if (shape === undefined) throw new Error(`no shape of ${name}`);
  const sizes = shape.flat ? [batch, shape.channels] : [batch, shape.channels, shape.height, shape.width];
  const dim = sizes.map((dimValue) => ({ dimValue }));
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
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
 * The network as an ONNX model (NCHW; its layers' element types, in QDQ form where they are whole numbers; opset 17, 18
 * where a pool reads a pad, 20 where another operator needs it). Numbers of channels that an arg-max makes are int64.
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
  const clips = network.layers.some((layer) => layer.kind === 'activation' && layer.activation === 'relu6');
  const numbers = new Set(network.layers.filter(({ kind }) => kind === 'arg-max').map(({ name }) => name));
  const pooled = new Set(padsBeforePools(network));
  const padded = pooled.size > 0 ? PAD_OPSET : OPSET;
  const opset = network.layers.some(isLater) ? LATER_OPSET : padded;
  const owned = (names: readonly string[]) => names.map((name) => weightOwner(network, name));
  const made = network.layers.map((layer) =>
    pooled.has(layer) ? padBeforePool(layer as Pad) : layerNodes(layer, shapes, opset),
  );
  const layers = withTypes(network, made).map(({ nodes, settings }) => ({
    nodes: nodes.map((each) => ({ ...each, input: owned(each.input) })),
    settings,
  }));
  const halves = new Set(network.layers.filter(isOfHalves).map(({ name }) => name));
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
        .map(({ name }) => valueInfo(name, shapes.get(name), batch, halves.has(name) ? FLOAT16 : FLOAT)),
      output: network.outputs.map((name) => {
        const float = halves.has(name) ? FLOAT16 : FLOAT;
        return valueInfo(name, shapes.get(name), batch, numbers.has(name) ? INT64 : float);
      }),
    },
    [
      ...weightTensors(network, weights, shapes, scratch),
      ...(clips ? clipBorders() : []),
      ...(clips && halves.size > 0 ? halfClipBorders() : []),
      ...layers.flatMap(({ settings }) => settings ?? []),
    ].filter(({ name }) => read.has(name)),
    scratch,
  );
}

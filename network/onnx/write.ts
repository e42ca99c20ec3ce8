// Writes a network and its weights as an ONNX model.

import { checkBatch } from '../fixed-batch.ts';
import type { Layer, Op, Pad } from '../layer.ts';
import { consumersOf, type Network } from '../network.ts';
import type { ScratchMemory } from '../scratch-memory.ts';
import { inferShapes, type Shape } from '../shapes.ts';
import { weightOwner } from '../shared-weights.ts';
import { onnxSizes } from '../tensor-shape.ts';
import type { Weights } from '../weights.ts';
import { encodeModel } from './encode-model.ts';
import { FLOAT, FLOAT16, INT64, type Tensor } from './nodes.ts';
import { CLIP_BORDERS } from './write-elementwise.ts';
import { layerNodes } from './write-layer.ts';
import { opNodes } from './write-op.ts';
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
  const dim = onnxSizes(shape, batch).map((dimValue) => ({ dimValue }));
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

/** Names of what an operator makes beside its first tensor, by place. */
function otherOutputs(network: Network, { name, outputs }: Op): string[] {
  const names = outputs.slice(1).map((_, i) => `${name}/unread${i + 1}`);
  for (const layer of network.layers) {
    if (layer.kind === 'op-output' && layer.inputs[0] === name) names[layer.index - 1] = layer.name;
  }
  return names;
}

/** Versions of the operators that are not ONNX's own: they have but one. */
function otherDomains(ops: readonly Op[]) {
  const domains = new Set(ops.map(({ domain }) => domain));
  domains.delete('');
  return [...domains].map((domain) => ({ domain, version: 1 }));
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
  const ops = network.layers.filter((layer): layer is Op => layer.kind === 'op');
  const opset = Math.max(network.layers.some(isLater) ? LATER_OPSET : padded, ...ops.map((op) => op.opset));
  checkBatch(network, batch);
  const halves = new Set(network.layers.filter(isOfHalves).map(({ name }) => name));
  const floatOf = (name: string) => (halves.has(name) ? FLOAT16 : FLOAT);
  const typeOf = (name: string) => shapes.get(name)?.dataType ?? (numbers.has(name) ? INT64 : floatOf(name));
  const owned = (names: readonly string[]) => names.map((name) => weightOwner(network, name));
  const made = network.layers.map((layer) => {
    if (layer.kind === 'op') return opNodes(layer, otherOutputs(network, layer), batch, opset);
    return pooled.has(layer) ? padBeforePool(layer as Pad) : layerNodes(layer, shapes, opset);
  });
  const layers = withTypes(network, made).map(({ nodes, settings }) => ({
    nodes: nodes.map((each) => ({ ...each, input: owned(each.input) })),
    settings,
  }));
  // Some weights only training reads.
  const read = new Set(layers.flatMap(({ nodes }) => nodes.flatMap(({ input }) => input)));
  return encodeModel(
    {
      before: { irVersion: IR_VERSION, producerName: 'morphline' },
      behind: { opsetImport: [{ domain: '', version: opset }, ...otherDomains(ops)] },
    },
    {
      name: network.name,
      node: layers.flatMap(({ nodes }) => nodes),
      input: network.layers
        .filter((layer) => layer.kind === 'input')
        .map(({ name }) => valueInfo(name, shapes.get(name), batch, typeOf(name))),
      output: network.outputs.map((name) => valueInfo(name, shapes.get(name), batch, typeOf(name))),
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

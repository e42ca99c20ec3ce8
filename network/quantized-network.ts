// A network in 8 bits: which of its values are rounded, as ONNX Runtime's own quantizer has it.
import { deployedNetwork } from './deployed.ts';
import { isEightBits, isQuantized } from './element-types.ts';
import { keepsValues } from './kept-values.ts';
import type { ActivationFunction, Layer } from './layer.ts';
import { consumersOf, type Network } from './network.ts';

/** Activations that a product of 8 bits computes by where it cuts its values off. */
const CUTS: ReadonlySet<ActivationFunction> = new Set(['relu', 'relu6', 'clip']);
/** Those with a kernel of 8 bits. */
const COMPUTED: ReadonlySet<ActivationFunction> = new Set(['sigmoid', 'leaky-relu']);

const PRODUCTS: ReadonlySet<Layer['kind']> = new Set(['conv2d', 'depthwise-conv2d', 'dense']);
const OTHERS: ReadonlySet<Layer['kind']> = new Set(['concat', 'avg-pool', 'global-avg-pool']);
const SUMS: ReadonlySet<Layer['kind']> = new Set(['add', 'multiply']);

/** Whether an activation is what whole numbers are cut off at. */
export function isCut(layer: Layer): boolean {
  return layer.kind === 'activation' && CUTS.has(layer.activation);
}

/** Whether a layer with inputs and output in 8 bits computes with them. */
export function computesEightBits(layer: Layer): boolean {
  if (PRODUCTS.has(layer.kind)) return isEightBits(layer.types?.kernel);
  if (SUMS.has(layer.kind)) return layer.inputs.length === 2;
  if (layer.kind === 'activation') return COMPUTED.has(layer.activation);
  return OTHERS.has(layer.kind) || keepsValues(layer);
}

/** Whether it would, if its kernel were in 8 bits too. */
function couldCompute(layer: Layer): boolean {
  return PRODUCTS.has(layer.kind) || computesEightBits(layer);
}

/** A bias of whole numbers beside a kernel of them. */
const ofProduct = (layer: Layer) =>
  'useBias' in layer && layer.useBias
    ? ({ kernel: 'int8', bias: 'int32', perChannel: true } as const)
    : ({ kernel: 'int8', perChannel: true } as const);

/** Names of the layers whose values are rounded: all that a kernel of 8 bits reads or makes. */
function roundedLayers(network: Network): Set<string> {
  const consumers = consumersOf(network);
  const outputs = new Set(network.outputs);
  /** The one activation behind a product that is computed by where it cuts off. */
  const cutBehind = ({ name, kind }: Layer): Layer | undefined => {
    const [reader, ...others] = consumers.get(name) ?? [];
    if (!PRODUCTS.has(kind) || outputs.has(name) || others.length > 0) return undefined;
    return reader !== undefined && isCut(reader) ? reader : undefined;
  };
  const behindProducts = new Set(network.layers.flatMap((layer) => cutBehind(layer)?.name ?? []));
  const rounded = new Set<string>();
  for (const layer of network.layers.toReversed()) {
    if (cutBehind(layer) !== undefined) continue;
    const isRead = (consumers.get(layer.name) ?? []).some(
      // What only moves values takes them as they are.
      (reader) => couldCompute(reader) && (!keepsValues(reader) || rounded.has(reader.name)),
    );
    const makes = PRODUCTS.has(layer.kind) || (couldCompute(layer) && !keepsValues(layer));
    if (isRead || behindProducts.has(layer.name) || makes) rounded.add(layer.name);
  }
  // What moves rounded values makes rounded ones.
  for (const layer of network.layers)
    if (keepsValues(layer) && rounded.has(layer.inputs[0] ?? '')) rounded.add(layer.name);
  return rounded;
}

/**
 * The deployed network with everything in 8 bits that ONNX Runtime has a kernel for: activations uint8, kernels int8 with
 * a scale for each output channel, biases int32. Other layers compute with floats between. Its layers, widths and channel
 * groups stay; one that is in 8 bits somewhere stays as it is.
 */
export function quantizedNetwork(network: Network): Network {
  if (network.layers.some(isQuantized)) return network;
  const deployed = deployedNetwork(network);
  const rounded = roundedLayers(deployed);
  const layers = deployed.layers.map((layer): Layer => {
    const output = rounded.has(layer.name) ? ({ output: 'uint8' } as const) : {};
    const product = PRODUCTS.has(layer.kind) ? ofProduct(layer) : {};
    const types = { ...layer.types, ...output, ...product };
    return Object.keys(types).length === 0 ? layer : { ...layer, types };
  });
  return { ...deployed, layers };
}

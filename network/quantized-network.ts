// A network in 8 bits: which of its values are rounded, as ONNX Runtime's own quantizer has it.
import { deployedNetwork } from './deployed.ts';
import { hasEightBitKernel, isCut, isProduct } from './eight-bit-kernels.ts';
import { isQuantized } from './element-types.ts';
import { keepsValues } from './kept-values.ts';
import type { Layer } from './layer.ts';
import { consumersOf, type Network } from './network.ts';

/** A kernel of whole numbers, and a bias of them beside it. */
const ofProduct = (layer: Layer) =>
  'useBias' in layer && layer.useBias
    ? ({ kernel: 'int8', bias: 'int32', perChannel: true } as const)
    : ({ kernel: 'int8', perChannel: true } as const);

/** Names of the layers whose values are rounded: all that a kernel of 8 bits reads or makes. */
function roundedLayers(network: Network): Set<string> {
  const consumers = consumersOf(network);
  const outputs = new Set(network.outputs);
  const makes = (layer: Layer) => hasEightBitKernel(layer) && !keepsValues(layer);
  /** The one activation behind a layer that is computed by where it cuts off. */
  const cutBehind = (layer: Layer): Layer | undefined => {
    const [reader, ...others] = consumers.get(layer.name) ?? [];
    if (!makes(layer) || outputs.has(layer.name) || others.length > 0) return undefined;
    return reader !== undefined && isCut(reader) ? reader : undefined;
  };
  const behind = new Set(network.layers.flatMap((layer) => cutBehind(layer)?.name ?? []));
  const rounded = new Set<string>();
  for (const layer of network.layers.toReversed()) {
    const { name } = layer;
    if (cutBehind(layer) !== undefined) continue;
    // What only moves values takes them as they are.
    const isRead = (consumers.get(name) ?? []).some(
      (reader) => makes(reader) || (keepsValues(reader) && rounded.has(reader.name)),
    );
    if (isRead || behind.has(name) || makes(layer)) rounded.add(name);
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
    const product = isProduct(layer) ? ofProduct(layer) : {};
    const types = { ...layer.types, ...output, ...product };
    return Object.keys(types).length === 0 ? layer : { ...layer, types };
  });
  return { ...deployed, layers };
}

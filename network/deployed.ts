// The network as it is deployed: batch norms, biases and explicit zeros folded, in description and weights.
import { withoutPads } from './deployed-pads.ts';
import { repeatedLayers, withoutRepeats } from './deployed-repeats.ts';
import { isQuantized } from './element-types.ts';
import type { Layer } from './layer.ts';
import { consumersOf, layerNamed, type Network } from './network.ts';
import { sharedWhenFolded } from './shared-folding.ts';
import type { Weights } from './weights.ts';

const FOLDABLE: ReadonlySet<Layer['kind']> = new Set([
  'conv2d',
  'conv2d-transpose',
  'depthwise-conv2d',
  'dense',
]);

/** Layers whose work others do in a deployed network, by name → the layer whose tensor takes their place. */
function foldedLayers(network: Network): Map<string, string> {
  const consumers = consumersOf(network);
  const byName = new Map(network.layers.map((layer) => [layer.name, layer]));
  const folded = new Map<string, string>();
  /** The layer that makes a tensor, past what folds behind it, if nothing else reads it on the way. */
  const onlyReadSource = (tensor: string): Layer | undefined => {
    if (consumers.get(tensor)?.length !== 1 || network.outputs.includes(tensor)) return undefined;
    const layer = byName.get(tensor);
    return layer !== undefined && folded.has(tensor) ? onlyReadSource(layer.inputs[0] ?? '') : layer;
  };
  for (const layer of network.layers) {
    const input = layer.inputs[0] ?? '';
    if (layer.kind === 'dropout' || layer.kind === 'gate') folded.set(layer.name, folded.get(input) ?? input);
    if (layer.kind !== 'batch-norm' && layer.kind !== 'bias-add') continue;
    const source = onlyReadSource(input);
    // Neither whole numbers nor what is rounded to them can be scaled.
    if (isQuantized(layer) || (source !== undefined && isQuantized(source))) continue;
    if (source !== undefined && FOLDABLE.has(source.kind)) folded.set(layer.name, source.name);
  }
  return folded;
}

/** Batch norms and biases in the layers before them, dropout and gates left out. */
function withoutNorms(network: Network): Network {
  const folded = foldedLayers(network);
  if (folded.size === 0) return network;
  const withBias = new Set<string>();
  for (const { name, kind } of network.layers) {
    const source = folded.get(name);
    if (source !== undefined && (kind === 'batch-norm' || kind === 'bias-add')) withBias.add(source);
  }
  const renamed = (name: string) => folded.get(name) ?? name;
  const layers = network.layers
    .filter((layer) => !folded.has(layer.name))
    .map((layer): Layer => {
      const bias = withBias.has(layer.name) ? { useBias: true } : {};
      return { ...layer, inputs: layer.inputs.map(renamed), ...bias } as Layer;
    });
  const shared = sharedWhenFolded(network, folded, layers);
  return { name: network.name, layers, outputs: network.outputs.map(renamed), ...shared };
}

/**
 * The network as it is deployed: each batch norm and bias folded into the convolution, depthwise convolution or dense
 * layer that alone feeds it (which then has a bias), explicit zeros into the convolutions behind them, dropout and gates
 * left out, what is computed twice computed once. The channel groups stay those of the network.
 */
export function deployedNetwork(network: Network): Network {
  return withoutRepeats(withoutPads(withoutNorms(network)));
}

/** Layers whose work others do in the network as deployed, by name → the layer of it that does it. */
export function absorbedLayers(network: Network): Map<string, string> {
  const repeats = repeatedLayers(withoutPads(withoutNorms(network)));
  const folded = [...foldedLayers(network)].map(([name, source]): [string, string] => [
    name,
    repeats.get(source) ?? source,
  ]);
  return new Map([...folded, ...repeats]);
}

/** Which output channel a kernel's value belongs to: of a transposed convolution, its inputs are neighbours. */
function outputOf(layer: Layer, kernel: Float32Array, channels: number): (at: number) => number {
  if (layer.kind !== 'conv2d-transpose') return (at) => at % channels;
  const { groups = 1, kernelSize } = layer;
  const perGroup = channels / groups;
  const inputs = kernel.length / (perGroup * kernelSize[0] * kernelSize[1]);
  const inputsPerGroup = inputs / groups;
  return (at) => Math.floor((at % inputs) / inputsPerGroup) * perGroup + (Math.floor(at / inputs) % perGroup);
}

/**
 * The weights of {@link deployedNetwork}: w' = w·γ/√(σ²+ε), b' = β + (b − μ)·γ/√(σ²+ε), per output channel.
 * Kernels are laid out as {@link Weights} says.
 */
export function deployedWeights(network: Network, weights: Weights): Weights {
  const result = new Map(weights);
  for (const [name, sourceName] of foldedLayers(network)) {
    const layer = layerNamed(network, name);
    const source = layerNamed(network, sourceName);
    // What folded before it counts.
    const oldBias = result.get(`${sourceName}/bias`);
    if (layer.kind === 'bias-add') {
      const added = weights.get(`${name}/bias`);
      if (added === undefined) throw new Error(`the bias of ${name} is missing`);
      result.set(
        `${sourceName}/bias`,
        added.map((value, c) => value + (oldBias?.[c] ?? 0)),
      );
      result.delete(`${name}/bias`);
    }
    if (layer.kind === 'gate') result.delete(`${name}/logits`);
    if (layer.kind !== 'batch-norm') continue;
    const kernel = result.get(`${sourceName}/kernel`);
    const beta = weights.get(`${name}/beta`);
    const mean = weights.get(`${name}/moving_mean`);
    const variance = weights.get(`${name}/moving_variance`);
    if (!kernel || !beta || !mean || !variance)
      throw new Error(`weights of ${sourceName} or ${name} are missing`);
    const gamma = weights.get(`${name}/gamma`);
    const channels = beta.length;
    const factor = new Float32Array(channels);
    const bias = new Float32Array(channels);
    for (let c = 0; c < channels; c++) {
      factor[c] = (gamma?.[c] ?? 1) / Math.sqrt((variance[c] as number) + layer.epsilon);
      bias[c] = (beta[c] as number) + ((oldBias?.[c] ?? 0) - (mean[c] as number)) * (factor[c] as number);
    }
    const channelOf = outputOf(source, kernel, channels);
    const scaled = new Float32Array(kernel.length);
    for (let i = 0; i < kernel.length; i++) {
      scaled[i] = (kernel[i] as number) * (factor[channelOf(i)] as number);
    }
    result.set(`${sourceName}/kernel`, scaled);
    result.set(`${sourceName}/bias`, bias);
    for (const part of ['gamma', 'beta', 'moving_mean', 'moving_variance']) result.delete(`${name}/${part}`);
  }
  return result;
}

import type { Layer } from './layer.ts';
import { consumersOf, type Network } from './network.ts';
import type { Weights } from './weights.ts';

const FOLDABLE: ReadonlySet<Layer['kind']> = new Set(['conv2d', 'depthwise-conv2d', 'dense']);

/** Batch norms that fold into the layer before them, by name of the batch norm → that layer. */
function foldableBatchNorms(network: Network): Map<string, string> {
  const consumers = consumersOf(network);
  const byName = new Map(network.layers.map((layer) => [layer.name, layer]));
  const folded = new Map<string, string>();
  for (const layer of network.layers) {
    if (layer.kind !== 'batch-norm') continue;
    const input = layer.inputs[0] ?? '';
    // Behind one that folds, the next folds too.
    const source = byName.get(folded.get(input) ?? input);
    if (source === undefined || !FOLDABLE.has(source.kind)) continue;
    if (consumers.get(input)?.length !== 1 || network.outputs.includes(input)) continue;
    folded.set(layer.name, source.name);
  }
  return folded;
}

/**
 * The network as it is deployed: each batch norm folded into the convolution, depthwise convolution or dense layer
 * whose output it alone reads (which then has a bias).
 */
export function deployedNetwork(network: Network): Network {
  const folded = foldableBatchNorms(network);
  if (folded.size === 0) return network;
  const withBias = new Set(folded.values());
  const renamed = (name: string) => folded.get(name) ?? name;
  const layers = network.layers
    .filter((layer) => !folded.has(layer.name))
    .map((layer): Layer => {
      const inputs = layer.inputs.map(renamed);
      return withBias.has(layer.name) && 'useBias' in layer
        ? { ...layer, inputs, useBias: true }
        : { ...layer, inputs };
    });
  return { name: network.name, layers, outputs: network.outputs.map(renamed) };
}

/**
 * The weights of {@link deployedNetwork}: w' = w·γ/√(σ²+ε), b' = β + (b − μ)·γ/√(σ²+ε), per output channel.
 * Kernels are laid out with the output channel fastest (HWIO; depthwise HWIM).
 */
export function deployedWeights(network: Network, weights: Weights): Weights {
  const result = new Map(weights);
  const byName = new Map(network.layers.map((layer) => [layer.name, layer]));
  for (const [normName, sourceName] of foldableBatchNorms(network)) {
    const norm = byName.get(normName);
    const kernel = result.get(`${sourceName}/kernel`);
    const beta = weights.get(`${normName}/beta`);
    const mean = weights.get(`${normName}/moving_mean`);
    const variance = weights.get(`${normName}/moving_variance`);
    if (norm?.kind !== 'batch-norm' || !kernel || !beta || !mean || !variance) {
      throw new Error(`weights of ${sourceName} or ${normName} are missing`);
    }
    const gamma = weights.get(`${normName}/gamma`);
    const oldBias = result.get(`${sourceName}/bias`);
    const channels = beta.length;
    const factor = new Float32Array(channels);
    const bias = new Float32Array(channels);
    for (let c = 0; c < channels; c++) {
      factor[c] = (gamma?.[c] ?? 1) / Math.sqrt((variance[c] as number) + norm.epsilon);
      bias[c] = (beta[c] as number) + ((oldBias?.[c] ?? 0) - (mean[c] as number)) * (factor[c] as number);
    }
    const scaled = new Float32Array(kernel.length);
    for (let i = 0; i < kernel.length; i++)
      scaled[i] = (kernel[i] as number) * (factor[i % channels] as number);
    result.set(`${sourceName}/kernel`, scaled);
    result.set(`${sourceName}/bias`, bias);
    for (const part of ['gamma', 'beta', 'moving_mean', 'moving_variance'])
      result.delete(`${normName}/${part}`);
  }
  return result;
}

// Which weights are still shared once batch norms and biases are folded into the layers before them.
import type { Layer } from './layer.ts';
import { layerNamed, type Network } from './network.ts';
import { sharedAmong, weightOwner, weightParts } from './shared-weights.ts';

const PARTS: Partial<Record<Layer['kind'], readonly string[]>> = {
  'batch-norm': ['gamma', 'beta', 'moving_mean', 'moving_variance'],
  'bias-add': ['bias'],
};

/**
 * What is shared in a deployed network: a kernel or bias that several layers read stays one where what is folded into
 * each is the same, and biases that come of the same folding are one.
 * @param folded layers that are gone, by name → the layer whose tensor takes their place
 * @param layers of the deployed network
 */
export function sharedWhenFolded(
  network: Network,
  folded: ReadonlyMap<string, string>,
  layers: readonly Layer[],
): Pick<Network, 'shared'> {
  if (network.shared === undefined) return {};
  /** By layer: whose weights go into it, and how. */
  const foldings = new Map<string, string[]>();
  for (const [name, source] of folded) {
    const layer = layerNamed(network, name);
    const parts = PARTS[layer.kind];
    if (parts === undefined) continue;
    const epsilon = layer.kind === 'batch-norm' ? layer.epsilon : 0;
    const own = parts.map((part) => weightOwner(network, `${name}/${part}`));
    foldings.set(source, [...(foldings.get(source) ?? []), `${layer.kind} ${epsilon} ${own.join()}`]);
  }
  const foldingOf = (layer: string) => foldings.get(layer)?.join(';') ?? '';
  const isAlike = (weight: string, owner: string) =>
    foldingOf(weightParts(weight).layer) === foldingOf(weightParts(owner).layer);
  const shared: Record<string, string> = {};
  for (const [weight, owner] of Object.entries(network.shared)) {
    if (isAlike(weight, owner)) shared[weight] = owner;
    const { layer, part } = weightParts(weight);
    const { layer: first } = weightParts(owner);
    const ownBias = (name: string) => weightOwner(network, `${name}/bias`);
    const hasBias = (name: string) => 'useBias' in layerNamed(network, name) && usesBias(network, name);
    const sameBias = hasBias(layer) ? hasBias(first) && ownBias(layer) === ownBias(first) : !hasBias(first);
    if (part === 'kernel' && foldingOf(layer) !== '' && isAlike(weight, owner) && sameBias)
      shared[`${layer}/bias`] = `${first}/bias`;
    else if (part === 'bias' && foldingOf(layer) !== '' && !isAlike(weight, owner)) delete shared[weight];
  }
  return sharedAmong({ shared }, layers);
}

function usesBias(network: Network, name: string): boolean {
  const layer = layerNamed(network, name);
  return 'useBias' in layer && layer.useBias;
}

// Cuts the part of a network between given layers out.
import { UserError } from '../records/user-error.ts';
import type { Layer } from './layer.ts';
import { checkedNetwork, type Network } from './network.ts';
import { inferShapes, type Shape } from './shapes.ts';
import { sharedAmong } from './shared-weights.ts';

/** Where a part of a network begins and ends. */
export interface Boundary {
  /** Layers that are given: each becomes an input of their output's shape. */
  readonly from?: readonly string[];
  /** Layers whose outputs the part returns; the network's own by default. */
  readonly to?: readonly string[];
}

function checkNames(network: Network, names: readonly string[], what: string): void {
  const known = new Set(network.layers.map(({ name }) => name));
  const unknown = names.find((name) => !known.has(name));
  if (unknown === undefined) return;
  throw new UserError({
    got: `'${unknown}' in the ${what} boundary`,
    expected: `a layer of ${network.name}`,
    fix: 'correct the name',
  });
}

/**
 * The part of a network between boundaries; the network itself without any.
 * @throws UserError for a name that no layer has
 */
export function subNetwork(network: Network, { from = [], to }: Boundary): Network {
  if (from.length === 0 && to === undefined) return network;
  checkNames(network, from, 'input');
  checkNames(network, to ?? [], 'output');
  const given = new Set(from);
  const outputs = to ?? network.outputs;
  const needed = new Set(outputs);
  const shapes = inferShapes(network);
  const layers: Layer[] = [];
  for (const layer of [...network.layers].reverse()) {
    if (!needed.has(layer.name)) continue;
    if (given.has(layer.name)) {
      const { height, width, channels } = shapes.get(layer.name) as Shape;
      layers.push({ kind: 'input', name: layer.name, inputs: [], height, width, channels });
    } else {
      layers.push(layer);
      for (const input of layer.inputs) needed.add(input);
    }
  }
  layers.reverse();
  return checkedNetwork({ name: network.name, layers, outputs, ...sharedAmong(network, layers) });
}

// Layers that compute what another has computed, and gates of what they multiply, as one layer.
import { isRounded } from './element-types.ts';
import { type Activation, type ActivationFunction, type Layer, slopeOf } from './layer.ts';
import { consumersOf, type Network } from './network.ts';
import { weightShapes } from './weights.ts';

/** What x times that of x is, as one activation. */
const GATED: Partial<Record<ActivationFunction, ActivationFunction>> = {
  sigmoid: 'swish',
  'hard-sigmoid': 'hard-swish',
};

/** The slope of the gate in a hard-swish. */
const HARD_SWISH_SLOPE = 1 / 6;

function gatedBy(layer: Activation): ActivationFunction | undefined {
  const isOther = layer.activation === 'hard-sigmoid' && Math.abs(slopeOf(layer) - HARD_SWISH_SLOPE) > 1e-6;
  return isOther ? undefined : GATED[layer.activation];
}

/** Products of a tensor with its own sigmoid as the one activation that they are. */
function withGates(network: Network): Network {
  if (!network.layers.some(({ kind }) => kind === 'multiply')) return network;
  const consumers = consumersOf(network);
  const byName = new Map(network.layers.map((layer) => [layer.name, layer]));
  const gone = new Set<string>();
  const layers = network.layers.map((layer): Layer => {
    const [a, b] = layer.inputs;
    if (layer.kind !== 'multiply' || layer.inputs.length !== 2 || a === b) return layer;
    for (const [factor, input] of [
      [a, b],
      [b, a],
    ] as const) {
      const gate = byName.get(factor ?? '');
      if (gate?.kind !== 'activation' || gate.inputs[0] !== input || input === undefined) continue;
      const activation = gatedBy(gate);
      if (activation === undefined || consumers.get(gate.name)?.length !== 1 || isRounded(gate)) continue;
      if (network.outputs.includes(gate.name)) continue;
      gone.add(gate.name);
      const { name, types } = layer;
      return { kind: 'activation', name, inputs: [input], activation, ...(types && { types }) };
    }
    return layer;
  });
  return gone.size === 0 ? network : { ...network, layers: layers.filter(({ name }) => !gone.has(name)) };
}

/** A network of which some layers are computed by others, and which by which. */
interface Unrepeated {
  readonly network: Network;
  readonly replaced: ReadonlyMap<string, string>;
}

function unrepeated(network: Network): Unrepeated {
  const weighted = new Set(weightShapes(network).map(({ name }) => name.slice(0, name.lastIndexOf('/'))));
  const outputs = new Set(network.outputs);
  const known = new Map<string, string>();
  const replaced = new Map<string, string>();
  const layers: Layer[] = [];
  for (const layer of network.layers) {
    const inputs = layer.inputs.map((name) => replaced.get(name) ?? name);
    const renamed = inputs.some((name, i) => name !== layer.inputs[i]) ? { ...layer, inputs } : layer;
    const { name, ...work } = renamed;
    const key = JSON.stringify(Object.entries(work).sort(([a], [b]) => (a < b ? -1 : 1)));
    const first = known.get(key);
    const canRepeat = layer.kind !== 'input' && layer.kind !== 'gate' && !weighted.has(name);
    if (first !== undefined && canRepeat && !outputs.has(name)) {
      replaced.set(name, first);
      continue;
    }
    if (canRepeat && first === undefined) known.set(key, name);
    layers.push(renamed);
  }
  return { network: replaced.size === 0 ? network : { ...network, layers }, replaced };
}

/**
 * The network with what is computed twice computed once, as engines do that eliminate common sub-expressions: layers
 * without weights that do the same to the same tensors. One that is an output stays.
 */
export function withoutRepeats(network: Network): Network {
  return unrepeated(withGates(network)).network;
}

/** Of those layers, by name, the one that computes each. */
export function repeatedLayers(network: Network): ReadonlyMap<string, string> {
  return unrepeated(withGates(network)).replaced;
}

// Reads a live tf.LayersModel, or the topology of one, as a network.
import { UserError } from '../../records/user-error.ts';
import { checkedNetwork, type Network } from '../network.ts';
import { ACTIVATION_READERS } from './activations.ts';
import { CONVOLUTION_READERS } from './convolutions.ts';
import { type FlatLayer, flatTopology, pathOf } from './flat-topology.ts';
import { JOIN_READERS } from './joins.ts';
import { type LayerReader, LayerSite, NetworkDraft, type WeightSource } from './network-draft.ts';
import { TRAINING_READERS } from './normalization.ts';
import { keptPools, RESHAPE_READERS } from './reshapes.ts';
import { SPATIAL_READERS } from './spatial-layers.ts';
import { readTopology } from './topology.ts';

/** A network and where it came from. */
export interface LayersModelReading {
  readonly network: Network;
  /**
   * By our weight names (`layer/part`), all of `weightShapes` but the {@link zeros}. A source's values are ours, in the
   * same order.
   */
  readonly weights: ReadonlyMap<string, WeightSource>;
  /** Names of weights of ours that the model lacks because they are zero: β of a batch norm without center. */
  readonly zeros: ReadonlySet<string>;
  /** For each layer of the network, the layer it came from; one within a model with that before it: `outer/inner`. */
  readonly owners: ReadonlyMap<string, string>;
}

/** By class of the layer. */
export const LAYER_READERS: Readonly<Record<string, LayerReader>> = {
  ...SPATIAL_READERS,
  ...CONVOLUTION_READERS,
  ...TRAINING_READERS,
  ...ACTIVATION_READERS,
  ...JOIN_READERS,
  ...RESHAPE_READERS,
};

function readerOf({ source, className }: FlatLayer): LayerReader {
  const reader = Object.hasOwn(LAYER_READERS, className) ? LAYER_READERS[className] : undefined;
  if (reader !== undefined) return reader;
  throw new UserError({
    got: `layer ${pathOf(source)} (${className})`,
    expected: `layers of ${Object.keys(LAYER_READERS).sort().join(', ')}`,
    fix: 'build the layers model without it',
  });
}

/**
 * The network that a tf.LayersModel computes at inference. Layers keep their names; those of models used as layers too,
 * `outer/inner` where another has that name. Activations within layers become layers behind them (`conv/relu`), a
 * separable convolution two (`conv/depthwise`, `conv`), a dense layer on a map a 1×1 convolution, noise dropout. What
 * passes its input through is left out: linear activations, reshapes to the same shape. Layers are in topological
 * order, branches one after the other: for a model of `trainableModel` the order of the network it was made of, if
 * that goes depth first from its outputs, as networks of a builder do.
 * @param topology `model.toJSON(null, false)`, a `modelTopology`, or the whole of a model.json
 * @throws UserError naming the layer and its class if a layer or option of it has no place in a network, or if a layer
 * is used in several places; saying where if the topology is broken
 */
export function readLayersModel(topology: unknown): LayersModelReading {
  const flat = keptPools(flatTopology(readTopology(topology)));
  const draft = new NetworkDraft(flat);
  for (const layer of flat.layers) {
    draft.made.set(layer.name, readerOf(layer)(new LayerSite(layer, draft)));
  }
  const outputs = flat.outputs.map((name) => draft.made.get(name) as string);
  const { layers, weights, zeros, owners } = draft;
  return { network: checkedNetwork({ name: flat.name, layers, outputs }), weights, zeros, owners };
}

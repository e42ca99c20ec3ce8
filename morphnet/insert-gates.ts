// Puts a gate behind each convolution and dense layer of a network or model.
import type * as tf from '@tensorflow/tfjs';
import { type Layer, makesChannels } from '../network/layer.ts';
import type { Network } from '../network/network.ts';
import { describeModel, writeWeights } from './model-weights.ts';
import { rebuiltModel } from './shrink.ts';

/** Layers a gate goes behind rather than before: they belong to the filter. */
const BELONGS: ReadonlySet<string> = new Set(['batch-norm', 'bias-add']);

/**
 * The network with a gate behind each convolution and dense layer, after its batch norm: `X/gate` for layer X.
 * Layers that the network returns get none, as their channels stay.
 */
export function gatedNetwork(network: Network): Network {
  const consumers = new Map<string, Layer[]>();
  for (const layer of network.layers) {
    for (const input of layer.inputs) consumers.set(input, [...(consumers.get(input) ?? []), layer]);
  }
  /** Last layer of the filter's own. */
  const gateAfter = new Map<string, string>();
  for (const layer of network.layers) {
    if (!makesChannels(layer)) continue;
    const { name } = layer;
    let last = name;
    for (;;) {
      const readers = consumers.get(last) ?? [];
      const [only] = readers;
      if (readers.length !== 1 || only === undefined || !BELONGS.has(only.kind)) break;
      last = only.name;
    }
    if (!network.outputs.includes(last)) gateAfter.set(last, `${name}/gate`);
  }
  const layers = network.layers.flatMap((layer): Layer[] => {
    const inputs = layer.inputs.map((input) => gateAfter.get(input) ?? input);
    const moved = { ...layer, inputs };
    const gate = gateAfter.get(layer.name);
    return gate === undefined ? [moved] : [moved, { kind: 'gate', name: gate, inputs: [layer.name] }];
  });
  return { ...network, layers };
}

/**
 * A copy of the model with a {@link ProbabilisticGate} behind each convolution and dense layer, for the
 * LogisticSigmoid regularizers; the weights are the model's.
 * @param initialProbability that a gate is open at first
 */
export function insertGates(model: tf.LayersModel, initialProbability = 0.95): tf.LayersModel {
  const { network, weights } = describeModel(model);
  const gated = rebuiltModel(model, gatedNetwork(network));
  const logit = Math.log(initialProbability / (1 - initialProbability));
  const logits = [...describeModel(gated).weights]
    .filter(([name]) => name.endsWith('/logits'))
    .map(([name, values]): [string, Float32Array] => [name, weights.get(name) ?? values.fill(logit)]);
  writeWeights(gated, new Map([...weights, ...logits]));
  return gated;
}

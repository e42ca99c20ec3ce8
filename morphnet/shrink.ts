// The smaller model that is left of a model's alive channels, with their weights.
import type * as tf from '@tensorflow/tfjs';
import { planChannels } from '../network/channel-plan.ts';
import type { Network } from '../network/network.ts';
import { resizeNetwork } from '../network/widths.ts';
import { type AliveChannels, aliveSlots } from './alive-channels.ts';
import { ChannelSlots } from './channel-slots.ts';
import { describeModel, writeWeights } from './model-weights.ts';
import { shrinkWeights } from './shrink-weights.ts';
import { trainableModel } from './trainable-model.ts';

/** Settings of a layer that a resized one takes over; sizes, padding and the like come from the network. */
const KEPT_SETTINGS = [
  'kernelInitializer',
  'depthwiseInitializer',
  'biasInitializer',
  'kernelRegularizer',
  'depthwiseRegularizer',
  'biasRegularizer',
  'kernelConstraint',
  'depthwiseConstraint',
  'biasConstraint',
  'alphaInitializer',
  'alphaRegularizer',
  'alphaConstraint',
  'momentum',
  'initialProbability',
  'temperature',
];

/**
 * A model like `model` of another network (its own, resized), with fresh weights: layers of the same name keep their
 * initializers, regularizers, constraints and momentum. Layers that do several things at once (an activation in a
 * convolution, a separable convolution) become one layer each.
 */
export function rebuiltModel(model: tf.LayersModel, network: Network, seed = 1): tf.LayersModel {
  const byName = new Map(model.layers.map((layer) => [layer.name, layer]));
  return trainableModel(network, seed, ({ name }) => {
    const config = byName.get(name)?.getConfig() ?? {};
    return Object.fromEntries(
      KEPT_SETTINGS.filter((key) => config[key] !== undefined && config[key] !== null).map((key) => [
        key,
        config[key],
      ]),
    );
  });
}

/**
 * The smaller model that is left of a model's alive channels, with their weights: its outputs are those of the model
 * with the dead channels masked (γ and β, or filter and bias, at zero). Branches without channels are gone.
 * @param alive as a regularizer's `alive()` gives it; layers that are missing are whole
 * @throws UserError if `alive` does not fit the model, or leaves nothing before an output
 */
export function shrink(model: tf.LayersModel, alive: AliveChannels): tf.LayersModel {
  const { network: whole, weights } = describeModel(model);
  const plan = planChannels(whole);
  const slots = new ChannelSlots(plan);
  const flags = aliveSlots(slots, alive);
  const network = resizeNetwork(plan, slots.widths(flags));
  const smaller = rebuiltModel(model, network);
  writeWeights(smaller, shrinkWeights(slots, flags, weights, network));
  return smaller;
}

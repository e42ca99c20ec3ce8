// A trained model pruned to a latency: which of its channels to keep, chosen as a knapsack, and the model that is left.
import type { LayersModel } from '@tensorflow/tfjs';
import type { Device } from '../calibration/device-profile.ts';
import { type AliveChannels, aliveByLayer } from './alive-channels.ts';
import { GammaLatency, type GammaOptions } from './gamma.ts';
import { bestKnapsackWidths, type KnapsackWidths, keptSlots, knapsackWidths } from './knapsack-widths.ts';
import { shrink } from './shrink.ts';
import { structureOf } from './structure.ts';

/** The device, the latency that is allowed, and what channels are worth. */
export interface KnapsackOptions extends GammaOptions {
  readonly device: Device;
  /** Predicted latency of what is left, in µs, at most. */
  readonly budget: number;
  /**
   * Per channel, what the network loses with it ({@link taylorImportance}, or your own); |γ| of its batch norm by default.
   */
  readonly importance?: ArrayLike<number>;
  /** Widths are multiples of so many channels; by default the best of 8, 16 and 32. */
  readonly multipleOf?: number;
}

/** The pruned model, which channels stayed, and what it is predicted to take. */
export interface KnapsackResult extends KnapsackWidths {
  /** The smaller model, with the weights of the channels that stay. */
  readonly model: LayersModel;
  readonly alive: AliveChannels;
  /** Output channels by layer name. */
  readonly structure: Record<string, number>;
}

/**
 * The most important channels of a trained model whose network is predicted to take no longer than the budget, and the
 * model that they make: to be trained on, or as it is. Whole layers and branches may go.
 * @throws UserError for a model without γ, an importance of another length, or a budget that no network of it meets
 */
export function knapsack(model: LayersModel, options: KnapsackOptions): KnapsackResult {
  const { budget, multipleOf, importance: given, ...others } = options;
  const regularizer = new GammaLatency(model, others);
  const { slots, resource, plan } = regularizer;
  const importance = given ?? regularizer.importances();
  const problem = { slots, importance, budget, cost: (widths: Int32Array) => resource.cost(widths) };
  const chosen =
    multipleOf === undefined ? bestKnapsackWidths(problem) : knapsackWidths({ ...problem, multipleOf });
  const alive = aliveByLayer(slots, keptSlots(slots, importance, chosen.widths));
  return { ...chosen, alive, structure: structureOf(plan, chosen.widths), model: shrink(model, alive) };
}

// MorphNet's regularizer of a model: what its alive channels cost, the slopes of that cost, and the term made of them.
import * as tf from '@tensorflow/tfjs';
import { type ChannelPlan, planChannels } from '../network/channel-plan.ts';
import { subNetwork } from '../network/sub-network.ts';
import { readLayersModel } from '../network/tfjs/read-layers-model.ts';
import { type AliveChannels, aliveByLayer } from './alive-channels.ts';
import { type Reading, readingOf } from './channel-reading.ts';
import { ChannelSlots } from './channel-slots.ts';
import {
  bindSources,
  type ChannelVariables,
  isReadable,
  joinValues,
  splitValues,
  valuesLater,
  valuesNow,
  writeValues,
} from './channel-variables.ts';
import type { ChannelFamily } from './families/channel-family.ts';
import { type ChannelSource, sourceGradients } from './op-regularization.ts';
import { channelsOfSlots, proximalOf, type SourceChannel, takeProximalStep } from './proximal-step.ts';
import type { Resource } from './resource.ts';
import { structureOf } from './structure.ts';

/** What every regularizer takes. */
export interface RegularizerOptions {
  /** Examples per inference, for latencies; 1 by default. */
  readonly batch?: number;
  /** Layers whose channels all stay, and whatever is tied to them. */
  readonly exclude?: readonly string[];
  /** Lists of layers whose output channels are to live and die together, one by one. */
  readonly forceGroup?: readonly (readonly string[])[];
  /** Regularization of tied channels: the largest of theirs (L∞, the default) or the root of their squares' sum. */
  readonly grouping?: 'max' | 'l2';
  /** Cost and regularize only what is behind these layers, whose outputs stay whole. */
  readonly inputBoundary?: readonly string[];
  /** Cost and regularize only what leads to these layers, whose outputs stay whole. */
  readonly outputBoundary?: readonly string[];
}

/** What holds until a channel dies or revives. */
interface Settled {
  readonly alive: Uint8Array;
  readonly widths: Int32Array;
  readonly slopes: Float64Array;
  readonly cost: number;
}

function equal(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * Regularizes the channels of a tf.LayersModel by what they cost (MorphNet, arXiv 1711.06798). The term is
 * Σ over groups of slope · Σ regularization, the slopes those of the cost at the channels that are alive now (eq. 9);
 * the cost is that of the alive network, exactly what `shrink` makes of it.
 *
 * The model is described once, by its topology; its variables are read in every step. Works with any model whose
 * layers {@link readLayersModel} knows.
 */
export class NetworkRegularizer {
  readonly plan: ChannelPlan;
  readonly resource: Resource;
  readonly slots: ChannelSlots;
  private readonly variables: ChannelVariables;
  private readonly members: readonly (readonly SourceChannel[])[];
  private steps = 0;
  /** Of the last `refresh`, on a backend that cannot be read at once. */
  private latest: Reading | undefined;
  private settled: Settled | undefined;

  /** @throws UserError for a model that the family does not fit, or with a layer that is not known */
  constructor(
    model: tf.LayersModel,
    family: ChannelFamily,
    resourceOf: (plan: ChannelPlan) => Resource,
    options: RegularizerOptions = {},
  ) {
    const reading = readLayersModel(model.toJSON(null, false));
    const network = subNetwork(reading.network, {
      ...(options.inputBoundary === undefined ? {} : { from: options.inputBoundary }),
      ...(options.outputBoundary === undefined ? {} : { to: options.outputBoundary }),
    });
    this.plan = planChannels(network, { forceGroup: options.forceGroup ?? [] });
    this.resource = resourceOf(this.plan);
    this.slots = new ChannelSlots(this.plan, options.exclude);
    this.variables = {
      family,
      grouping: family.isProbabilistic ? 'probabilistic' : (options.grouping ?? 'max'),
      slots: this.slots,
      bound: bindSources(model, reading, network, { family, slots: this.slots }),
    };
    this.members = channelsOfSlots(this.variables);
  }

  /** @throws UserError naming the layer whose value is not a number, and the step */
  private reading(values: readonly Float32Array[]): Reading {
    return readingOf(this.variables, values, this.steps);
  }

  /** The variables as they are; backends that cannot be read at once give those of the last `refresh`. */
  private read(): Reading {
    if (isReadable()) return this.reading(valuesNow(this.variables.bound));
    if (this.latest === undefined)
      throw new Error('call and await refresh() before the first step on webgpu');
    return this.latest;
  }

  /**
   * Reads the variables of a backend that cannot be read at once (webgpu); nothing is to be done on the others. Await it
   * before each step there; until the next one the term is linear around what was read.
   */
  async refresh(): Promise<void> {
    if (isReadable()) return;
    this.latest = this.reading(await valuesLater(this.variables.bound));
  }

  /** Cost and slopes at the alive channels; kept until a channel dies or revives. */
  private settle({ channels }: Reading): Settled {
    if (this.settled !== undefined && equal(this.settled.alive, channels.alive)) return this.settled;
    const widths = this.slots.widths(this.slots.surviving(channels.regularization, channels.alive));
    this.settled = {
      alive: channels.alive,
      widths,
      slopes: this.resource.slopes(widths),
      cost: this.resource.cost(widths),
    };
    return this.settled;
  }

  /**
   * Per slot of the flat channel vector: 1 where alive. Channels that nothing feeds any more are dead; where the
   * network would fall apart, the strongest channel of what it cannot do without stays.
   */
  aliveSlots(): Uint8Array {
    const { channels } = this.read();
    return this.slots.surviving(channels.regularization, channels.alive);
  }

  /** Per slot of the flat channel vector: its regularization, |γ| or the like, of tied channels joined. */
  importances(): Float64Array {
    return this.read().channels.regularization;
  }

  /** Alive channels of each group. */
  widths(): Int32Array {
    return this.settle(this.read()).widths;
  }

  /** Which output channels of each convolution and dense layer are alive, by its name: what `shrink` takes. */
  alive(): AliveChannels {
    return aliveByLayer(this.slots, this.aliveSlots());
  }

  /** Alive output channels by layer name, as morph-net's structure exporter writes them. */
  structure(): Record<string, number> {
    return structureOf(this.plan, this.widths());
  }

  /** Cost of the alive network, in the resource's unit. */
  cost(): number {
    return this.settle(this.read()).cost;
  }

  /** Slopes of the cost at the alive widths, per group. */
  slopes(): Float64Array {
    return this.settle(this.read()).slopes;
  }

  /** Per slot: the slope of its group, 0 where nothing decides over it. */
  private slotSlopes(reading: Reading): Float64Array {
    const { slopes } = this.settle(reading);
    return Float64Array.from(this.slots.group, (group) =>
      reading.channels.regularized[group] === 1 ? (slopes[group] as number) : 0,
    );
  }

  /**
   * The regularization term, for the loss, in the resource's unit: differentiable in the family's variables, with
   * alive counts and slopes held. One custom gradient over all variables, not an op per layer.
   * @throws UserError naming layer and step if a variable is not a number
   */
  term(): tf.Scalar {
    this.steps++;
    const variables = this.variables.bound.map(({ variable }) => variable.read());
    const isFlat = variables.every(({ rank }) => rank === 1);
    // One vector of all γ: one read, one gradient and its split, whatever the number of layers.
    const relaxed = tf.customGrad((...inputs) => {
      // The last argument saves tensors for the gradient; there is nothing to save.
      const tensors = inputs.slice(0, -1) as tf.Tensor[];
      const { value, gradients } = this.relaxation(isFlat ? null : tensors, tensors[0] as tf.Tensor);
      const gradFunc = (dy: tf.Tensor) => {
        const factor = isReadable() ? (dy.dataSync()[0] as number) : 1;
        const outer = gradients(factor);
        const parts = isFlat ? [joinValues(outer)] : outer;
        return parts.map((part, index) => {
          const gradient = tf.tensor(part, (tensors[index] as tf.Tensor).shape);
          return isReadable() ? gradient : tf.mul(dy, gradient);
        });
      };
      return { value: tf.scalar(value), gradFunc };
    });
    const inputs = isFlat && variables.length > 1 ? [tf.concat1d(variables as tf.Tensor1D[])] : variables;
    return relaxed(...inputs) as tf.Scalar;
  }

  /**
   * The term's value and its gradients by source, for a factor of the loss.
   * @param tensors of every source, or null where `flat` holds all of them
   */
  private relaxation(
    tensors: readonly tf.Tensor[] | null,
    flat: tf.Tensor,
  ): { value: number; gradients: (factor: number) => Float32Array[] } {
    const { family, grouping, bound } = this.variables;
    let reading: Reading;
    if (!isReadable()) reading = this.read();
    else if (tensors === null) reading = this.reading(splitValues(bound, flat.dataSync() as Float32Array));
    else reading = this.reading(tensors.map((tensor) => tensor.dataSync() as Float32Array));
    const weights = this.slotSlopes(reading);
    const upstream = sourceGradients(reading.channels, reading.sources, grouping, weights);
    const { regularization } = reading.channels;
    return {
      value: weights.reduce((sum, weight, slot) => sum + weight * (regularization[slot] as number), 0),
      gradients: (factor) =>
        bound.map(({ source }, index) => {
          const outer = (upstream[index] as Float64Array).map((each) => factor * each);
          const { regularization: own } = reading.sources[index] as ChannelSource;
          return family.gradient(reading.values[index] as Float32Array, source, own, outer);
        }),
    };
  }

  /**
   * Instead of the term: after an optimizer's step, moves the variables by the proximal operator of `step` · term,
   * which makes exact zeros (the soft threshold; for tied channels that of their largest or of their L2 norm).
   * @param step learning rate times strength
   * @throws UserError for gates, and for group lasso with an l1 fraction on tied filters
   */
  proximalStep(step: number): void {
    proximalOf(this.variables);
    this.steps++;
    const reading = this.read();
    const values = reading.values.map((own) => own.slice());
    takeProximalStep(this.variables, values, this.members, this.slotSlopes(reading), step);
    writeValues(this.variables.bound, values);
    this.latest = undefined;
  }
}

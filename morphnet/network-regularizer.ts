import * as tf from '@tensorflow/tfjs';
import { type ChannelPlan, planChannels } from '../network/channel-plan.ts';
import { subNetwork } from '../network/sub-network.ts';
import { type LayersModelReading, readLayersModel } from '../network/tfjs/read-layers-model.ts';
import { UserError } from '../records/user-error.ts';
import { type AliveChannels, aliveByLayer } from './alive-channels.ts';
import { ChannelSlots } from './channel-slots.ts';
import type { ChannelFamily, SourceVariable } from './families/channel-family.ts';
import { modelVariable } from './model-weights.ts';
import {
  type ChannelRegularization,
  type ChannelSource,
  type Grouping,
  regularizeChannels,
  sourceGradients,
} from './op-regularization.ts';
import { proximalOfL2, proximalOfMax } from './proximal.ts';
import type { Resource } from './resource.ts';
import { structureOf } from './structure.ts';

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

/** A source of the family, with the model's variable. */
interface BoundSource {
  readonly source: SourceVariable;
  readonly slots: Int32Array;
  readonly variable: tf.LayerVariable;
}

/** Whether the backend's tensors can be read at once. */
const isReadable = () => tf.getBackend() !== 'webgpu';

/** What the variables say at one moment. */
interface Reading {
  readonly values: readonly Float32Array[];
  readonly sources: readonly ChannelSource[];
  readonly channels: ChannelRegularization;
}

/** Arrays in a row. */
function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let from = 0;
  for (const part of parts) {
    all.set(part, from);
    from += part.length;
  }
  return all;
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
  private readonly family: ChannelFamily;
  private readonly grouping: Grouping;
  private readonly bound: readonly BoundSource[];
  /** Per slot: the channels of sources that share it. */
  private readonly members: readonly { source: number; channel: number }[][];
  private steps = 0;
  private latest: Reading | undefined;
  private settled: { alive: Uint8Array; widths: Int32Array; slopes: Float64Array; cost: number } | undefined;

  /** @throws UserError for a model that the family does not fit, or with a layer that is not known */
  constructor(
    model: tf.LayersModel,
    family: ChannelFamily,
    resourceOf: (plan: ChannelPlan) => Resource,
    options: RegularizerOptions = {},
  ) {
    const reading: LayersModelReading = readLayersModel(model.toJSON(null, false));
    const network = subNetwork(reading.network, {
      ...(options.inputBoundary === undefined ? {} : { from: options.inputBoundary }),
      ...(options.outputBoundary === undefined ? {} : { to: options.outputBoundary }),
    });
    this.plan = planChannels(network, { forceGroup: options.forceGroup ?? [] });
    this.resource = resourceOf(this.plan);
    this.slots = new ChannelSlots(this.plan, options.exclude);
    this.family = family;
    this.grouping = family.isProbabilistic ? 'probabilistic' : (options.grouping ?? 'max');
    this.bound = family.sources(network).map((source) => ({
      source,
      slots: this.slots.of(source.layer),
      variable: modelVariable(model, reading, source.weight),
    }));
    const members = Array.from({ length: this.slots.count }, (): (typeof this.members)[number] => []);
    this.bound.forEach(({ slots }, source) => {
      slots.forEach((slot, channel) => {
        members[slot]?.push({ source, channel });
      });
    });
    this.members = members;
  }

  /** @throws UserError naming the layer whose value is not a number, and the step */
  private reading(values: readonly Float32Array[]): Reading {
    const sources = this.bound.map(({ source, slots }, index): ChannelSource => {
      const of = values[index] as Float32Array;
      const evaluated = this.family.evaluate(of, source);
      const bad = evaluated.regularization.findIndex((value) => !Number.isFinite(value));
      if (bad >= 0) {
        throw new UserError({
          got: `${source.symbol} of ${source.layer}[${bad}] that is not a number in step ${this.steps}`,
          expected: `a finite ${source.symbol}`,
          fix: 'lower the learning rate or the strength',
        });
      }
      return { slots, ...evaluated };
    });
    return { values, sources, channels: regularizeChannels(this.slots, sources, this.grouping) };
  }

  /** The variables as they are; backends that cannot be read at once give those of the last `refresh`. */
  private read(): Reading {
    if (isReadable()) {
      return this.reading(this.bound.map(({ variable }) => variable.read().dataSync() as Float32Array));
    }
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
    const flat = tf.tidy(() => tf.concat(this.bound.map(({ variable }) => variable.read().flatten())));
    const all = (await flat.data()) as Float32Array;
    flat.dispose();
    this.latest = this.reading(this.split(all));
  }

  /** Cost and slopes at the alive channels; kept until a channel dies or revives. */
  private settle({ channels }: Reading): NonNullable<typeof this.settled> {
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
    const variables = this.bound.map(({ variable }) => variable.read());
    const isFlat = variables.every(({ rank }) => rank === 1);
    // One vector of all γ: one read, one gradient and its split, whatever the number of layers.
    const relaxed = tf.customGrad((...inputs) => {
      // The last argument saves tensors for the gradient; there is nothing to save.
      const tensors = inputs.slice(0, -1) as tf.Tensor[];
      const { value, gradients } = this.relaxation(isFlat ? null : tensors, tensors[0] as tf.Tensor);
      const gradFunc = (dy: tf.Tensor) => {
        const factor = isReadable() ? (dy.dataSync()[0] as number) : 1;
        const outer = gradients(factor);
        const parts = isFlat ? [joined(outer)] : outer;
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
    let reading: Reading;
    if (!isReadable()) reading = this.read();
    else if (tensors === null) reading = this.reading(this.split(flat.dataSync() as Float32Array));
    else reading = this.reading(tensors.map((tensor) => tensor.dataSync() as Float32Array));
    const weights = this.slotSlopes(reading);
    const upstream = sourceGradients(reading.channels, reading.sources, this.grouping, weights);
    const { regularization } = reading.channels;
    return {
      value: weights.reduce((sum, weight, slot) => sum + weight * (regularization[slot] as number), 0),
      gradients: (factor) =>
        this.bound.map(({ source }, index) => {
          const outer = (upstream[index] as Float64Array).map((each) => factor * each);
          const { regularization: own } = reading.sources[index] as ChannelSource;
          return this.family.gradient(reading.values[index] as Float32Array, source, own, outer);
        }),
    };
  }

  /** The values of every source, from all of them in a row. */
  private split(all: Float32Array): Float32Array[] {
    let from = 0;
    return this.bound.map(({ variable }) => {
      const size = variable.shape.reduce<number>((product, each) => product * (each ?? 1), 1);
      from += size;
      return all.slice(from - size, from);
    });
  }

  /**
   * Instead of the term: after an optimizer's step, moves the variables by the proximal operator of `step` · term,
   * which makes exact zeros (the soft threshold; for tied channels that of their largest or of their L2 norm).
   * @param step learning rate times strength
   * @throws UserError for gates, and for group lasso with an l1 fraction on tied filters
   */
  proximalStep(step: number): void {
    const { proximal } = this.family;
    if (proximal === undefined) {
      throw new UserError({
        got: 'a proximal step for gates',
        expected: 'γ or filters, which can be zero',
        fix: 'add term() to the loss instead',
      });
    }
    this.steps++;
    const { values: read, channels, sources } = this.read();
    const reading = { values: read.map((values) => values.slice()), channels, sources };
    const weights = this.slotSlopes(reading);
    this.members.forEach((tied, slot) => {
      const amount = step * (weights[slot] as number);
      if (amount > 0 && tied.length > 0) this.shrinkTied(tied, amount, reading);
    });
    this.bound.forEach(({ variable }, index) => {
      tf.tidy(() => {
        variable.write(tf.tensor(reading.values[index] as Float32Array, variable.shape as number[]));
      });
    });
    this.latest = undefined;
  }

  /** The proximal operator for the channels of one slot, in place. */
  private shrinkTied(
    tied: readonly { source: number; channel: number }[],
    amount: number,
    { values }: Reading,
  ): void {
    const { proximal } = this.family;
    if (proximal === undefined) return;
    const { l1Fraction } = proximal;
    const sourceOf = (index: number) => (this.bound[index] as BoundSource).source;
    if (l1Fraction > 0) {
      if (tied.length > 1) {
        throw new UserError({
          got: `a proximal step with l1Fraction ${l1Fraction} where ${tied.map(({ source }) => sourceOf(source).layer).join(' and ')} are tied`,
          expected: 'l1Fraction 0 there',
          fix: 'use l1Fraction 0, or add term() to the loss instead',
        });
      }
      for (const { source, channel } of tied) {
        proximal.softThreshold(
          values[source] as Float32Array,
          sourceOf(source),
          channel,
          amount * l1Fraction,
        );
      }
    }
    const left = amount * (1 - l1Fraction);
    const norms = tied.map(({ source, channel }) => {
      const own = values[source] as Float32Array;
      return proximal.norm(own, sourceOf(source), channel);
    });
    const scales = tied.map(({ source }) => proximal.scale(values[source] as Float32Array, sourceOf(source)));
    const moved =
      this.grouping === 'l2' ? proximalOfL2(norms, left, scales) : proximalOfMax(norms, left, scales);
    tied.forEach(({ source, channel }, i) => {
      const norm = norms[i] as number;
      if (norm === 0 || moved[i] === norm) return;
      const factor = (moved[i] as number) / norm;
      proximal.rescale(values[source] as Float32Array, sourceOf(source), channel, factor);
    });
  }
}

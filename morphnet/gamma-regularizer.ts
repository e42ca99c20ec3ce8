import type * as tfTypes from '@tensorflow/tfjs';
import type { Device } from '../calibration/device-profile.ts';
import { type ChannelPlan, planChannels } from '../network/channel-plan.ts';
import type { Network } from '../network/network.ts';
import { widthsByLayer } from '../network/widths.ts';
import { ChannelStrengths } from './channel-strengths.ts';
import { proximalOfMax } from './proximal.ts';
import { flopsResource, latencyResource, modelSizeResource, type Resource } from './resource.ts';

type Tf = typeof tfTypes;

/** A network description and the tf.LayersModel that trains it; layers of one name are the same layer. */
export interface TrainedNetwork {
  readonly tf: Tf;
  readonly network: Network;
  readonly model: tfTypes.LayersModel;
}

/** |γ| of at most this is dead. MorphNet's usual setting. */
export const DEFAULT_GAMMA_THRESHOLD = 1e-3;

export interface GammaOptions {
  readonly gammaThreshold?: number;
}

/**
 * Regularizes a network's batch-norm γ by what its channels cost (MorphNet, arXiv 1711.06798): the term is
 * Σ over groups of slope · Σ|γ|, the slopes those of the cost at the channels that are alive now (eq. 9).
 */
export class GammaRegularizer {
  readonly plan: ChannelPlan;
  readonly resource: Resource;
  readonly gammaThreshold: number;
  private readonly tf: Tf;
  private readonly strengths: ChannelStrengths;
  /** γ variables in the order of the strengths' sources. */
  private readonly gammas: readonly tfTypes.LayerVariable[];
  private slopesAt: { widths: string; slopes: Float64Array } | undefined;

  constructor(
    { tf, network, model }: TrainedNetwork,
    resourceOf: (plan: ChannelPlan) => Resource,
    options: GammaOptions,
  ) {
    this.tf = tf;
    this.plan = planChannels(network);
    this.resource = resourceOf(this.plan);
    this.gammaThreshold = options.gammaThreshold ?? DEFAULT_GAMMA_THRESHOLD;
    this.strengths = new ChannelStrengths(this.plan);
    this.gammas = this.strengths.sources.map(({ name }) => {
      // γ is the first weight of a scaled batch norm.
      const gamma = model.getLayer(name).weights[0];
      if (gamma === undefined) throw new Error(`batch norm ${name} of the model has no γ`);
      return gamma;
    });
  }

  private read(): Float64Array {
    return this.strengths.strengths(this.gammas.map((gamma) => gamma.read().dataSync()));
  }

  /**
   * Per slot of the flat channel vector: 1 where alive. Channels that nothing feeds any more are dead; where the
   * network would fall apart, the strongest channel of what it cannot do without stays.
   */
  aliveSlots(): Uint8Array {
    const strengths = this.read();
    return this.strengths.surviving(strengths, this.strengths.alive(strengths, this.gammaThreshold));
  }

  /** First slot of each group in the flat channel vector. */
  get firstSlots(): Int32Array {
    return this.strengths.first;
  }

  /** Alive channels of each group. */
  widths(): Int32Array {
    return this.strengths.widths(this.aliveSlots());
  }

  /** Alive output channels by layer name. */
  alive(): Record<string, number> {
    return widthsByLayer(this.plan, this.widths());
  }

  /** Cost of the alive network, in the resource's unit. */
  cost(): number {
    return this.resource.cost(this.widths());
  }

  /** Slopes at the alive widths, per group; kept until a channel dies or revives. */
  slopes(): Float64Array {
    const widths = this.widths();
    const key = widths.join();
    if (this.slopesAt?.widths !== key) this.slopesAt = { widths: key, slopes: this.resource.slopes(widths) };
    return this.slopesAt.slopes;
  }

  /**
   * The regularization term, for the loss: differentiable in γ, with alive counts and slopes held. One custom
   * gradient for all γ, not an op per layer. It reads γ synchronously (tensorflow, wasm, cpu).
   */
  term(): tfTypes.Scalar {
    const { tf, strengths, plan } = this;
    const slopes = this.slopes();
    const slotSlope = new Float64Array(strengths.slotCount);
    plan.groups.forEach(({ size }, group) => {
      if (strengths.regularized[group] === 0) return;
      const first = strengths.first[group] as number;
      slotSlope.fill(slopes[group] as number, first, first + size);
    });
    const relaxed = tf.customGrad((...inputs) => {
      const gammas = inputs.slice(0, -1) as tfTypes.Tensor[];
      const values = gammas.map((gamma) => gamma.dataSync());
      const strongest = strengths.strengths(values);
      let total = 0;
      for (let slot = 0; slot < strongest.length; slot++) {
        total += (slotSlope[slot] as number) * (strongest[slot] as number);
      }
      return {
        value: tf.scalar(total),
        gradFunc: (dy) =>
          strengths.sources.map(({ slots }, index) => {
            const value = values[index] as Float32Array;
            const gradient = new Float32Array(value.length);
            for (let c = 0; c < value.length; c++) {
              const slot = slots[c] as number;
              const gamma = value[c] as number;
              // Of tied channels the largest alone has a slope.
              if (Math.abs(gamma) === strongest[slot])
                gradient[c] = Math.sign(gamma) * (slotSlope[slot] as number);
            }
            return tf.mul(dy, tf.tensor1d(gradient));
          }),
      };
    });
    return relaxed(...this.gammas.map((gamma) => gamma.read())) as tfTypes.Scalar;
  }

  /**
   * Instead of the term: after an optimizer's step, moves γ by the proximal operator of `step` · term, which makes
   * exact zeros (soft threshold; for tied channels that of the largest |γ|).
   * @param step learning rate times strength
   */
  proximalStep(step: number): void {
    const { tf, strengths } = this;
    const slopes = this.slopes();
    const values = this.gammas.map((gamma) => Float32Array.from(gamma.read().dataSync()));
    const members: [number, number][][] = Array.from({ length: strengths.slotCount }, () => []);
    strengths.sources.forEach(({ slots }, source) => {
      slots.forEach((slot, c) => {
        members[slot]?.push([source, c]);
      });
    });
    this.plan.groups.forEach(({ size }, group) => {
      if (strengths.regularized[group] === 0) return;
      const amount = step * (slopes[group] as number);
      const first = strengths.first[group] as number;
      for (let slot = first; slot < first + size; slot++) {
        const tied = members[slot] ?? [];
        const moved = proximalOfMax(
          tied.map(([source, c]) => values[source]?.[c] as number),
          amount,
        );
        tied.forEach(([source, c], i) => {
          (values[source] as Float32Array)[c] = moved[i] as number;
        });
      }
    });
    this.gammas.forEach((gamma, index) => {
      tf.tidy(() => {
        gamma.write(tf.tensor1d(values[index] as Float32Array));
      });
    });
  }
}

/** Regularizes by FLOPs. */
export class GammaFlops extends GammaRegularizer {
  constructor(trained: TrainedNetwork, options: GammaOptions = {}) {
    super(trained, flopsResource, options);
  }
}

/** Regularizes by the number of weights. */
export class GammaModelSize extends GammaRegularizer {
  constructor(trained: TrainedNetwork, options: GammaOptions = {}) {
    super(trained, modelSizeResource, options);
  }
}

/** Regularizes by latency on a device, by datasheet or calibrated. */
export class GammaLatency extends GammaRegularizer {
  constructor(trained: TrainedNetwork, options: GammaOptions & { device: Device; batch?: number }) {
    super(trained, (plan) => latencyResource(plan, options.device, options.batch), options);
  }
}

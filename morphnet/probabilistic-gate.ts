// A tfjs layer that opens or closes each channel at random while it trains, and for good once it does not.
import * as tf from '@tensorflow/tfjs';
import { OPEN_PROBABILITY } from './families/logistic-sigmoid.ts';

/** Settings of a gate, as its layer keeps them. */
export interface ProbabilisticGateConfig {
  readonly name?: string;
  /** Probability that a gate is open at first, between 0 and 1; 0.95 by default. */
  readonly initialProbability?: number;
  /** Of the relaxation whose gradient training follows; 2/3 by default, as in arXiv 1712.01312. */
  readonly temperature?: number;
  readonly seed?: number;
}

/** How many steps' noise a seed is good for before it repeats. */
const SEED_STRIDE = 2 ** 31 - 1;

/**
 * A gate per channel that training learns to close (FiGS, arXiv 2006.09581): the input times a 0/1 mask. In training
 * the mask is drawn, open with the probability σ(logit), and its gradient is that of the concrete relaxation (Maddison
 * et al., arXiv 1611.00712); otherwise a gate is open where that probability is at least 0.5.
 */
export class ProbabilisticGate extends tf.layers.Layer {
  static className = 'ProbabilisticGate';
  private readonly initialProbability: number;
  private readonly temperature: number;
  private readonly seed: number;
  private draws = 0;
  private logits: tf.LayerVariable | undefined;

  constructor(config: ProbabilisticGateConfig = {}) {
    super({ ...(config.name === undefined ? {} : { name: config.name }) });
    this.initialProbability = config.initialProbability ?? 0.95;
    this.temperature = config.temperature ?? 2 / 3;
    this.seed = config.seed ?? 1;
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const channels = (inputShape as tf.Shape).at(-1) as number;
    const value = Math.log(this.initialProbability / (1 - this.initialProbability));
    this.logits = this.addWeight('logits', [channels], 'float32', tf.initializers.constant({ value }));
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean }): tf.Tensor {
    return tf.tidy(() => {
      const [x] = Array.isArray(inputs) ? inputs : [inputs];
      const logits = (this.logits as tf.LayerVariable).read();
      if (kwargs.training !== true) {
        return tf.mul(
          x as tf.Tensor,
          tf.cast(tf.greaterEqual(tf.sigmoid(logits), OPEN_PROBABILITY), 'float32'),
        );
      }
      const uniform = tf.randomUniform(logits.shape, 1e-6, 1 - 1e-6, 'float32', this.nextSeed());
      const noise = tf.sub(tf.log(uniform), tf.log(tf.sub(1, uniform)));
      const open = straightThrough(tf.div(tf.add(logits, noise), this.temperature));
      return tf.mul(x as tf.Tensor, open);
    });
  }

  private nextSeed(): number {
    this.draws++;
    return (this.seed * 7919 + this.draws) % SEED_STRIDE;
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { initialProbability, temperature, seed } = this;
    return { ...super.getConfig(), initialProbability, temperature, seed };
  }
}

/** 1 where x ≥ 0, else 0; its gradient is that of the sigmoid. */
function straightThrough(x: tf.Tensor): tf.Tensor {
  const step = tf.customGrad((...inputs) => {
    const [value, save] = inputs as [tf.Tensor, tf.GradSaveFunc];
    const soft = tf.sigmoid(value);
    save([soft]);
    return {
      value: tf.cast(tf.greaterEqual(value, 0), 'float32'),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [sigmoid] = saved as [tf.Tensor];
        return tf.mul(dy, tf.mul(sigmoid, tf.sub(1, sigmoid)));
      },
    };
  });
  return step(x);
}

tf.serialization.registerClass(ProbabilisticGate);

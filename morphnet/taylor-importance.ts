// How much the loss would change with each channel, to first order: an importance for the knapsack beside |γ|.
import * as tf from '@tensorflow/tfjs';
import { planChannels } from '../network/channel-plan.ts';
import { ChannelSlots } from './channel-slots.ts';
import { gammaFamily } from './families/gamma.ts';
import { modelVariable } from './model-weights.ts';
import { readModel } from './read-model.ts';

/**
 * First-order Taylor importance of each channel at its batch norm: (γ · ∂L/∂γ + β · ∂L/∂β)², the mean over losses, summed
 * over the batch norms that share the channel (Molchanov et al., Importance Estimation for Neural Network Pruning,
 * CVPR 2019, eq. 8 at a gate).
 * @param losses of a batch each, computed with the model's variables
 * @returns per slot of the flat channel vector, as `knapsack` takes it
 * @throws UserError for a model without γ
 */
export async function taylorImportance(
  model: tf.LayersModel,
  losses: Iterable<() => tf.Scalar>,
): Promise<Float64Array> {
  const reading = readModel(model);
  const slots = new ChannelSlots(planChannels(reading.network));
  const importance = new Float64Array(slots.count);
  const norms = gammaFamily()
    .sources(reading.network)
    .map(({ layer }) => ({
      own: slots.of(layer),
      gamma: modelVariable(model, reading, `${layer}/gamma`).read() as tf.Variable,
      beta: modelVariable(model, reading, `${layer}/beta`).read() as tf.Variable,
    }));
  let batches = 0;
  for (const loss of losses) {
    batches++;
    const { value, grads } = tf.variableGrads(
      loss,
      norms.flatMap(({ gamma, beta }) => [gamma, beta]),
    );
    value.dispose();
    for (const { own, gamma, beta } of norms) {
      const change = tf.tidy(() =>
        tf.square(
          tf.add(tf.mul(gamma, grads[gamma.name] as tf.Tensor), tf.mul(beta, grads[beta.name] as tf.Tensor)),
        ),
      );
      const changes = await change.data();
      change.dispose();
      own.forEach((slot, c) => {
        importance[slot] = (importance[slot] as number) + (changes[c] as number);
      });
    }
    tf.dispose(grads);
  }
  return importance.map((sum) => sum / Math.max(1, batches));
}

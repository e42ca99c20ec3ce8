// The optimizer of every stage: gradient descent with momentum, whose velocities a checkpoint keeps.
import type * as tfTypes from '@tensorflow/tfjs';
import type { Weights } from '../../network/weights.ts';

type Tf = typeof tfTypes;

export const MOMENTUM = 0.9;

/** Of velocities among the tensors of a checkpoint. */
const PREFIX = 'velocity ';

/** The rate that it is made with stands for nothing: every step sets its own. */
export function momentumOptimizer(tf: Tf): tfTypes.MomentumOptimizer {
  return tf.train.momentum(0.1, MOMENTUM);
}

export async function readVelocities(
  optimizer: tfTypes.MomentumOptimizer,
): Promise<[name: string, values: Float32Array][]> {
  // The first is the step count, which plain momentum does not use.
  const [, ...tensors] = await optimizer.getWeights();
  return Promise.all(
    tensors.map(
      async ({ name, tensor }): Promise<[string, Float32Array]> => [
        `${PREFIX}${name}`,
        Float32Array.from(await tensor.data()),
      ],
    ),
  );
}

/** Gives the optimizer the velocities among a checkpoint's tensors, if there are any. */
export async function restoreVelocities(
  tf: Tf,
  optimizer: tfTypes.MomentumOptimizer,
  model: tfTypes.LayersModel,
  tensors: Weights,
): Promise<void> {
  const saved = [...tensors].filter(([name]) => name.startsWith(PREFIX));
  if (saved.length === 0) return;
  const shapes = model.trainableWeights.map((weight) => weight.shape as number[]);
  const values = saved.map(([name, data], index) => ({
    name: name.slice(PREFIX.length),
    tensor: tf.tensor(data, shapes[index] as number[]),
  }));
  await optimizer.setWeights([{ name: 'iter', tensor: tf.scalar(0, 'int32') }, ...values]);
}

import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { openDevice } from '../../calibration/open-device.ts';
import { GammaFlops, knapsack, onnxBytes, shrink } from '../../morphnet/index.ts';
import { UserError } from '../../records/user-error.ts';

/** As a model of another copy of tfjs would be: all that one has, but of a class that ours does not know. */
function foreignModel(): tf.LayersModel {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [8, 8, 3], filters: 4, kernelSize: 3 }),
      tf.layers.batchNormalization(),
    ],
  });
  return Object.create(null, {
    ...Object.getOwnPropertyDescriptors(tf.LayersModel.prototype),
    ...Object.getOwnPropertyDescriptors(model),
  }) as tf.LayersModel;
}

test('a model of another copy of tfjs is refused by name, wherever it is given', async () => {
  const model = foreignModel();
  const message = `no tf.LayersModel of the @tensorflow/tfjs ${tf.version_layers} that morphline imports`;
  for (const use of [
    () => new GammaFlops(model),
    () => knapsack(model, { device: openDevice('p100'), budget: 1 }),
    () => shrink(model, {}),
  ]) {
    expect(use).toThrow(UserError);
    expect(use).toThrow(message);
  }
  await expect(onnxBytes(model)).rejects.toThrow(message);
});

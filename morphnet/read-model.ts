// A tf.LayersModel's topology in our words, of the copy of tfjs that this package computes with.
import * as tf from '@tensorflow/tfjs';
import { type LayersModelReading, readLayersModel } from '../network/tfjs/read-layers-model.ts';
import { UserError } from '../records/user-error.ts';

/**
 * The network that a model computes, and where its weights are.
 * @throws UserError for a model of another copy of tfjs, whose variables this one does not have, and as
 * {@link readLayersModel}
 */
export function readModel(model: tf.LayersModel): LayersModelReading {
  if (!(model instanceof tf.LayersModel)) {
    throw new UserError({
      got: `a model that is no tf.LayersModel of the @tensorflow/tfjs ${tf.version_layers} that morphline imports`,
      expected: 'one copy of @tensorflow/tfjs in the program',
      fix: 'see `npm ls @tensorflow/tfjs`, and install the version that morphline has as its peer',
    });
  }
  return readLayersModel(model.toJSON(null, false));
}

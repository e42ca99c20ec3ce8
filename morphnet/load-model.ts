// A tf.LayersModel from a model.json on disk, as tfjs, Keras 2 or Keras 3 wrote it.
import * as tf from '@tensorflow/tfjs';
import { keras2File, openLayersModelFile } from '../network/tfjs/read-layers-model-file.ts';
import { UserError } from '../records/user-error.ts';
import './keras-classes.ts';
import { writeWeights } from './model-weights.ts';

/**
 * Loads a layers model with its weights: what `tf.loadLayersModel` does in a browser, for files, and for topologies and
 * weight names of Keras 3 too, which that does not read. An architecture without weights gets fresh ones.
 * @param path of the model.json; its weight files lie beside it
 * @throws UserError as `readLayersModelFile`, and for a layer that tfjs does not make
 */
export async function loadLayersModel(path: string): Promise<tf.LayersModel> {
  const { weights } = openLayersModelFile(path);
  let model: tf.LayersModel;
  try {
    model = await tf.loadLayersModel(tf.io.fromMemory({ modelTopology: keras2File(path) as object }));
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new UserError({
      got: `${path}, of which tfjs says: ${reason}`,
      expected: 'layers and settings that tfjs has',
      fix: 'save the model without it',
    });
  }
  if (weights !== undefined) writeWeights(model, weights);
  return model;
}

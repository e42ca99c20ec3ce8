// A tf.LayersModel from a model.json on disk, as tfjs, Keras 2 or Keras 3 wrote it.
import { isDeepStrictEqual } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import type { Network } from '../network/network.ts';
import { keras2File, openLayersModelFile } from '../network/tfjs/read-layers-model-file.ts';
import './keras-classes.ts';
import { writeWeights } from './model-weights.ts';
import { readModel } from './read-model.ts';
import { trainableModel } from './trainable-model.ts';

/** Of the weights of an architecture that comes without. */
const SEED = 1;

/** What tfjs makes of the topology, unless it cannot, or passes over options that it lacks (`keepdims`). */
async function asWritten(path: string, network: Network): Promise<tf.LayersModel | undefined> {
  let model: tf.LayersModel;
  try {
    model = await tf.loadLayersModel(tf.io.fromMemory({ modelTopology: keras2File(path) as object }));
  } catch {
    return undefined;
  }
  if (isDeepStrictEqual(readModel(model).network, network)) return model;
  model.dispose();
  return undefined;
}

/**
 * Loads a layers model with its weights: what `tf.loadLayersModel` does in a browser, for files, and for topologies and
 * weight names of Keras 3 too, which that does not read. Its layers are those of the file with their regularizers and
 * initializers; where tfjs lacks one, those of {@link trainableModel}, which compute the same. An architecture without
 * weights gets fresh ones.
 * @param path of the model.json; its weight files lie beside it
 * @throws UserError as `readLayersModelFile`, and for a layer that tf.layers does not have
 */
export async function loadLayersModel(path: string): Promise<tf.LayersModel> {
  const { network, weights } = openLayersModelFile(path);
  const model = (await asWritten(path, network)) ?? trainableModel(network, SEED);
  if (weights !== undefined) writeWeights(model, weights);
  return model;
}

// A tf.LayersModel as the bytes of an ONNX file, in Node and in browsers.
import type { LayersModel } from '@tensorflow/tfjs';
import { deployedNetwork, deployedWeights } from '../network/deployed.ts';
import { writeOnnx } from '../network/onnx/write.ts';
import { readWeights } from './model-weights.ts';
import { readModel } from './read-model.ts';

/**
 * A model as it is deployed, its batch norms folded, as an ONNX file (NCHW, float32): what `saveOnnx` writes to a disk.
 * @param batch fixed batch size of its inputs and outputs
 * @throws UserError for a model with a layer that is not known
 */
export async function onnxBytes(model: LayersModel, batch = 1): Promise<Uint8Array> {
  const { network } = readModel(model);
  const weights = await readWeights(model);
  return writeOnnx(deployedNetwork(network), deployedWeights(network, weights), batch);
}

// A tf.LayersModel as files: tfjs layers model, or ONNX as deployed.
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { writeFileAtomic } from '../records/atomic-file.ts';
import { onnxBytes } from './onnx-bytes.ts';

/**
 * Saves a tfjs layers model in a folder: `model.json` and `weights.bin`. tfjs itself saves files only with tfjs-node.
 * @throws UserError for a folder that cannot be written
 */
export async function saveLayersModel(model: tf.LayersModel, directory: string): Promise<void> {
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      writeFileAtomic(join(directory, 'weights.bin'), new Uint8Array(artifacts.weightData as ArrayBuffer));
      const files = {
        format: artifacts.format,
        generatedBy: artifacts.generatedBy,
        modelTopology: artifacts.modelTopology,
        weightsManifest: [{ paths: ['weights.bin'], weights: artifacts.weightSpecs }],
      };
      // Last: it says that the weights are there.
      writeFileAtomic(join(directory, 'model.json'), JSON.stringify(files));
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
}

/**
 * Saves a model as it is deployed, its batch norms folded, as an ONNX file.
 * @param batch fixed batch size of its inputs and outputs
 * @throws UserError for a model with a layer that is not known, and for a path that cannot be written
 */
export async function saveOnnx(model: tf.LayersModel, path: string, batch = 1): Promise<void> {
  writeFileAtomic(path, await onnxBytes(model, batch));
}

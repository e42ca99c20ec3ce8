// A tf.LayersModel as files: tfjs layers model, or ONNX as deployed.
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { deployedNetwork, deployedWeights } from '../network/deployed.ts';
import { writeOnnx } from '../network/onnx/write.ts';
import { readLayersModel } from '../network/tfjs/read-layers-model.ts';
import { writeFileAtomic } from '../records/atomic-file.ts';
import { readWeights } from './model-weights.ts';

/** Saves a tfjs layers model in a folder: `model.json` and `weights.bin`. tfjs itself saves files only with tfjs-node. */
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

/** Saves a model as it is deployed, its batch norms folded, as an ONNX file. */
export async function saveOnnx(model: tf.LayersModel, path: string): Promise<void> {
  const { network } = readLayersModel(model.toJSON(null, false));
  const weights = await readWeights(model);
  writeFileAtomic(path, writeOnnx(deployedNetwork(network), deployedWeights(network, weights)));
}

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as tfTypes from '@tensorflow/tfjs';

export interface SavedWeight {
  name: string;
  shape: number[];
  dtype: string;
  group?: string;
  quantization?: { dtype: string; scale?: number; min?: number };
}

/** A model.json as far as the tests change it. */
export interface SavedModel {
  modelTopology?: unknown;
  weightsManifest: { paths: string[]; weights: SavedWeight[] }[];
}

/** Saves a model as tfjs does: model.json and weights.bin. Returns the path of the model.json. */
export async function saveModel(
  tf: typeof tfTypes,
  model: tfTypes.LayersModel,
  folder: string,
): Promise<string> {
  const path = join(folder, 'model.json');
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      const { modelTopology, format, generatedBy, convertedBy, weightSpecs: weights } = artifacts;
      const weightsManifest = [{ paths: ['weights.bin'], weights }];
      writeFileSync(
        path,
        JSON.stringify({ modelTopology, format, generatedBy, convertedBy, weightsManifest }),
      );
      writeFileSync(join(folder, 'weights.bin'), new Uint8Array(artifacts.weightData as ArrayBuffer));
      return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
    }),
  );
  return path;
}

/** Changes a saved model.json. */
export function changeModel(path: string, change: (model: SavedModel) => void): void {
  const model = JSON.parse(readFileSync(path, 'utf8'));
  change(model);
  writeFileSync(path, JSON.stringify(model));
}

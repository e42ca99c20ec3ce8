// The files that a finished training run leaves: layers.csv, result.json, and the expanded network with its weights.
import { join } from 'node:path';
import { writeWeights } from '../../morphnet/model-weights.ts';
import { saveLayersModel, saveOnnx } from '../../morphnet/save-model.ts';
import { trainableModel } from '../../morphnet/trainable-model.ts';
import { CsvFile } from '../../records/csv-file.ts';
import { writeJson } from '../../records/run-file.ts';
import { layerRecord, type TrainResult } from '../../records/training.ts';
import { layerRecords, type TrainedNetworks } from './train-result.ts';
import type { TrainedNetwork, TrainingRun } from './training-run.ts';

async function saveModel({ network, weights }: TrainedNetwork, out: string): Promise<void> {
  const model = trainableModel(network, 0);
  writeWeights(model, weights);
  await saveOnnx(model, join(out, 'model.onnx'));
  await saveLayersModel(model, join(out, 'model'));
  model.dispose();
}

export async function writeResults(
  run: TrainingRun,
  networks: TrainedNetworks,
  result: TrainResult,
): Promise<void> {
  const { out } = run.options;
  new CsvFile(join(out, 'layers.csv'), layerRecord).replace(layerRecords(run, networks));
  await saveModel(networks.expanded, out);
  // Last: it says that the others are there.
  writeJson(join(out, 'result.json'), result);
}

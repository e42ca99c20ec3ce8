// The folder of a finished training run, for reports: its result, its epochs and its layers.
import { join } from 'node:path';
import {
  type LayerRecord,
  layerRecord,
  type MetricsRecord,
  metricsRecord,
  type TrainResult,
  trainResult,
} from '../../records/training.ts';
import { readResultCsv, readResultJson } from './result-files.ts';
import type { ResultKind } from './result-kind.ts';

/** What the folder of a training run holds. */
export interface TrainingData {
  readonly directory: string;
  readonly result: TrainResult;
  readonly metrics: readonly MetricsRecord[];
  readonly layers: readonly LayerRecord[];
}

const MARKER = 'result.json';

export const trainingResults: ResultKind<TrainingData> = {
  command: 'train',
  marker: MARKER,
  read: (directory) => ({
    directory,
    result: readResultJson(join(directory, MARKER), trainResult),
    metrics: readResultCsv(join(directory, 'metrics.csv'), metricsRecord),
    layers: readResultCsv(join(directory, 'layers.csv'), layerRecord),
  }),
};

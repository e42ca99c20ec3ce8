// Training one network through its epochs, with a checkpoint after each, so that a killed stage goes on.
import { join } from 'node:path';
import type * as tfTypes from '@tensorflow/tfjs';
import { readWeights, writeWeights } from '../../morphnet/model-weights.ts';
import { trainableModel } from '../../morphnet/trainable-model.ts';
import type { Network } from '../../network/network.ts';
import { type Weights, weightShapes } from '../../network/weights.ts';
import type { CsvFile } from '../../records/csv-file.ts';
import type { MetricsRecord, metricsRecord, Stage } from '../../records/training.ts';
import { UserError } from '../../records/user-error.ts';
import { type Dataset, type ImageSet, type Normalization, subset } from '../data/index.ts';
import type { ProgressListener } from '../progress.ts';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { trainEpoch } from './epoch.ts';
import { evaluateAccuracy } from './evaluate.ts';
import { momentumOptimizer, readVelocities, restoreVelocities } from './optimizer.ts';

/** What every stage of a training run shares. */
export interface TrainingSetup {
  readonly tf: typeof tfTypes;
  readonly data: Dataset;
  readonly normalization: Normalization;
  readonly batch: number;
  readonly seed: number;
  readonly augment: boolean;
  /** Folder of checkpoints. */
  readonly out: string;
  readonly metrics: CsvFile<typeof metricsRecord>;
  /** Told when an epoch is saved. */
  readonly onEpoch?: () => void;
}

/** How a stage shapes its training; the regularized one has all of it. */
export interface StageTraining<Extra> {
  readonly stage: Stage;
  readonly network: Network;
  readonly epochs: number;
  /** Share of the whole stage done, 0 … 1, to learning rate. */
  readonly rate: (done: number) => number;
  /** Weights to start from; freshly initialized without. */
  readonly start?: Weights;
  /** Kept in checkpoints beside the weights. */
  readonly extra: Extra;
  /** Called once the model is there, with the state of a resumed stage. */
  readonly prepare?: (model: tfTypes.LayersModel, extra: Extra) => void;
  readonly afterStep?: (rate: number, step: number, done: number) => Promise<boolean>;
  /** Strength and cost ratio for the metrics, and whether the stage is done before its last epoch. */
  readonly afterEpoch?: () => Promise<EpochOutcome<Extra>>;
}

interface EpochOutcome<Extra> {
  readonly strength: number;
  readonly costRatio: number;
  readonly finished: boolean;
  readonly extra: Extra;
}

interface EpochState<Extra> {
  /** Epochs done. */
  readonly epoch: number;
  readonly finished: boolean;
  readonly testAccuracy: number;
  readonly extra: Extra;
}

export interface StageResult<Extra> {
  readonly weights: Weights;
  readonly testAccuracy: number;
  readonly extra: Extra;
}

/** What a stage trains: the model and its optimizer. */
interface Trainee {
  readonly model: tfTypes.LayersModel;
  readonly optimizer: tfTypes.MomentumOptimizer;
}

const checkpointPath = (out: string, stage: string) => join(out, `${stage}.checkpoint`);

/** @throws UserError for a checkpoint of another network */
function requireOwn(path: string, { tensors }: Pick<Checkpoint<unknown>, 'tensors'>, network: Network): void {
  for (const { name, shape } of weightShapes(network)) {
    const length = shape.reduce((product, size) => product * size, 1);
    const found = tensors.get(name)?.length;
    if (found === length) continue;
    throw new UserError({
      got: `${path} with ${found ?? 'no'} values of ${name}`,
      expected: `${length}, as ${network.name} has at its widths`,
      fix: 'give the settings it was started with, or another --out',
    });
  }
}

/** Gives a fresh model the weights it goes on or starts from. */
async function restoreTrainee<Extra>(
  { tf }: TrainingSetup,
  { model, optimizer }: Trainee,
  found: Checkpoint<EpochState<Extra>> | null,
  start: Weights | undefined,
): Promise<void> {
  if (found !== null) {
    writeWeights(model, found.tensors);
    await restoreVelocities(tf, optimizer, model, found.tensors);
  } else if (start !== undefined) {
    writeWeights(model, start);
  }
}

/** Test images after an epoch that is not the last, at the least, and per training image. */
const FEWEST_GLANCED = 1000;
const GLANCED_SHARE = 0.05;

/** Enough of the test images to see whether a stage goes well: testing on all of them may take longer than the epoch. */
function glance({ data, seed }: TrainingSetup): ImageSet {
  const count = Math.max(FEWEST_GLANCED, Math.round(GLANCED_SHARE * data.train.count));
  return count >= data.test.count ? data.test : subset(data.test, count, seed);
}

/** Trains one epoch of a stage and tests the model, after the last one on all test images. */
async function trainStageEpoch<Extra>(
  setup: TrainingSetup,
  training: StageTraining<Extra>,
  trainee: Trainee,
  epoch: number,
  onProgress?: ProgressListener,
): Promise<{ row: MetricsRecord; outcome: EpochOutcome<Extra> | undefined }> {
  const { stage, epochs } = training;
  const startMs = performance.now();
  const at = (done: number) => (epoch + done) / epochs;
  const result = await trainEpoch({
    ...setup,
    ...trainee,
    epoch,
    rate: (done) => training.rate(at(done)),
    afterStep: async (rate, step, done) => {
      onProgress?.({ fraction: at(done), text: `${stage}: epoch ${epoch + 1} of ${epochs}` });
      return training.afterStep?.(rate, step, at(done)) ?? true;
    },
  });
  const { tf, data, normalization } = setup;
  const outcome = await training.afterEpoch?.();
  const isLast = epoch + 1 >= epochs || outcome?.finished === true;
  const images = isLast ? data.test : glance(setup);
  const testAccuracy = await evaluateAccuracy(tf, trainee.model, images, normalization);
  const row: MetricsRecord = {
    stage,
    epoch: epoch + 1,
    images: result.images,
    loss: result.loss,
    train_accuracy: result.accuracy,
    test_accuracy: testAccuracy,
    learning_rate: training.rate((epoch + 1) / epochs),
    strength: outcome?.strength ?? 0,
    cost_ratio: outcome?.costRatio ?? 1,
    seconds: (performance.now() - startMs) / 1e3,
  };
  return { row, outcome };
}

/**
 * Trains one network through its epochs, with a checkpoint after each: a killed stage goes on after its last whole
 * epoch, and one that is finished is only read.
 */
export async function trainStage<Extra>(
  setup: TrainingSetup,
  training: StageTraining<Extra>,
  onProgress?: ProgressListener,
): Promise<StageResult<Extra>> {
  const path = checkpointPath(setup.out, training.stage);
  const found = readCheckpoint<EpochState<Extra>>(path);
  if (found !== null) requireOwn(path, found, training.network);
  if (found?.state.finished === true) {
    const { testAccuracy, extra } = found.state;
    return { weights: found.tensors, testAccuracy, extra };
  }
  const model = trainableModel(training.network, setup.seed);
  const optimizer = momentumOptimizer(setup.tf);
  const trainee = { model, optimizer };
  let extra = found?.state.extra ?? training.extra;
  try {
    await restoreTrainee(setup, trainee, found, training.start);
    training.prepare?.(model, extra);
    for (let epoch = found?.state.epoch ?? 0; ; epoch++) {
      const { row, outcome } = await trainStageEpoch(setup, training, trainee, epoch, onProgress);
      const testAccuracy = row.test_accuracy;
      const finished = row.epoch >= training.epochs || outcome?.finished === true;
      extra = outcome?.extra ?? extra;
      // Before the checkpoint: a row too many is dropped when the run is resumed, a row too few would be missed.
      setup.metrics.append([row]);
      const weights = await readWeights(model);
      const tensors = finished ? weights : new Map([...weights, ...(await readVelocities(optimizer))]);
      writeCheckpoint<EpochState<Extra>>(path, {
        state: { epoch: row.epoch, finished, testAccuracy, extra },
        tensors,
      });
      setup.onEpoch?.();
      if (finished) return { weights, testAccuracy, extra };
    }
  } finally {
    model.dispose();
    optimizer.dispose();
  }
}

/** Drops metrics of epochs that their stage's checkpoint does not hold: they will be trained again. */
export function dropUnsavedEpochs(out: string, metrics: CsvFile<typeof metricsRecord>): void {
  metrics.repair();
  const saved = new Map<string, number>();
  metrics.keep(({ stage, epoch }) => {
    if (!saved.has(stage)) {
      const found = readCheckpoint<EpochState<unknown>>(checkpointPath(out, stage));
      saved.set(stage, found?.state.epoch ?? 0);
    }
    return epoch <= (saved.get(stage) as number);
  });
}

import { join } from 'node:path';
import type * as tfTypes from '@tensorflow/tfjs';
import { readWeights, writeWeights } from '../../morphnet/model-weights.ts';
import { trainableModel } from '../../morphnet/trainable-model.ts';
import type { Network } from '../../network/network.ts';
import type { Weights } from '../../network/weights.ts';
import type { CsvFile } from '../../records/csv-file.ts';
import type { MetricsRecord, metricsRecord, Stage } from '../../records/training.ts';
import type { Dataset, Normalization } from '../data/index.ts';
import type { ProgressListener } from '../progress.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { type EpochResult, trainEpoch } from './epoch.ts';
import { accuracy } from './evaluate.ts';

type Tf = typeof tfTypes;

const MOMENTUM = 0.9;

/** What every stage of a training run shares. */
export interface TrainingSetup {
  readonly tf: Tf;
  readonly data: Dataset;
  readonly normalization: Normalization;
  readonly batch: number;
  readonly seed: number;
  readonly augment: boolean;
  /** Folder of checkpoints. */
  readonly out: string;
  readonly metrics: CsvFile<typeof metricsRecord>;
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
  readonly afterEpoch?: () => Promise<{
    strength: number;
    costRatio: number;
    finished: boolean;
    extra: Extra;
  }>;
}

interface EpochState<Extra> {
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

const VELOCITY = 'velocity ';

async function velocities(optimizer: tfTypes.MomentumOptimizer): Promise<[string, Float32Array][]> {
  const tensors = await optimizer.getWeights();
  // The first is the step count, which plain momentum does not use.
  return Promise.all(
    tensors
      .slice(1)
      .map(
        async ({ name, tensor }): Promise<[string, Float32Array]> => [
          `${VELOCITY}${name}`,
          Float32Array.from(await tensor.data()),
        ],
      ),
  );
}

async function restoreVelocities(
  tf: Tf,
  optimizer: tfTypes.MomentumOptimizer,
  model: tfTypes.LayersModel,
  tensors: Weights,
) {
  const saved = [...tensors].filter(([name]) => name.startsWith(VELOCITY));
  if (saved.length === 0) return;
  const shapes = model.trainableWeights.map((weight) => weight.shape as number[]);
  const values = saved.map(([name, data], index) => ({
    name: name.slice(VELOCITY.length),
    tensor: tf.tensor(data, shapes[index] as number[]),
  }));
  await optimizer.setWeights([{ name: 'iter', tensor: tf.scalar(0, 'int32') }, ...values]);
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
  const { tf, data, metrics } = setup;
  const { stage, network, epochs } = training;
  const path = join(setup.out, `${stage}.checkpoint`);
  const found = readCheckpoint<EpochState<Extra>>(path);
  if (found?.state.finished === true) {
    const { testAccuracy, extra } = found.state;
    return { weights: found.tensors, testAccuracy, extra };
  }
  const model = trainableModel(network, setup.seed);
  const optimizer = tf.train.momentum(0.1, MOMENTUM);
  let extra = training.extra;
  let epoch = 0;
  if (found !== null) {
    writeWeights(model, found.tensors);
    await restoreVelocities(tf, optimizer, model, found.tensors);
    extra = found.state.extra;
    epoch = found.state.epoch;
  } else if (training.start !== undefined) {
    writeWeights(model, training.start);
  }
  training.prepare?.(model, extra);
  for (;;) {
    const startMs = performance.now();
    const at = (done: number) => (epoch + done) / epochs;
    const result: EpochResult = await trainEpoch({
      tf,
      model,
      optimizer,
      data,
      normalization: setup.normalization,
      batch: setup.batch,
      seed: setup.seed,
      epoch,
      augment: setup.augment,
      rate: (done) => training.rate(at(done)),
      afterStep: async (rate, step, done) => {
        onProgress?.({ fraction: at(done), text: `${stage}: epoch ${epoch + 1} of ${epochs}` });
        return training.afterStep?.(rate, step, at(done)) ?? true;
      },
    });
    const testAccuracy = await accuracy(tf, model, data.test, setup.normalization);
    epoch++;
    const after = await training.afterEpoch?.();
    extra = after?.extra ?? extra;
    const finished = epoch >= epochs || after?.finished === true;
    const row: MetricsRecord = {
      stage,
      epoch,
      images: result.images,
      loss: result.loss,
      train_accuracy: result.accuracy,
      test_accuracy: testAccuracy,
      learning_rate: training.rate(at(0)),
      strength: after?.strength ?? 0,
      cost_ratio: after?.costRatio ?? 1,
      seconds: (performance.now() - startMs) / 1e3,
    };
    metrics.append([row]);
    const weights = await readWeights(model);
    const tensors = finished ? weights : new Map([...weights, ...(await velocities(optimizer))]);
    writeCheckpoint<EpochState<Extra>>(path, { state: { epoch, finished, testAccuracy, extra }, tensors });
    if (!finished) continue;
    model.dispose();
    optimizer.dispose();
    return { weights, testAccuracy, extra };
  }
}

/** Drops metrics of epochs that their stage's checkpoint does not hold: they will be trained again. */
export function dropUnsavedEpochs(out: string, metrics: CsvFile<typeof metricsRecord>): void {
  metrics.repair();
  const saved = new Map<string, number>();
  metrics.keep(({ stage, epoch }) => {
    if (!saved.has(stage)) {
      const found = readCheckpoint<EpochState<unknown>>(join(out, `${stage}.checkpoint`));
      saved.set(stage, found?.state.epoch ?? 0);
    }
    return epoch <= (saved.get(stage) as number);
  });
}

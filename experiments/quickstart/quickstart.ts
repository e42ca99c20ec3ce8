import { join } from 'node:path';
import { openDevice } from '../../calibration/device-profile.ts';
import { trainableModel } from '../../morphnet/trainable-model.ts';
import { zooNetwork } from '../../network/zoo/index.ts';
import type { Engine } from '../../profiler/engines/engine.ts';
import type { TrainingEngine } from '../../profiler/engines/training.ts';
import { decidedOnce } from '../../records/run-file.ts';
import { calibrate } from '../calibrate/calibrate.ts';
import { generateTexturedShapes, normalization } from '../data/index.ts';
import { type ProgressListener, partOf } from '../progress.ts';
import { study } from '../study/study.ts';
import { trainEpoch } from '../train/epoch.ts';
import { train } from '../train/train.ts';

export interface QuickstartOptions {
  readonly out: string;
  readonly seed: number;
  readonly openEngine: () => Promise<Engine>;
  readonly openTrainingEngine: () => Promise<TrainingEngine>;
  readonly onProgress?: ProgressListener;
}

const STUDY_NETWORK = 'inception-v2';
const TRAINED_NETWORK = 'inception-32';
const STUDY_BUDGET_SECONDS = 75;
const TRAINED_BUDGET_SECONDS = 40;
const SAMPLES = 5000;
const MEASURED = 30;
const ROUNDS = 8;
const EPOCHS = 4;
const SHRINK_EPOCHS = 5;
const BATCH = 50;
/** Time that all stages of the training may take. */
const TRAINING_SECONDS = 190;
/** Whole-size epochs' worth of work in a training: seed and shrink at full width, two narrower networks. */
const EPOCH_EQUIVALENTS = EPOCHS + SHRINK_EPOCHS + 0.6 * 2 * EPOCHS;
const IMAGES: readonly [number, number] = [1000, 4000];
const TRIAL_STEPS = 4;

/** As many images as this machine trains on in the time there is. */
async function affordableImages(seed: number, { tf }: TrainingEngine): Promise<number> {
  const data = generateTexturedShapes({ trainCount: BATCH * TRIAL_STEPS, testCount: BATCH, seed });
  const model = trainableModel(zooNetwork(TRAINED_NETWORK), seed);
  const optimizer = tf.train.momentum(0.01, 0.9);
  let startMs = 0;
  await trainEpoch({
    tf,
    model,
    optimizer,
    data,
    normalization: normalization(data.train),
    batch: BATCH,
    seed,
    epoch: 0,
    augment: true,
    rate: () => 0.01,
    afterStep: async (_, step) => {
      // The first step allocates.
      if (step === 1) startMs = performance.now();
      return true;
    },
  });
  const perSecond = ((TRIAL_STEPS - 1) * BATCH) / ((performance.now() - startMs) / 1e3);
  model.dispose();
  const affordable = (TRAINING_SECONDS * perSecond) / EPOCH_EQUIVALENTS;
  return Math.round(Math.min(IMAGES[1], Math.max(IMAGES[0], affordable)) / 100) * 100;
}

/**
 * The whole job, small: calibrate this device for Inception V2, study random sub-networks of it, calibrate for 32×32
 * images, train against that latency on generated images, measure again. A killed run resumes.
 * @returns the folders of the results, for the report
 */
export async function quickstart(options: QuickstartOptions): Promise<string[]> {
  const { out, seed, onProgress } = options;
  const part = (from: number, to: number) => partOf(onProgress, from, to);
  const folder = (name: string) => join(out, name);
  const engine = await options.openEngine();
  await calibrate({
    engine,
    networks: [zooNetwork(STUDY_NETWORK)],
    batch: 1,
    seed,
    budgetSeconds: STUDY_BUDGET_SECONDS,
    out: folder('device'),
    onProgress: part(0, 0.2),
  });
  await study({
    network: zooNetwork(STUDY_NETWORK),
    samples: SAMPLES,
    law: 'uniform',
    devices: ['p100', 'v100', join(folder('device'), 'device.json')].map(openDevice),
    batch: 1,
    seed,
    measure: { count: MEASURED, rounds: ROUNDS, engine },
    out: folder('study'),
    onProgress: part(0.2, 0.26),
  });
  await calibrate({
    engine,
    networks: [zooNetwork(TRAINED_NETWORK)],
    batch: 1,
    seed,
    budgetSeconds: TRAINED_BUDGET_SECONDS,
    out: folder('device-32'),
    onProgress: part(0.26, 0.37),
  });
  const training = await options.openTrainingEngine();
  const { images } = await decidedOnce(join(out, 'images.json'), async () => ({
    images: await affordableImages(seed, training),
  }));
  await train({
    network: zooNetwork(TRAINED_NETWORK),
    data: generateTexturedShapes({ trainCount: images, testCount: Math.round(images / 4), seed }),
    target: 'latency',
    device: openDevice(join(folder('device-32'), 'device.json')),
    costRatio: 0.6,
    shrinkShare: 0.75,
    epochs: EPOCHS,
    shrinkEpochs: SHRINK_EPOCHS,
    batch: BATCH,
    learningRate: 0.1,
    seed,
    augment: false,
    snap: true,
    training,
    openMeasuringEngine: async () => engine,
    out: folder('training'),
    onProgress: part(0.37, 0.99),
  });
  return ['device', 'study', 'device-32', 'training'].map(folder);
}

// The whole job, small: calibrate, study, train and measure again on this machine, in a few minutes.
import { join } from 'node:path';
import { z } from 'zod';
import { openDevice } from '../../calibration/open-device.ts';
import { zooNetwork } from '../../network/zoo/index.ts';
import type { TrainingEngine } from '../../profiler/engines/engine.ts';
import type { Measurer } from '../../profiler/timing/measurer.ts';
import { holdingFolder } from '../../records/folder-lock.ts';
import { decidedOnce } from '../../records/run-file.ts';
import { calibrate } from '../calibrate/calibrate.ts';
import { generateTexturedShapes } from '../data/index.ts';
import { type ProgressListener, partOf } from '../progress.ts';
import { study } from '../study/study.ts';
import { train } from '../train/train.ts';
import { affordableImages, MOST_IMAGES, tryTraining } from './affordable-images.ts';

export interface QuickstartOptions {
  readonly out: string;
  readonly seed: number;
  /** What it opens is closed by the end, as is the training engine. */
  readonly openMeasurer: () => Promise<Measurer>;
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
const COST_RATIO = 0.6;
const BATCH = 50;
/** Time that all stages of the training may take. */
const TRAINING_SECONDS = 190;
/** Whole-size epochs' worth of work in a training: seed and shrink at full width, two narrower networks. */
const EPOCH_EQUIVALENTS = EPOCHS + SHRINK_EPOCHS + COST_RATIO * 2 * EPOCHS;
const TEST_SHARE = 0.25;

/** What images.json decides. */
const decidedImages = z.object({ images: z.int().positive().max(MOST_IMAGES) });

/** The folder of each part. */
type Folders = Readonly<Record<'device' | 'study' | 'device-32' | 'training', string>>;

const profileIn = (folder: string) => openDevice(join(folder, 'device.json'));

async function calibrateFor(
  name: string,
  budgetSeconds: number,
  measurer: Measurer,
  seed: number,
  out: string,
  onProgress: ProgressListener,
): Promise<void> {
  await calibrate({
    engine: measurer,
    networks: [zooNetwork(name)],
    batch: 1,
    seed,
    budgetSeconds,
    table: false,
    int8: false,
    out,
    onProgress,
  });
}

async function studyOnDevice(
  measurer: Measurer,
  seed: number,
  folders: Folders,
  onProgress: ProgressListener,
): Promise<void> {
  await study({
    network: zooNetwork(STUDY_NETWORK),
    samples: SAMPLES,
    law: 'uniform',
    devices: [openDevice('p100'), openDevice('v100'), profileIn(folders.device)],
    batch: 1,
    seed,
    measure: { count: MEASURED, rounds: ROUNDS, engine: measurer },
    out: folders.study,
    onProgress,
  });
}

async function trainForDevice(
  { out, seed, openMeasurer }: QuickstartOptions,
  training: TrainingEngine,
  folders: Folders,
  onProgress: ProgressListener,
): Promise<void> {
  const network = zooNetwork(TRAINED_NETWORK);
  const { images } = await decidedOnce(join(out, 'images.json'), decidedImages, async () => {
    const perSecond = await tryTraining(training, network, { batch: BATCH, seed });
    return { images: affordableImages(perSecond, TRAINING_SECONDS, EPOCH_EQUIVALENTS) };
  });
  await train({
    network,
    data: generateTexturedShapes({ trainCount: images, testCount: Math.round(TEST_SHARE * images), seed }),
    target: 'latency',
    device: profileIn(folders['device-32']),
    costRatio: COST_RATIO,
    iterations: 1,
    choose: 'expansion',
    retrain: 'scratch',
    warmUp: 0,
    shrinkShare: 0.75,
    epochs: EPOCHS,
    shrinkEpochs: SHRINK_EPOCHS,
    batch: BATCH,
    learningRate: 0.1,
    strength: null,
    seed,
    augment: false,
    snap: true,
    training,
    openMeasurer,
    out: folders.training,
    onProgress,
  });
}

/**
 * ```
 *  calibrate for      study random sub-networks     calibrate for      train against that latency
 *  Inception V2   ──▶ of it, some measured          32×32 images   ──▶ on generated images,
 *  device/            study/                        device-32/         measure again: training/
 * ```
 * A killed run resumes.
 * @returns the folders of the results, for the report
 */
export function quickstart(options: QuickstartOptions): Promise<string[]> {
  return holdingFolder(options.out, 'quickstart', () => quickstartHere(options));
}

async function quickstartHere(options: QuickstartOptions): Promise<string[]> {
  const { out, seed } = options;
  const part = (from: number, to: number) => partOf(options.onProgress, from, to);
  const folders: Folders = {
    device: join(out, 'device'),
    study: join(out, 'study'),
    'device-32': join(out, 'device-32'),
    training: join(out, 'training'),
  };
  const measurer = await options.openMeasurer();
  try {
    await calibrateFor(STUDY_NETWORK, STUDY_BUDGET_SECONDS, measurer, seed, folders.device, part(0, 0.2));
    await studyOnDevice(measurer, seed, folders, part(0.2, 0.26));
    const folder32 = folders['device-32'];
    await calibrateFor(TRAINED_NETWORK, TRAINED_BUDGET_SECONDS, measurer, seed, folder32, part(0.26, 0.37));
  } finally {
    await measurer.close();
  }
  const training = await options.openTrainingEngine();
  try {
    await trainForDevice(options, training, folders, part(0.37, 0.99));
  } finally {
    await training.close();
  }
  return Object.values(folders);
}

// The settings of a training run: its flags, the options of `train`, and what run.json keeps.
import { z } from 'zod';
import { trainingEngines } from '../../profiler/engines/registry.ts';
import * as common from '../../records/common-settings.ts';
import {
  defineSettings,
  type FlagsOf,
  type SettingsOf,
  setting,
  unrecorded,
} from '../../records/run-settings.ts';
import { integer, oneOf, positiveNumber, share, toggle, word } from '../../records/setting-kinds.ts';
import { costGoal } from './cost-goal.ts';

export const TARGETS = ['latency', 'flops', 'model-size'] as const;
export type Target = (typeof TARGETS)[number];

const CHOICES = ['expansion', 'knapsack'] as const;
const RETRAININGS = ['scratch', 'survived'] as const;

/** Images are in memory, as are their batches. */
const MOST_IMAGES = 1_000_000;
const MOST_ITERATIONS = 100;
const MOST_EPOCHS = 100_000;
const MOST_RATE = 100;
const MOST_STRENGTH = 1e9;

/** What run.json keeps of what its flags name, in every command that trains. */
export const trainingFacts = {
  network: z.string(),
  data: z.string(),
  trainImages: z.number(),
  testImages: z.number(),
  device: z.string(),
  /** Hashes of what the two names stand for. Not in run files of 0.1.0. */
  networkSha256: z.string().optional(),
  deviceSha256: z.string().optional(),
};
/** Those that run files of earlier versions lack. */
export const LATER_FACTS: readonly string[] = ['networkSha256', 'deviceSha256'];

export const trainSettings = defineSettings(
  {
    network: unrecorded(
      "the network's own name is a fact",
      setting(word(), {
        flag: '--network <name>',
        description: 'zoo network to start from',
        default: 'inception-32',
      }),
    ),
    image: common.image,
    dim: common.dim,
    data: unrecorded(
      'the name of the data and the numbers of images are facts',
      setting(word(), {
        flag: '--data <dir>',
        description:
          "train/<class>/*.jpg|png|wav and test/<class>/…, spoken digits <digit>_<speaker>_<n>.wav, IDX files of the MNIST family, or CIFAR-10's binary version; or cifar-10, mnist or fashion-mnist, which are downloaded (default: generated textured shapes)",
        default: null,
      }),
    ),
    cache: unrecorded(
      'where downloads are kept',
      setting(word(), {
        flag: '--cache <dir>',
        description: 'where downloaded data is kept (default: $XDG_CACHE_HOME/morphline/data)',
        default: null,
      }),
    ),
    images: unrecorded(
      'the number of training images is a fact',
      setting(integer(100, MOST_IMAGES), {
        flag: '--images <n>',
        description: 'training images to use',
        default: null,
      }),
    ),
    target: setting(oneOf(TARGETS), {
      flag: '--target <target>',
      description: 'what to save',
      default: 'latency',
    }),
    device: unrecorded(
      "the device's own name is a fact",
      setting(word(), {
        flag: '--device <device>',
        description: 'device.json or datasheet device that latency is predicted on',
      }),
    ),
    costRatio: setting(costGoal(), {
      flag: '--cost <goal>',
      description: "cost to reach: a share of the seed network's (0.5x), or a latency (180us)",
      default: 0.5,
    }),
    iterations: setting(integer(1, MOST_ITERATIONS), {
      flag: '--iterations <n>',
      description: 'times that the network is shrunk, expanded and retrained (Algorithm 1)',
      default: 1,
    }),
    choose: setting(oneOf(CHOICES), {
      flag: '--choose <how>',
      description:
        'widths within the cost: what was shrunk further, expanded; or the channels worth most of a knapsack',
      default: 'expansion',
    }),
    retrain: setting(oneOf(RETRAININGS), {
      flag: '--retrain <from>',
      description: 'train the chosen network from scratch, or on from the weights that survived',
      default: 'scratch',
    }),
    shrinkShare: setting(positiveNumber(1), {
      flag: '--shrink-share <share>',
      description: 'shrink to this share of that cost; the expansion fills the rest',
      default: 0.7,
    }),
    epochs: setting(integer(1, MOST_EPOCHS), {
      flag: '--epochs <n>',
      description: 'of the seed, expanded and width-multiplier networks',
      default: 8,
    }),
    shrinkEpochs: setting(integer(1, MOST_EPOCHS), {
      flag: '--shrink-epochs <n>',
      description: 'at most, of the regularized stage',
      default: 8,
    }),
    batch: setting(integer(1, common.MOST_BATCH), {
      flag: '--batch <n>',
      description: 'images per step',
      default: 64,
    }),
    learningRate: setting(positiveNumber(MOST_RATE), {
      flag: '--learning-rate <rate>',
      description: 'peak of the schedule (momentum 0.9)',
      default: 0.1,
    }),
    warmUp: setting(share(), {
      flag: '--warm-up <share>',
      description: 'of the regularized stage: where its strength has risen from 0',
      default: 0,
    }),
    strength: setting(positiveNumber(MOST_STRENGTH), {
      flag: '--strength <s>',
      description:
        'initial regularization, in 1 / (cost of the seed network) (default: by the length of the stage)',
      default: null,
    }),
    seed: common.seed,
    engine: common.engine(trainingEngines()),
    threads: unrecorded(
      'training takes as many as there are, and says in the context how many those were',
      setting(integer(1, common.MOST_THREADS), {
        flag: '--threads <n>',
        description: 'CPU threads to train with (default: all)',
        default: null,
      }),
    ),
    augment: setting(toggle(), {
      flag: '--no-augment',
      description: 'train on the images as they are',
      default: true,
    }),
    snap: setting(toggle(), {
      flag: '--no-snap',
      description: 'expand to round(ω·width) exactly, not to cheap channel counts',
      default: true,
    }),
    tensorboard: unrecorded(
      'a view of metrics.csv',
      setting(toggle(), {
        flag: '--tensorboard',
        description: 'write the metrics for TensorBoard too, in <out>/tensorboard',
        default: false,
      }),
    ),
    out: common.outTo('runs/train'),
    json: common.json,
    quiet: common.quiet,
  },
  trainingFacts,
);
export type TrainSettings = SettingsOf<typeof trainSettings>;
export type TrainFlags = FlagsOf<typeof trainSettings>;

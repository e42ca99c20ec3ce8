import { join } from 'node:path';
import { type Command, Option } from 'commander';
import pc from 'picocolors';
import { type Device, openDevice } from '../../calibration/device-profile.ts';
import {
  type Dataset,
  generateTexturedShapes,
  loadDataFolder,
  subset,
} from '../../experiments/data/index.ts';
import { requireFit } from '../../experiments/train/data-fit.ts';
import { type Target, train } from '../../experiments/train/train.ts';
import { openEngine } from '../../profiler/engines/registry.ts';
import { openTrainingEngine } from '../../profiler/engines/training.ts';
import { engineChoice } from '../../records/engine-description.ts';
import type { TrainResult } from '../../records/training.ts';
import { UserError } from '../../records/user-error.ts';
import {
  type CommonFlags,
  engineOption,
  integerOption,
  openNetwork,
  positiveNumber,
  seedOption,
} from '../options.ts';
import { duration, engineering, percent, print, printJson, progressBar, table } from '../terminal.ts';

interface Flags extends CommonFlags {
  readonly network: string;
  readonly data?: string;
  readonly images?: number;
  readonly target: Target;
  readonly device: string;
  readonly cost: number;
  readonly shrinkShare: number;
  readonly epochs: number;
  readonly shrinkEpochs: number;
  readonly batch: number;
  readonly learningRate: number;
  readonly strength?: number;
  readonly seed: number;
  readonly engine?: string;
  readonly threads?: number;
  readonly augment: boolean;
  readonly snap: boolean;
  readonly out: string;
}

/** `0.5x` or 0.5: a share of the seed network's cost. */
function parseRatio(text: string): number {
  const value = Number(text.replace(/x$/, ''));
  if (value > 0 && value <= 4) return value;
  throw new UserError({
    got: `--cost ${text}`,
    expected: 'a share of the seed cost such as 0.5x',
    fix: 'correct the flag',
  });
}

const GENERATED_TEST_SHARE = 0.25;
const DEFAULT_GENERATED = 4000;

/** The user's images or recordings, or the generated set where no folder is named. */
export async function openData(
  flags: { data?: string; images?: number; seed: number },
  quiet: boolean,
): Promise<Dataset> {
  if (flags.data === undefined) {
    const trainCount = flags.images ?? DEFAULT_GENERATED;
    return generateTexturedShapes({
      trainCount,
      testCount: Math.ceil(GENERATED_TEST_SHARE * trainCount),
      seed: flags.seed,
    });
  }
  const bar = progressBar('data', quiet);
  const loaded = await loadDataFolder(flags.data, {
    onProgress: (done, total) => bar.update({ fraction: done / total, text: `${done} of ${total}` }),
  });
  bar.finish();
  if (flags.images === undefined) return loaded;
  return { ...loaded, train: subset(loaded.train, flags.images, flags.seed) };
}

/** The engine that a device stands for: its own if it was measured, else the best one here. */
export function engineOfDevice(device: Device): { engine: string | undefined; threads: number } {
  if (device.kind === 'datasheet') return { engine: undefined, threads: 1 };
  const { engine } = device.profile;
  return { engine: engineChoice(engine), threads: engine.threads };
}

export function trainSummary(result: TrainResult): string {
  const rows = result.networks.map((each) => [
    each.name === 'multiplier' ? `width multiplier ${result.multiplier.toFixed(3)}` : each.name,
    percent(each.test_accuracy, 2),
    duration(each.predicted_latency_us),
    duration(each.measured_latency_us),
    `${each.predicted_speedup.toFixed(2)}×`,
    `${each.measured_speedup.toFixed(2)}×`,
    engineering(each.flops),
    engineering(each.parameters),
  ]);
  const head = [
    'network',
    'test accuracy',
    'predicted',
    'measured',
    'speed-up (pred.)',
    '(meas.)',
    'FLOPs',
    'weights',
  ];
  return [
    `${pc.bold(result.network)} on ${result.data.name}, target ${result.target}: budget ${result.budget.toPrecision(4)} ${result.cost_unit}, ω = ${result.omega.toFixed(3)}${result.multiple_of > 1 ? ` (multiples of ${result.multiple_of})` : ''}`,
    '',
    table(head, rows),
    '',
    pc.dim(`trained on ${result.trained_on}; measured on ${result.measured_on}`),
  ].join('\n');
}

export function trainCommand(program: Command): void {
  program
    .command('train')
    .description('MorphNet: shrink, expand, retrain towards a FLOPs, size or calibrated-latency target')
    .option('--network <name>', 'zoo network to start from', 'inception-32')
    .option(
      '--data <dir>',
      'train/<class>/*.jpg|png|wav and test/<class>/…, or spoken digits <digit>_<speaker>_<n>.wav (default: generated textured shapes)',
    )
    .addOption(integerOption('--images <n>', 'training images to use', 100))
    .addOption(
      new Option('--target <target>', 'what to save')
        .choices(['latency', 'flops', 'model-size'])
        .default('latency'),
    )
    .requiredOption('--device <device>', 'device.json or datasheet device that latency is predicted on')
    .option('--cost <ratio>', 'cost to reach, as a share of the seed network', parseRatio, 0.5)
    .option(
      '--shrink-share <share>',
      'shrink to this share of that cost; the expansion fills the rest',
      positiveNumber('shrink-share'),
      0.7,
    )
    .addOption(
      integerOption('--epochs <n>', 'of the seed, expanded and width-multiplier networks', 1).default(8),
    )
    .addOption(integerOption('--shrink-epochs <n>', 'at most, of the regularized stage', 1).default(8))
    .addOption(integerOption('--batch <n>', 'images per step', 1).default(64))
    .option(
      '--learning-rate <rate>',
      'peak of the schedule (momentum 0.9)',
      positiveNumber('learning-rate'),
      0.1,
    )
    .option(
      '--strength <s>',
      'initial regularization, in 1 / (cost of the seed network) (default: by the length of the stage)',
      positiveNumber('strength'),
    )
    .addOption(seedOption())
    .addOption(engineOption())
    .addOption(integerOption('--threads <n>', 'CPU threads to train with (default: all)', 1))
    .option('--no-augment', 'train on the images as they are')
    .option('--no-snap', 'expand to round(ω·width) exactly, not to cheap channel counts')
    .option('--out <dir>', 'folder of the results', 'runs/train')
    .option('--json', 'machine-readable output')
    .option('--quiet', 'no progress')
    .action(async (flags: Flags) => {
      const network = openNetwork(flags.network);
      const device = openDevice(flags.device);
      const quiet = flags.quiet === true;
      const data = await openData(flags, quiet);
      // Before an engine starts, which takes a while and may have things to say.
      requireFit(network, data);
      const training = await openTrainingEngine(flags.engine, flags.threads);
      const { engine, threads } = engineOfDevice(device);
      const bar = progressBar('train', quiet);
      const result = await train({
        network,
        data,
        target: flags.target,
        device,
        costRatio: flags.cost,
        shrinkShare: flags.shrinkShare,
        epochs: flags.epochs,
        shrinkEpochs: flags.shrinkEpochs,
        batch: flags.batch,
        learningRate: flags.learningRate,
        ...(flags.strength === undefined ? {} : { strength: flags.strength }),
        seed: flags.seed,
        augment: flags.augment,
        snap: flags.snap,
        training,
        openMeasuringEngine: () => openEngine(engine, { threads }),
        out: flags.out,
        onProgress: bar.update,
      });
      bar.finish();
      if (flags.json === true) printJson(result);
      else print(`${trainSummary(result)}\n${pc.dim('results:')} ${join(flags.out, 'result.json')}`);
    });
}

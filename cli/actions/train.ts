// What `morphline train` does: opens what its flags name, trains, and tells what came of it.
import { join } from 'node:path';
import pc from 'picocolors';
import { type Device, openDevice } from '../../calibration/device-profile.ts';
import {
  type Dataset,
  generateTexturedShapes,
  loadDataFolder,
  subset,
} from '../../experiments/data/index.ts';
import { requireFit } from '../../experiments/train/data-fit.ts';
import { train } from '../../experiments/train/train.ts';
import { type TrainFlags, trainSettings } from '../../experiments/train/train-settings.ts';
import { openTrainingEngine } from '../../profiler/engines/training.ts';
import { openIsolated } from '../../profiler/timing/isolation/isolated-measurer.ts';
import type { Measurer } from '../../profiler/timing/measurer.ts';
import { engineChoice } from '../../records/engine-description.ts';
import { openNetwork } from '../models.ts';
import { print, printJson, progressBar } from '../terminal.ts';
import { trainSummary } from './train-summary.ts';

const GENERATED_TEST_SHARE = 0.25;
const DEFAULT_GENERATED = 4000;

/** The user's images or recordings, or the generated set where no folder is named. */
async function openData({
  data,
  images,
  seed,
  quiet,
}: Pick<TrainFlags, 'data' | 'images' | 'seed' | 'quiet'>): Promise<Dataset> {
  if (data === null) {
    const trainCount = images ?? DEFAULT_GENERATED;
    return generateTexturedShapes({
      trainCount,
      testCount: Math.ceil(GENERATED_TEST_SHARE * trainCount),
      seed,
    });
  }
  const bar = progressBar('data', quiet);
  const loaded = await loadDataFolder(data, {
    onProgress: (done, total) => bar.update({ fraction: done / total, text: `${done} of ${total}` }),
  });
  bar.finish();
  return images === null ? loaded : { ...loaded, train: subset(loaded.train, images, seed) };
}

/** Measures, in child processes, on the engine that a device stands for: its own if it was measured, else the best here. */
function openMeasurerOf(device: Device): Promise<Measurer> {
  if (device.kind === 'datasheet') return openIsolated({ threads: 1 });
  const { engine } = device.profile;
  return openIsolated({ engine: engineChoice(engine), threads: engine.threads });
}

/** Trains with the settings among the flags. */
export async function trainFromFlags(flags: TrainFlags): Promise<void> {
  const network = await openNetwork(flags.network);
  const device = openDevice(flags.device);
  const data = await openData(flags);
  // Before an engine starts, which takes a while and may have things to say.
  requireFit(network, data);
  const training = await openTrainingEngine(flags.engine ?? undefined, flags.threads ?? undefined);
  const bar = progressBar('train', flags.quiet);
  try {
    const result = await train({
      ...trainSettings.pickRecorded(flags),
      network,
      data,
      device,
      training,
      openMeasurer: () => openMeasurerOf(device),
      out: flags.out,
      onProgress: bar.update,
    });
    bar.finish();
    if (flags.json) printJson(result);
    else print(`${trainSummary(result)}\n${pc.dim('results:')} ${join(flags.out, 'result.json')}`);
  } finally {
    await training.close();
  }
}

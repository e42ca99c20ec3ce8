// What `morphline train` does: opens what its flags name, trains, and tells what came of it.
import { join } from 'node:path';
import pc from 'picocolors';
import { openDevice } from '../../calibration/open-device.ts';
import { requireFit } from '../../experiments/train/data-fit.ts';
import { requireFloats } from '../../experiments/train/device-measurer.ts';
import { train } from '../../experiments/train/train.ts';
import { type TrainFlags, trainSettings } from '../../experiments/train/train-settings.ts';
import { openTrainingEngine } from '../../profiler/engines/training.ts';
import { openNetwork } from '../models.ts';
import { print, printJson, progressBar } from '../terminal.ts';
import { openData } from '../training.ts';
import { trainSummary } from './train-summary.ts';

/** Trains with the settings among the flags. */
export async function trainFromFlags(flags: TrainFlags): Promise<void> {
  const network = await openNetwork(flags.network, flags);
  const device = openDevice(flags.device);
  requireFloats(device);
  const data = await openData(network, flags);
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
      out: flags.out,
      tensorboard: flags.tensorboard,
      onProgress: bar.update,
    });
    bar.finish();
    if (flags.json) printJson(result);
    else print(`${trainSummary(result)}\n${pc.dim('results:')} ${join(flags.out, 'result.json')}`);
  } finally {
    await training.close();
  }
}

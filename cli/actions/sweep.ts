// What `morphline sweep` does: opens what its flags name, trains and measures, and tells what came of it.
import { join } from 'node:path';
import pc from 'picocolors';
import { openDevice } from '../../calibration/open-device.ts';
import { subset } from '../../experiments/data/index.ts';
import { parseShard, samplesOf, shardFolder } from '../../experiments/study/shard.ts';
import { estimateSweep } from '../../experiments/sweep/estimate.ts';
import { sweep } from '../../experiments/sweep/sweep.ts';
import type { SweepOptions } from '../../experiments/sweep/sweep-run.ts';
import { type SweepFlags, sweepSettings } from '../../experiments/sweep/sweep-settings.ts';
import { sweepSummary } from '../../experiments/sweep/sweep-summary.ts';
import { requireFit } from '../../experiments/train/data-fit.ts';
import { openMeasurerOf, requireFloats } from '../../experiments/train/device-measurer.ts';
import { imagesPerSecond } from '../../experiments/train/training-rate.ts';
import { openTrainingEngine } from '../../profiler/engines/training.ts';
import { openNetwork } from '../models.ts';
import { clock, print, printJson, progressBar } from '../terminal.ts';
import { openData } from '../training.ts';
import { sweepText } from './sweep-text.ts';

/** Seeds 1 … n, or those of a shard. */
function seedsOf({ seeds, shard }: SweepFlags): { seeds: number[]; folder: string } {
  const part = shard === null ? undefined : parseShard(shard, process.env);
  return {
    seeds: samplesOf(seeds, part).map((index) => index + 1),
    folder: part === undefined ? '' : shardFolder(part),
  };
}

/** Steps of the trial, and how many of them go before the clock starts. */
const TRIAL_STEPS = 10;
const WARM_UPS = 3;

/** Says how long it will take, by a few steps of the seed network. */
async function dryRun(flags: SweepFlags, options: SweepOptions): Promise<void> {
  const { network, data, training, batch, seeds } = options;
  const estimate = estimateSweep(options, seeds.length, data.train.count);
  const images = Math.min(data.train.count, TRIAL_STEPS * batch);
  const perSecond = await imagesPerSecond(
    training.tf,
    network,
    { ...data, train: subset(data.train, images, 1) },
    // Little data has few whole batches: one at least is timed.
    { batch, seed: 1, warmUps: Math.max(0, Math.min(WARM_UPS, Math.floor(images / batch) - 1)) },
  );
  const hours = estimate.seedImages / perSecond / 3600;
  if (flags.json) printJson({ ...estimate, images_per_second: perSecond, hours });
  else {
    print(
      `${estimate.networks} networks of ${seeds.length} seeds: ${estimate.trainings} trainings and ${estimate.paths} shrink paths, worth ${Math.round(estimate.seedImages / 1e3)} thousand images of ${network.name} at ${Math.round(perSecond)} images/s here: about ${pc.bold(clock(3600 * hours))}`,
    );
  }
}

/** Sweeps with the settings among the flags. */
export async function sweepFromFlags(flags: SweepFlags): Promise<void> {
  const network = await openNetwork(flags.network, flags);
  const device = openDevice(flags.device);
  requireFloats(device);
  const datasheetDevice = openDevice(flags.datasheet);
  const { seeds, folder } = seedsOf(flags);
  const data = await openData(network, { ...flags, seed: 1 });
  requireFit(network, data);
  const training = await openTrainingEngine(flags.engine ?? undefined, flags.threads ?? undefined);
  const bar = progressBar('sweep', flags.quiet);
  const out = join(flags.out, folder);
  try {
    const options: SweepOptions = {
      ...sweepSettings.pickRecorded(flags),
      network,
      data,
      device,
      datasheetDevice,
      seeds,
      training,
      openMeasurer: () => openMeasurerOf(device),
      out,
      onProgress: bar.update,
    };
    if (flags.dryRun) return await dryRun(flags, options);
    const rows = await sweep(options);
    bar.finish();
    if (flags.json) printJson(sweepSummary(rows));
    else
      print(
        `${sweepText(network.name, device.name, sweepSummary(rows))}\n${pc.dim('rows:')} ${join(out, 'sweep.csv')}`,
      );
  } finally {
    await training.close();
  }
}

// What commands that train open: the data that their flags name, and what measures on their device.
import type { Device } from '../calibration/device-profile.ts';
import { isOfInt8 } from '../calibration/profiled-network.ts';
import {
  type Dataset,
  fetchSet,
  generateTexturedShapes,
  isKnownSet,
  loadDataFolder,
  paddedData,
  subset,
} from '../experiments/data/index.ts';
import type { TrainFlags } from '../experiments/train/train-settings.ts';
import type { Network } from '../network/network.ts';
import { openIsolated } from '../profiler/timing/isolation/isolated-measurer.ts';
import type { Measurer } from '../profiler/timing/measurer.ts';
import { engineChoice } from '../records/engine-description.ts';
import { UserError } from '../records/user-error.ts';
import { progressBar } from './terminal.ts';

const GENERATED_TEST_SHARE = 0.25;
const DEFAULT_GENERATED = 4000;

/** The folder that `--data` names: the user's, or that of a set which is downloaded. */
async function dataFolder(data: string, cache: string | null, quiet: boolean): Promise<string> {
  if (!isKnownSet(data)) return data;
  const bar = progressBar('download', quiet);
  const mirror = process.env.MORPHLINE_DATA_MIRROR;
  const folder = await fetchSet(data, {
    ...(cache === null ? {} : { cache }),
    ...(mirror === undefined || mirror === '' ? {} : { mirror }),
    onProgress: (done, total) =>
      bar.update({ fraction: done / total, text: `${megabytes(done)} of ${megabytes(total)}` }),
  });
  bar.finish();
  return folder;
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

/** The user's images or recordings, or the generated set where no folder is named; as the network takes them. */
export async function openData(
  network: Network,
  { data, cache, images, seed, quiet }: Pick<TrainFlags, 'data' | 'cache' | 'images' | 'seed' | 'quiet'>,
): Promise<Dataset> {
  if (data === null) {
    const trainCount = images ?? DEFAULT_GENERATED;
    return generateTexturedShapes({
      trainCount,
      testCount: Math.ceil(GENERATED_TEST_SHARE * trainCount),
      seed,
    });
  }
  const folder = await dataFolder(data, cache, quiet);
  const bar = progressBar('data', quiet);
  const loaded = await loadDataFolder(folder, {
    onProgress: (done, total) => bar.update({ fraction: done / total, text: `${done} of ${total}` }),
  });
  bar.finish();
  const chosen = images === null ? loaded : { ...loaded, train: subset(loaded.train, images, seed) };
  const input = network.layers.find((layer) => layer.kind === 'input');
  return input?.kind === 'input' ? paddedData(chosen, input) : chosen;
}

/** @throws UserError for a device whose profile is of 8 bits, in which nothing trains */
export function requireFloats(device: Device): void {
  if (!isOfInt8(device)) return;
  throw new UserError({
    got: `device ${device.name}, whose networks were measured in 8 bits`,
    expected: 'a profile of float32, in which networks train',
    fix: 'calibrate without --int8, and export what was trained with --int8',
  });
}

/** Measures, in child processes, on the engine that a device stands for: its own if it was measured, else the best here. */
export function openMeasurerOf(device: Device): Promise<Measurer> {
  if (device.kind === 'datasheet') return openIsolated({ threads: 1 });
  const { engine } = device.profile;
  return openIsolated({ engine: engineChoice(engine), threads: engine.threads });
}

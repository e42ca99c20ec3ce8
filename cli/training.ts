// What commands that train open: the data that their flags name, and what measures on their device.
import type { Device } from '../calibration/device-profile.ts';
import { type Dataset, generateTexturedShapes, loadDataFolder, subset } from '../experiments/data/index.ts';
import type { TrainFlags } from '../experiments/train/train-settings.ts';
import { openIsolated } from '../profiler/timing/isolation/isolated-measurer.ts';
import type { Measurer } from '../profiler/timing/measurer.ts';
import { engineChoice } from '../records/engine-description.ts';
import { progressBar } from './terminal.ts';

const GENERATED_TEST_SHARE = 0.25;
const DEFAULT_GENERATED = 4000;

/** The user's images or recordings, or the generated set where no folder is named. */
export async function openData({
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
export function openMeasurerOf(device: Device): Promise<Measurer> {
  if (device.kind === 'datasheet') return openIsolated({ threads: 1 });
  const { engine } = device.profile;
  return openIsolated({ engine: engineChoice(engine), threads: engine.threads });
}

// What commands that train open: the data that their flags name.
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

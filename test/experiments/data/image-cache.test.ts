import { readdirSync, readFileSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { loadDataFolder } from '../../../experiments/data/data-folder.ts';
import * as decoding from '../../../experiments/data/decode-images.ts';
import { temporaryDirectory, writeImage, writeImages } from './image-files.ts';

vi.mock(import('../../../experiments/data/decode-images.ts'), { spy: true });
const { decodeImages } = vi.mocked(decoding);

/** A loaded and cached data set, with the count of decoding calls set back to none. */
async function cachedDataset() {
  const directory = temporaryDirectory();
  const cacheDirectory = join(temporaryDirectory(), 'cache');
  await writeImages(directory, ['train/ant/a.png', 'train/bee/b.png', 'test/ant/c.png']);
  const dataset = await loadDataFolder(directory, { cacheDirectory });
  decodeImages.mockClear();
  return { directory, cacheDirectory, dataset };
}

test('a second load takes the images from the cache', async () => {
  const { directory, cacheDirectory, dataset } = await cachedDataset();

  expect(readdirSync(cacheDirectory).sort()).toEqual(['index.json', 'pixels.bin']);
  expect(await loadDataFolder(directory, { cacheDirectory })).toEqual(dataset);
  expect(decodeImages).not.toHaveBeenCalled();
});

test('a file that changed or came, and another size, make the cache stale', async () => {
  const { directory, cacheDirectory } = await cachedDataset();
  const reload = async (size?: readonly [number, number]) => {
    const { train } = await loadDataFolder(directory, { cacheDirectory, ...(size && { size }) });
    expect(decodeImages).toHaveBeenCalled();
    decodeImages.mockClear();
    return train;
  };

  await writeImage(join(directory, 'train/ant/a.png'), [250, 0, 0]);
  expect((await reload()).pixels[0]).toBe(250);
  utimesSync(join(directory, 'test/ant/c.png'), 1, 1);
  await reload();
  await writeImage(join(directory, 'train/ant/new.png'), [1, 2, 3]);
  expect((await reload()).count).toBe(3);
  expect((await reload([2, 2])).height).toBe(2);
});

test.each([
  ['a pixels file cut short', (cache: string) => truncateSync(join(cache, 'pixels.bin'), 100)],
  ['pixels of another set', (cache: string) => flipBits(join(cache, 'pixels.bin'))],
  ['a torn index', (cache: string) => truncateSync(join(cache, 'index.json'), 20)],
  ['an index of another make', (cache: string) => writeFileSync(join(cache, 'index.json'), '{"key": 1}')],
])('%s is ignored and rebuilt', async (_, damage) => {
  const { directory, cacheDirectory, dataset } = await cachedDataset();
  damage(cacheDirectory);

  expect(await loadDataFolder(directory, { cacheDirectory })).toEqual(dataset);
  expect(decodeImages).toHaveBeenCalled();
  decodeImages.mockClear();
  expect(await loadDataFolder(directory, { cacheDirectory })).toEqual(dataset);
  expect(decodeImages).not.toHaveBeenCalled();
});

function flipBits(path: string): void {
  writeFileSync(
    path,
    readFileSync(path).map((byte) => byte ^ 1),
  );
}

test('a cache directory that cannot be written costs a warning, not the data set', async () => {
  const { directory, dataset } = await cachedDataset();
  const occupied = join(temporaryDirectory(), 'file');
  writeFileSync(occupied, '');
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});

  expect(await loadDataFolder(directory, { cacheDirectory: occupied })).toEqual(dataset);
  expect(warn).toHaveBeenCalledWith(expect.stringContaining('not cached'));
  warn.mockRestore();
});

test('the cache lies under XDG_CACHE_HOME by default, apart for each directory and size', async () => {
  const { directory } = await cachedDataset();
  const home = temporaryDirectory();
  vi.stubEnv('XDG_CACHE_HOME', home);
  await loadDataFolder(directory);
  await loadDataFolder(directory, { size: [2, 2] });
  vi.unstubAllEnvs();

  expect(readdirSync(join(home, 'morphline/images'))).toHaveLength(2);
});

import { mkdirSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { loadDataFolder } from '../../../experiments/data/data-folder.ts';
import { UserError } from '../../../records/user-error.ts';
import { temporaryDirectory, writeImage, writeImages } from './image-files.ts';

/** Loads a directory that must be refused and returns the error's line. */
async function refusal(directory: string, size?: readonly [number, number]): Promise<string> {
  const cacheDirectory = temporaryDirectory();
  const error: unknown = await loadDataFolder(directory, { cacheDirectory, ...(size && { size }) }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof UserError)) throw new Error('loaded, or failed otherwise', { cause: error });
  expect(error.message).not.toContain('\n');
  return error.message;
}

test('a missing directory is named', async () => {
  const missing = join(temporaryDirectory(), 'missing');

  expect(await refusal(missing)).toContain(`got ${missing}, which is no directory`);
});

test('a directory without class folders is refused', async () => {
  const directory = temporaryDirectory();
  await writeImages(directory, ['a.png']);

  expect(await refusal(directory)).toContain('without class folders');
});

test('a class in the test set alone is named', async () => {
  const directory = temporaryDirectory();
  await writeImages(directory, ['train/ant/a.png', 'test/ant/b.png', 'test/bee/c.png']);

  expect(await refusal(directory)).toContain('the class bee');
});

test('a training folder of classes without a test folder is refused, with the way to have it split', async () => {
  const directory = temporaryDirectory();
  await writeImages(directory, ['train/ant/a.png', 'train/bee/b.png']);

  expect(await refusal(directory)).toContain(`give ${join(directory, 'train')} to have it split`);
});

test.each(['train/bee', 'test/bee'])('an empty class folder %s is named', async (folder) => {
  const directory = temporaryDirectory();
  await writeImages(directory, ['train/ant/a.png', 'train/bee/b.png', 'test/ant/c.png']);
  const empty = join(directory, folder.replace('train/bee', 'train/fly'));
  mkdirSync(empty, { recursive: true });

  expect(await refusal(directory)).toContain(`no images or recordings in ${empty}`);
});

test('a class of one image cannot be split', async () => {
  const directory = temporaryDirectory();
  await writeImages(directory, ['ant/a.png', 'ant/b.png', 'bee/c.png']);

  expect(await refusal(directory)).toContain('one file of the class bee');
});

test('an image that differs in size is named where no size is given', async () => {
  const directory = temporaryDirectory();
  await writeImages(directory, ['train/ant/a.png', 'test/ant/b.png']);
  const odd = join(directory, 'train/ant/odd.png');
  await writeImage(odd, [1, 2, 3], 5, 6);

  expect(await refusal(directory)).toContain(`${odd} of 5 x 6 pixels; expected 4 x 4`);
});

test.each([
  ['that is no image', (path: string) => writeFileSync(path, 'no image')],
  ['cut short', (path: string) => truncateSync(path, Math.floor(statSync(path).size / 2))],
  ['that links nowhere', (path: string) => relink(path)],
])('a file %s is named', async (_, damage) => {
  const directory = temporaryDirectory();
  await writeImages(directory, ['train/ant/a.jpg', 'test/ant/c.jpg']);
  const bad = join(directory, 'train/ant/b.jpg');
  await sharp({
    create: { width: 64, height: 64, channels: 3, noise: { type: 'gaussian' }, background: '#888' },
  }).toFile(bad);
  damage(bad);

  expect(await refusal(directory, [4, 4])).toContain(`an unreadable image ${bad}`);
});

function relink(path: string): void {
  rmSync(path);
  symlinkSync(`${path}-missing`, path);
}

test('a size that is no size is refused', async () => {
  const directory = temporaryDirectory();
  await writeImages(directory, ['train/ant/a.png', 'test/ant/b.png']);

  expect(await refusal(directory, [0, 4])).toContain('an image size of 0 x 4');
});

test('more pixels than one array holds are refused', async () => {
  const directory = temporaryDirectory();
  await writeImages(directory, ['train/ant/a.png', 'test/ant/b.png']);

  expect(await refusal(directory, [50_000, 50_000])).toContain('at most 4 GiB');
});

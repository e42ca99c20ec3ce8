import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { loadDataFolder } from '../../../experiments/data/data-folder.ts';
import type { ImageSet } from '../../../experiments/data/dataset.ts';
import { temporaryDirectory, writeImage, writeImages } from './image-files.ts';

function load(directory: string, size?: readonly [number, number]) {
  const cacheDirectory = temporaryDirectory();
  return loadDataFolder(directory, { cacheDirectory, ...(size && { size }) });
}

/** The first pixel's red of each image, which JPEG may have moved a little, to the nearest ten. */
function reds(set: ImageSet): number[] {
  const imageBytes = set.height * set.width * 3;
  return Array.from({ length: set.count }, (_, i) => 10 * Math.round((set.pixels[i * imageBytes] ?? 0) / 10));
}

test('train and test folders become two labelled sets, sorted by class and name', async () => {
  const directory = temporaryDirectory();
  await writeImages(directory, [
    'train/cat/b.png',
    'train/cat/a.jpg',
    'train/ant/x.JPEG',
    'test/cat/y.png',
    'test/ant/z.jpg',
  ]);
  const { name, origin, medium, classes, train, test: tested } = await load(directory);

  expect([name, origin, medium]).toEqual([basename(directory), 'class-folders', 'images']);
  expect(classes).toEqual(['ant', 'cat']);
  expect([train.count, train.height, train.width, train.channels]).toEqual([3, 4, 4, 3]);
  expect([...train.labels]).toEqual([0, 1, 1]);
  expect(reds(train)).toEqual([20, 10, 0]);
  expect([...tested.labels]).toEqual([0, 1]);
  expect(reds(tested)).toEqual([40, 30]);
});

test('class folders without train and test are split 5:1 in every class, the same way wherever they lie', async () => {
  const directory = join(temporaryDirectory(), 'here');
  const names = ['ant', 'train'].flatMap((name) => [...Array(12).keys()].map((i) => `${name}/${i}.png`));
  await writeImages(directory, names);
  const first = await load(directory);
  const moved = join(temporaryDirectory(), 'there');
  renameSync(directory, moved);
  const second = await load(moved);

  expect(first.classes).toEqual(['ant', 'train']);
  expect([...first.train.labels]).toEqual([...Array(10).fill(0), ...Array(10).fill(1)]);
  expect([...first.test.labels]).toEqual([0, 0, 1, 1]);
  expect([...reds(first.train), ...reds(first.test)].sort((a, b) => a - b)).toEqual(
    names.map((_, place) => 10 * place),
  );
  expect(second.test.pixels).toEqual(first.test.pixels);
});

test('images of other sizes are scaled and centre-cropped to the given size', async () => {
  const directory = temporaryDirectory();
  await writeImage(join(directory, 'train/ant/a.png'), [10, 20, 30], 9, 5);
  await writeImage(join(directory, 'train/ant/b.png'), [40, 50, 60], 3, 8);
  await writeImage(join(directory, 'test/ant/c.png'), [70, 80, 90], 4, 6);
  const { train, test: tested } = await load(directory, [4, 6]);

  expect([train.height, train.width]).toEqual([4, 6]);
  expect([...train.pixels.subarray(0, 3)]).toEqual([10, 20, 30]);
  expect([...train.pixels.subarray(-3)]).toEqual([40, 50, 60]);
  expect([...tested.pixels.subarray(0, 3)]).toEqual([70, 80, 90]);
});

test('grey, 16-bit, transparent and turned images all become upright 8-bit RGB', async () => {
  const directory = temporaryDirectory();
  const file = (name: string) => join(directory, 'train/ant', name);
  mkdirSync(join(directory, 'train/ant'), { recursive: true });
  await writeImage(join(directory, 'test/ant/a.png'), [0, 0, 0], 2, 3);
  const raw = { width: 3, height: 2, channels: 3 } as const;
  const colour = sharp(Buffer.alloc(18, 120), { raw });
  await colour.clone().toColourspace('b-w').png().toFile(file('1-grey.png'));
  await colour.clone().toColourspace('rgb16').png().toFile(file('2-deep.png'));
  await colour.clone().ensureAlpha(0).png().toFile(file('3-transparent.png'));
  await sharp(Buffer.alloc(18, 120), { raw: { width: 2, height: 3, channels: 3 } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toFile(file('4-turned.jpg'));
  const { train } = await load(directory);

  expect([train.count, train.height, train.width]).toEqual([4, 2, 3]);
  expect([...train.pixels.filter((_, byte) => byte % 18 === 0)]).toEqual([120, 120, 0, 120]);
  expect(train.pixels.subarray(0, 18).every((byte) => byte === 120)).toBe(true);
});

test('hidden files, other files and folders among the images are passed over, links followed', async () => {
  const directory = temporaryDirectory();
  await writeImages(directory, [
    'train/ant/a.png',
    'train/ant/deeper/b.png',
    'test/ant/c.png',
    '.cache/d.png',
  ]);
  writeFileSync(join(directory, 'train/ant/._a.png'), 'not an image');
  writeFileSync(join(directory, 'train/ant/notes.txt'), 'not an image');
  symlinkSync(join(directory, 'train/ant'), join(directory, 'train/bee'));
  const { classes, train } = await load(directory);

  expect(classes).toEqual(['ant', 'bee']);
  expect(reds(train)).toEqual([0, 0]);
});

test('progress counts up to the total over both sets', async () => {
  const directory = temporaryDirectory();
  await writeImages(directory, ['train/ant/a.png', 'train/ant/b.png', 'test/ant/c.png']);
  const calls: number[][] = [];
  await loadDataFolder(directory, {
    cacheDirectory: temporaryDirectory(),
    onProgress: (done, total) => calls.push([done, total]),
  });

  expect(calls).toEqual([[3, 3]]);
});

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { loadDataFolder } from '../../../experiments/data/data-folder.ts';
import * as decoding from '../../../experiments/data/decode-recordings.ts';
import { UserError } from '../../../records/user-error.ts';
import { temporaryDirectory, writeImage } from './image-files.ts';
import { sine, writeWave } from './wave-files.ts';

vi.mock(import('../../../experiments/data/decode-recordings.ts'), { spy: true });
const { decodeRecordings } = vi.mocked(decoding);

function load(directory: string, cacheDirectory = temporaryDirectory()) {
  return loadDataFolder(directory, { cacheDirectory });
}

/** Writes one sine per name, `400 + 200 * its place` Hz. */
function writeWaves(directory: string, names: readonly string[]): void {
  for (const [place, name] of names.entries())
    writeWave(join(directory, name), [sine(400 + 200 * place, 5240)]);
}

/** Loads a directory that must be refused and returns the error's line. */
async function refusal(directory: string): Promise<string> {
  const error: unknown = await load(directory).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof UserError)) throw new Error('loaded, or failed otherwise', { cause: error });
  expect(error.message).not.toContain('\n');
  return error.message;
}

const DIGITS = ['3_ann_0.wav', '3_ann_4.wav', '3_ann_5.wav', '0_bob_12.wav', '0_bob_1.wav', '3_bob_49.wav'];

test.each(['', 'recordings'])('spoken digits in %j: number below 5 tests, digit labels', async (folder) => {
  const directory = temporaryDirectory();
  writeWaves(join(directory, folder), DIGITS);
  const { medium, classes, train, test: tested } = await load(directory);

  expect(medium).toBe('recordings');
  expect(classes).toEqual(['0', '3']);
  expect([train.count, train.height, train.width, train.channels]).toEqual([3, 64, 40, 1]);
  expect(train.pixels).toHaveLength(3 * 64 * 40);
  expect([...train.labels]).toEqual([0, 1, 1]);
  expect([tested.count, tested.height, tested.width, tested.channels]).toEqual([3, 64, 40, 1]);
  expect([...tested.labels]).toEqual([0, 1, 1]);
  // Higher sines further right: 0_bob_12 before 3_ann_5 and 3_bob_49, as the names are sorted.
  const peaks = [0, 1, 2].map((index) => {
    const frame = [...train.pixels.subarray(index * 2560 + 1280, index * 2560 + 1320)];
    return frame.indexOf(Math.max(...frame));
  });
  expect((peaks[0] ?? 0) > (peaks[1] ?? 0)).toBe(true);
  expect((peaks[2] ?? 0) > (peaks[0] ?? 0)).toBe(true);
});

test('class folders of recordings are read like those of images', async () => {
  const directory = temporaryDirectory();
  writeWaves(directory, ['train/no/a.wav', 'train/yes/a.WAV', 'train/yes/b.wav', 'test/no/c.wav']);
  const { medium, classes, train, test: tested } = await load(directory);

  expect([medium, classes]).toEqual(['recordings', ['no', 'yes']]);
  expect([...train.labels]).toEqual([0, 1, 1]);
  expect([tested.count, tested.height, tested.width, tested.channels]).toEqual([1, 64, 40, 1]);
});

test('a second load takes the spectrograms from the cache, until a file changes', async () => {
  const directory = temporaryDirectory();
  const cacheDirectory = temporaryDirectory();
  writeWaves(directory, DIGITS);
  const dataset = await load(directory, cacheDirectory);
  decodeRecordings.mockClear();

  expect(await load(directory, cacheDirectory)).toEqual(dataset);
  expect(decodeRecordings).not.toHaveBeenCalled();
  writeWaves(directory, ['3_ann_7.wav']);
  expect((await load(directory, cacheDirectory)).train.count).toBe(4);
});

test('progress counts recordings up to the total', async () => {
  const directory = temporaryDirectory();
  writeWaves(directory, DIGITS);
  const calls: number[][] = [];
  await loadDataFolder(directory, {
    cacheDirectory: temporaryDirectory(),
    onProgress: (done, total) => calls.push([done, total]),
  });

  expect(calls).toEqual([[6, 6]]);
});

test('a recording of another name among spoken digits is named', async () => {
  const directory = temporaryDirectory();
  writeWaves(directory, [...DIGITS, 'three_ann_0.wav']);

  expect(await refusal(directory)).toContain(`got ${join(directory, 'three_ann_0.wav')} among spoken digits`);
});

test.each([
  ['3_ann_5.wav', '3_bob_49.wav', 'no training recordings of the digit 3'],
  ['3_ann_0.wav', '3_ann_4.wav', 'no test recordings of the digit 3'],
])('a digit without %s and %s is refused', async (first, second, line) => {
  const directory = temporaryDirectory();
  writeWaves(directory, DIGITS);
  for (const name of [first, second]) rmSync(join(directory, name));

  expect(await refusal(directory)).toContain(line);
});

test('a corrupt recording is named', async () => {
  const directory = temporaryDirectory();
  writeWaves(directory, DIGITS);
  writeFileSync(join(directory, '3_ann_5.wav'), 'no sound');

  expect(await refusal(directory)).toContain(`an unreadable recording ${join(directory, '3_ann_5.wav')}`);
});

test('images and recordings together are refused, one of each named', async () => {
  const directory = temporaryDirectory();
  writeWaves(directory, ['train/no/a.wav', 'test/no/b.wav']);
  await writeImage(join(directory, 'train/no/c.png'), [1, 2, 3]);

  expect(await refusal(directory)).toContain(
    `got both images (${join(directory, 'train/no/c.png')}) and recordings (${join(directory, 'train/no/a.wav')})`,
  );
});

test('an image size for recordings is refused', async () => {
  const directory = temporaryDirectory();
  writeWaves(directory, DIGITS);

  await expect(
    loadDataFolder(directory, { cacheDirectory: temporaryDirectory(), size: [64, 40] }),
  ).rejects.toThrow('for recordings; expected none');
});

test('a folder of neither is told of both', async () => {
  const line = await refusal(temporaryDirectory());

  expect(line).toContain('.jpg, .jpeg or .png images or .wav recordings');
  expect(line).toContain('<digit>_<speaker>_<number>.wav');
});

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadDataFolder } from '../../../experiments/data/data-folder.ts';
import { temporaryDirectory } from './image-files.ts';

const ARCHIVE = join(import.meta.dirname, '../../../../shared/data/spoken-digits-wav.tar.gz');

test.skipIf(!existsSync(ARCHIVE))(
  `the Free Spoken Digit Dataset (${ARCHIVE}) has its official split`,
  async () => {
    const directory = temporaryDirectory();
    execFileSync('tar', ['xzf', ARCHIVE, '-C', directory]);
    const {
      classes,
      train,
      test: tested,
    } = await loadDataFolder(join(directory, 'spoken-digits'), {
      cacheDirectory: temporaryDirectory(),
    });

    expect(classes).toEqual([...'0123456789']);
    expect([train.count, tested.count]).toEqual([2700, 300]);
    for (const [set, perClass] of [
      [train, 270],
      [tested, 30],
    ] as const) {
      const counts = classes.map((_, label) => set.labels.filter((each) => each === label).length);
      expect(counts).toEqual(Array(10).fill(perClass));
    }
    // Speech: neither silent nor clipped, louder low in the spectrum than at its top.
    const bandSums = new Float64Array(40);
    let highest = 0;
    train.pixels.forEach((byte, i) => {
      bandSums[i % 40] = (bandSums[i % 40] ?? 0) + byte;
      if (byte > highest) highest = byte;
    });
    expect(Math.max(...bandSums.subarray(0, 15))).toBeGreaterThan(1.2 * Math.max(...bandSums.subarray(30)));
    expect(highest).toBeGreaterThan(200);
    expect(highest).toBeLessThan(255);
  },
);

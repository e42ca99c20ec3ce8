// Fuzzed: images, recordings, data sets in binary files, archives and checkpoints.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import sharp from 'sharp';
import wavefile from 'wavefile';
import { readCifarFolder } from '../../experiments/data/cifar-binary.ts';
import { decodeImages, readImageSize } from '../../experiments/data/decode-images.ts';
import { readIdxFolder } from '../../experiments/data/idx-files.ts';
import { filesOfTarGz } from '../../experiments/data/unpack-tar.ts';
import { readWaveFile } from '../../experiments/data/wave-file.ts';
import { readCheckpoint, writeCheckpoint } from '../../experiments/train/checkpoint.ts';
import { mutatedBytes } from './mutations.ts';
import { type AnyTarget, target } from './target.ts';

export async function images(_root: string, folder: string): Promise<AnyTarget> {
  const create = { width: 12, height: 9, channels: 3, background: { r: 200, g: 10, b: 30 } } as const;
  const picture = () => sharp({ create });
  const seeds = [await picture().png().toBuffer(), await picture().jpeg().toBuffer()];
  const path = join(folder, 'image.png');
  return target({
    name: 'image',
    inputs: mutatedBytes(seeds),
    async read(bytes) {
      writeFileSync(path, bytes);
      const size = await readImageSize(path);
      const pixels = await decodeImages([path], size, false, () => undefined);
      if (pixels.length !== 3 * size[0] * size[1]) throw new Error(`${pixels.length} bytes of ${size}`);
    },
  });
}

const RATE_HZ = 8000;

export function recordings(_root: string, folder: string): AnyTarget {
  const samples = Float64Array.from({ length: 400 }, (_, i) => 0.4 * Math.sin(i / 5));
  const seeds = ['8', '16', '24', '32f', '64'].flatMap((depth) =>
    [1, 2].map((channels) => {
      const wave = new wavefile.WaveFile();
      const isFloat = depth === '32f' || depth === '64';
      const scale = isFloat ? 1 : depth === '8' ? 100 : 2 ** (Number(depth) - 2);
      const own = Array.from(samples, (sample) =>
        isFloat ? sample : Math.round(scale * sample) + (depth === '8' ? 128 : 0),
      );
      wave.fromScratch(channels, 2 * RATE_HZ, depth, channels === 1 ? own : [own, own]);
      return Buffer.from(wave.toBuffer());
    }),
  );
  const path = join(folder, 'recording.wav');
  return target({
    name: 'wav',
    inputs: mutatedBytes(seeds),
    async read(bytes) {
      writeFileSync(path, bytes);
      for (const sample of await readWaveFile(path, RATE_HZ))
        if (!(Math.abs(sample) <= 1e6)) throw new Error(`a sample of ${sample} is accepted`);
    },
  });
}

/** An IDX file of unsigned bytes. */
function idxFile(sizes: readonly number[]): Buffer {
  const header = Buffer.from([0, 0, 8, sizes.length]);
  const own = sizes.map((size) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(size);
    return bytes;
  });
  const count = sizes.reduce((product, size) => product * size, 1);
  return Buffer.concat([header, ...own, Buffer.alloc(count, 3)]);
}

const IDX_FILES = [
  ['train-images-idx3-ubyte', idxFile([6, 5, 4])],
  ['train-labels-idx1-ubyte', idxFile([6])],
  ['t10k-images-idx3-ubyte', idxFile([3, 5, 4])],
  ['t10k-labels-idx1-ubyte', idxFile([3])],
] as const;

/** A file of a set, by its place, with what is in it instead. */
interface ChangedPart {
  readonly file: number;
  readonly bytes: Buffer;
}

export function idxFolders(_root: string, folder: string): AnyTarget {
  const inputs: fc.Arbitrary<ChangedPart> = fc
    .nat(IDX_FILES.length - 1)
    .chain((file) =>
      mutatedBytes([(IDX_FILES[file] as (typeof IDX_FILES)[number])[1]]).map((bytes) => ({ file, bytes })),
    );
  return target({
    name: 'idx',
    inputs,
    read({ file, bytes }) {
      for (const [index, [name, whole]] of IDX_FILES.entries())
        writeFileSync(join(folder, name), index === file ? bytes : whole);
      const data = readIdxFolder(folder);
      if (data === undefined) throw new Error('the files are not found');
      for (const { pixels, labels, count, height, width } of [data.train, data.test])
        if (pixels.length !== count * height * width || labels.length !== count)
          throw new Error(`${pixels.length} bytes for ${count} images of ${height} × ${width}`);
    },
  });
}

const CIFAR_RECORD = 3073;

export function cifarFolders(_root: string, folder: string): AnyTarget {
  const whole = Buffer.alloc(2 * CIFAR_RECORD, 4);
  for (const batch of [1, 2, 3, 4, 5]) writeFileSync(join(folder, `data_batch_${batch}.bin`), whole);
  return target({
    name: 'cifar',
    inputs: mutatedBytes([whole]),
    read(bytes) {
      writeFileSync(join(folder, 'test_batch.bin'), bytes);
      const data = readCifarFolder(folder);
      if (data === undefined) throw new Error('the files are not found');
      for (const label of data.test.labels)
        if (!(label >= 0 && label < data.classes.length)) throw new Error(`label ${label} is accepted`);
    },
  });
}

/** A header and a block of a tar archive. */
function tarEntry(name: string, size: string, kind = '0'): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0, 'latin1');
  header.write(size, 124, 'latin1');
  header.write(kind, 156, 'latin1');
  return Buffer.concat([header, Buffer.alloc(512, 7)]);
}

export function archives(_root: string, folder: string): AnyTarget {
  const tar = Buffer.concat([
    tarEntry('a/test_batch.bin', '00000000777'),
    tarEntry('../../b.bin', '00000000010'),
    Buffer.alloc(1024),
  ]);
  const inputs = fc.boolean().chain((isPacked) =>
    // Either the archive is broken, or what is in it.
    mutatedBytes([isPacked ? gzipSync(tar) : tar]).map((bytes) => ({ bytes, isPacked })),
  );
  const path = join(folder, 'archive.tar.gz');
  return target({
    name: 'tar',
    inputs,
    read({ bytes, isPacked }) {
      writeFileSync(path, isPacked ? bytes : gzipSync(bytes));
      for (const [name, content] of filesOfTarGz(path, () => true))
        if (/[/\\]/.test(name) || content.length > 1e6) throw new Error(`${name} of ${content.length} bytes`);
    },
  });
}

export function checkpoints(_root: string, folder: string): AnyTarget {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'seed.checkpoint');
  const tensors = new Map([
    ['a/kernel', Float32Array.from({ length: 50 }, (_, i) => i)],
    ['b/bias', Float32Array.of(1)],
  ]);
  writeCheckpoint(path, { state: { epoch: 1, finished: false, testAccuracy: 0.5, extra: null }, tensors });
  const whole = readFileSync(path);
  return target({
    name: 'checkpoint',
    inputs: mutatedBytes([whole]),
    read(bytes) {
      writeFileSync(path, bytes);
      const found = readCheckpoint(path);
      if (!bytes.equals(whole) && found !== null) throw new Error('a changed checkpoint is accepted');
    },
  });
}

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { fetchSet, isKnownSet, loadDataFolder, paddedData } from '../../../experiments/data/index.ts';
import { KNOWN_SETS, type KnownSet, type SetFile } from '../../../experiments/data/known-sets.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { dataServer } from './data-server.ts';

const server = dataServer();
const root = temporaryFolder();
const newFolder = () => mkdtempSync(join(root, 'cache-'));

/** Puts a file on the server, and describes it. */
function served(name: string, bytes: Uint8Array): SetFile {
  server.files.set(name, bytes);
  return { name, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

const bytesOf = (count: number, seed = 1) =>
  Uint8Array.from({ length: count }, (_, i) => (i * 31 + seed) % 251);

/** One file `a.bin` of 100,000 bytes. */
function setOfOne(sources: readonly string[] = [server.url]): Record<string, KnownSet> {
  return { one: { sources, files: [served('a.bin', bytesOf(100_000))] } };
}

/** Ends the answer under way when what came of it has long been written. */
const cutSoon = () => void setTimeout(() => server.cut(), 300);

async function messageOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => new Error('no error'),
    (reason: unknown) => reason as Error,
  );
  expect(error).toHaveProperty('name', 'UserError');
  return error.message;
}

describe('a download', () => {
  test('is there whole, once, with its progress told', async () => {
    const cache = newFolder();
    const seen: number[] = [];
    const options = { cache, sets: setOfOne(), onProgress: (done: number) => void seen.push(done) };
    const folder = await fetchSet('one', options);
    expect(folder).toBe(join(cache, 'one'));
    expect(new Uint8Array(readFileSync(join(folder, 'a.bin')))).toEqual(bytesOf(100_000));
    expect(readdirSync(folder)).toEqual(['a.bin']);
    expect(seen.at(-1)).toBe(100_000);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    await fetchSet('one', options);
    expect(server.requests).toEqual(['all']);
  });

  test('that is cut goes on where it was', async () => {
    const cache = newFolder();
    const sets = setOfOne();
    server.cutAfter = 30_000;
    expect(await messageOf(fetchSet('one', { cache, sets, onProgress: cutSoon }))).toMatch(
      /^got http:\S+a\.bin: .+; expected a network, for the first use of the data; put a\.bin into .*one, or name a folder/,
    );
    expect(readdirSync(join(cache, 'one'))).toEqual([`a.bin.${process.pid}.part`]);
    await fetchSet('one', { cache, sets });
    expect(server.requests).toHaveLength(2);
    expect(server.requests[1]).toMatch(/^bytes=[1-9]\d*-$/);
    expect(new Uint8Array(readFileSync(join(cache, 'one/a.bin')))).toEqual(bytesOf(100_000));
  });

  test('begins anew on a server that sends all', async () => {
    const cache = newFolder();
    const sets = setOfOne();
    server.ranges = false;
    server.cutAfter = 30_000;
    await messageOf(fetchSet('one', { cache, sets, onProgress: cutSoon }));
    await fetchSet('one', { cache, sets });
    expect(new Uint8Array(readFileSync(join(cache, 'one/a.bin')))).toEqual(bytesOf(100_000));
  });

  test('takes over the part of a process that was killed, and leaves that of one that runs', async () => {
    const cache = newFolder();
    mkdirSync(join(cache, 'one'));
    const running = `a.bin.${process.ppid}.part`;
    writeFileSync(join(cache, 'one', running), bytesOf(10));
    // Beyond the largest process id that Linux gives.
    writeFileSync(join(cache, 'one', 'a.bin.99999999.part'), bytesOf(40_000));
    await fetchSet('one', { cache, sets: setOfOne() });
    expect(server.requests).toEqual(['bytes=40000-']);
    expect(readdirSync(join(cache, 'one')).sort()).toEqual(['a.bin', running].sort());
    expect(new Uint8Array(readFileSync(join(cache, 'one/a.bin')))).toEqual(bytesOf(100_000));
  });

  test('of another file is refused and removed', async () => {
    const cache = newFolder();
    const sets = setOfOne();
    server.files.set('a.bin', bytesOf(100_000, 2));
    expect(await messageOf(fetchSet('one', { cache, sets }))).toMatch(
      /a\.bin with SHA-256 [0-9a-f]{16}…; expected the file of SHA-256 [0-9a-f]{16}…; put a\.bin into/,
    );
    expect(readdirSync(join(cache, 'one'))).toEqual([]);
  });

  test.each<[string, number, RegExp]>([
    ['longer', 100_001, /it sends more than 100000 bytes/],
    ['shorter', 99_999, /it ends after 99999 of 100000 bytes/],
  ])('that is %s than it should be is none', async (_, length, reason) => {
    const sets = setOfOne();
    server.files.set('a.bin', bytesOf(length));
    expect(await messageOf(fetchSet('one', { cache: newFolder(), sets }))).toMatch(reason);
  });

  test('comes from the next source where the first does not have it', async () => {
    const cache = newFolder();
    const sets = setOfOne([`${server.url}none/`, server.url]);
    await fetchSet('one', { cache, sets });
    expect(existsSync(join(cache, 'one/a.bin'))).toBe(true);
  });

  test.each<[string, (url: string) => string, RegExp]>([
    ['a server without it', (url) => `${url}none/`, /a\.bin: it answers 404 Not Found; expected a network/],
    ['no server', () => 'http://127.0.0.1:9/', /a\.bin: .+; expected a network/],
    ['no such host', () => 'http://nowhere.invalid/', /a\.bin: .+; expected a network/],
  ])('says what is wrong with %s', async (_, mirror, message) => {
    const options = { cache: newFolder(), sets: setOfOne(), mirror: mirror(server.url) };
    expect(await messageOf(fetchSet('one', options))).toMatch(message);
  });
});

/** A tar archive of files, as tar writes it. */
function tarOf(files: readonly [name: string, bytes: Uint8Array][]): Buffer {
  const blocks = files.flatMap(([name, bytes]) => {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('0', 156);
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/** Six batches of one record each, whose label and pixels are its number. */
const BATCHES = [1, 2, 3, 4, 5]
  .map((n) => `data_batch_${n}.bin`)
  .concat('test_batch.bin')
  .map((name, n): [string, Uint8Array] => [`cifar-10-batches-bin/${name}`, new Uint8Array(3073).fill(n)]);

describe('the sets that have names', () => {
  test('are served over https, and known by their sums', () => {
    expect(Object.keys(KNOWN_SETS)).toEqual(['cifar-10', 'mnist', 'fashion-mnist']);
    for (const { sources, files } of Object.values(KNOWN_SETS)) {
      for (const source of sources) expect(source).toMatch(/^https:\/\/.*\/$/);
      for (const { sha256 } of files) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    }
    expect(isKnownSet('cifar-10')).toBe(true);
    expect(isKnownSet('cifar')).toBe(false);
    expect(isKnownSet('toString')).toBe(false);
  });

  test('CIFAR-10 is unpacked, whatever else is in its archive', async () => {
    const cache = newFolder();
    const odd: [string, Uint8Array] = ['../../outside.bin', bytesOf(3)];
    const archive = gzipSync(tarOf([odd, ...BATCHES]));
    const sets = {
      'cifar-10': { sources: [server.url], files: [served('cifar-10-binary.tar.gz', archive)] },
    };
    // What an unpacking that was killed left.
    mkdirSync(join(cache, 'cifar-10/unpacked.99999999.tmp'), { recursive: true });
    const folder = await fetchSet('cifar-10', { cache, sets });
    expect(readdirSync(folder)).toEqual(['cifar-10-batches-bin']);
    expect(existsSync(join(cache, '..', 'outside.bin'))).toBe(false);
    const data = await loadDataFolder(folder);
    expect(data.name).toBe('cifar-10');
    expect([...data.train.labels]).toEqual([0, 1, 2, 3, 4]);
    expect([...data.test.labels]).toEqual([5]);
    expect(data.train).toMatchObject({ count: 5, height: 32, width: 32, channels: 3 });
    expect(await fetchSet('cifar-10', { cache, sets })).toBe(folder);
    expect(server.requests).toHaveLength(1);
  });

  test.each<[string, () => Uint8Array, RegExp]>([
    ['no gzip', () => bytesOf(2000), /which does not unpack \(incorrect header check\)/],
    [
      'another one',
      () => gzipSync(tarOf(BATCHES.slice(1))),
      /cifar-10-binary\.tar\.gz without data_batch_1\.bin; expected CIFAR-10's binary version; remove it/,
    ],
    ['a torn one', () => gzipSync(tarOf(BATCHES).subarray(0, 2000)), /which ends within a file/],
  ])('an archive that is %s is told', async (_, archive, message) => {
    const files = [served('cifar-10-binary.tar.gz', archive())];
    const sets = { 'cifar-10': { sources: [server.url], files } };
    expect(await messageOf(fetchSet('cifar-10', { cache: newFolder(), sets }))).toMatch(message);
  });

  test('MNIST is grey, and in the middle of three channels for a network of those', async () => {
    const idx = (sizes: number[], values: Uint8Array) => {
      const header = Buffer.alloc(4 + 4 * sizes.length);
      header.writeUInt32BE(0x800 + sizes.length);
      sizes.forEach((size, i) => void header.writeUInt32BE(size, 4 + 4 * i));
      return gzipSync(Buffer.concat([header, values]));
    };
    const files = [
      served(
        'train-images-idx3-ubyte.gz',
        idx([2, 2, 3], Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)),
      ),
      served('train-labels-idx1-ubyte.gz', idx([2], Uint8Array.of(0, 1))),
      served('t10k-images-idx3-ubyte.gz', idx([1, 2, 3], new Uint8Array(6))),
      served('t10k-labels-idx1-ubyte.gz', idx([1], Uint8Array.of(1))),
    ];
    const sets = { mnist: { sources: [server.url], files } };
    const data = await loadDataFolder(await fetchSet('mnist', { cache: newFolder(), sets }));
    expect(data.train).toMatchObject({ count: 2, height: 2, width: 3, channels: 1 });
    const { train, test: tested } = paddedData(data, { height: 4, width: 5, channels: 3 });
    expect(train).toMatchObject({ count: 2, height: 4, width: 5, channels: 3 });
    expect(tested).toMatchObject({ count: 1, height: 4, width: 5, channels: 3 });
    const second = Array.from({ length: 20 }, (_, pixel) =>
      train.pixels.subarray(60 + 3 * pixel, 63 + 3 * pixel),
    );
    expect(second.map(([red, green, blue]) => (red === green && green === blue ? red : Number.NaN))).toEqual([
      0, 0, 0, 0, 0, 0, 7, 8, 9, 0, 0, 10, 11, 12, 0, 0, 0, 0, 0, 0,
    ]);
    // For a grey network, or a smaller one, it is as it is.
    expect(paddedData(data, { height: 4, width: 5, channels: 1 })).toBe(data);
    expect(paddedData(data, { height: 1, width: 5, channels: 3 })).toBe(data);
  });
});

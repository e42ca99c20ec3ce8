import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import wavefile from 'wavefile';
import { readWaveFile } from '../../../experiments/data/wave-file.ts';
import { UserError } from '../../../records/user-error.ts';
import { temporaryDirectory } from './image-files.ts';
import { sine, writeWave } from './wave-files.ts';

const temporaryFile = () => join(temporaryDirectory(), 'a.wav');

function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (b[i] ?? 0))), 0);
}

function rms(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}

test('samples come back between -1 and 1', async () => {
  const path = temporaryFile();
  const waveform = sine(440, 1000);
  writeWave(path, [waveform]);

  expect(largestDifference(await readWaveFile(path, 8000), waveform)).toBeLessThan(1e-4);
});

test.each(['8', '24', '32', '32f', '64', '8a', '8m'])('bit depth %s is read', async (bitDepth) => {
  const path = temporaryFile();
  const waveform = sine(440, 1000);
  writeWave(path, [waveform]);
  const wave = new wavefile.WaveFile(readFileSync(path));
  if (bitDepth === '8a') wave.toALaw();
  else if (bitDepth === '8m') wave.toMuLaw();
  else wave.toBitDepth(bitDepth);
  writeFileSync(path, wave.toBuffer());

  expect(largestDifference(await readWaveFile(path, 8000), waveform)).toBeLessThan(0.02);
});

test('channels are averaged', async () => {
  const path = temporaryFile();
  writeWave(path, [Float32Array.of(0.5, 0.25, 0), Float32Array.of(0, 0.25, -0.5)]);

  expect(largestDifference(await readWaveFile(path, 8000), Float32Array.of(0.25, 0.25, -0.25))).toBeLessThan(
    1e-4,
  );
});

test.each([16_000, 44_100])('%d Hz become 8 kHz: what fits is kept, what does not is gone', async (rate) => {
  const kept = temporaryFile();
  const gone = temporaryFile();
  writeWave(kept, [sine(1000, rate, rate)], rate);
  writeWave(gone, [sine(5000, rate, rate)], rate);
  const middle = async (path: string) => {
    const samples = await readWaveFile(path, 8000);
    expect(samples).toHaveLength(8000);
    return samples.subarray(1000, 7000);
  };

  expect(rms(await middle(kept))).toBeCloseTo(0.5 / Math.SQRT2, 2);
  expect(rms(await middle(gone))).toBeLessThan(1e-3);
});

describe('one line names a file', () => {
  async function refusal(path: string): Promise<string> {
    const error: unknown = await readWaveFile(path, 8000).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!(error instanceof UserError)) throw new Error('read, or failed otherwise', { cause: error });
    expect(error.message).not.toContain('\n');
    return error.message;
  }

  test.each<[string, (path: string) => void, string]>([
    ['that is no WAV file', (path) => writeFileSync(path, 'no sound'), 'Not a supported format'],
    ['that is empty', (path) => truncateSync(path, 0), ''],
    ['cut in its header', (path) => truncateSync(path, 30), ''],
    ['cut in its samples', (path) => truncateSync(path, 1000), '956 of 2000 bytes of samples'],
    ['compressed with ADPCM', compress, 'ADPCM compression'],
    ['without samples', (path) => writeWave(path, [new Float32Array(0)]), 'no samples'],
  ])('%s', async (_, damage, reason) => {
    const path = temporaryFile();
    writeWave(path, [sine(440, 1000)]);
    damage(path);

    const message = await refusal(path);
    expect(message).toContain(`an unreadable recording ${path}`);
    expect(message).toContain(reason);
    expect(message).toContain(
      'expected WAV files, of PCM samples or in A-law or mu-law; replace or remove the file',
    );
  });

  function compress(path: string): void {
    const wave = new wavefile.WaveFile(readFileSync(path));
    wave.toIMAADPCM();
    writeFileSync(path, wave.toBuffer());
  }

  test('that is missing', async () => {
    expect(await refusal('/nowhere/a.wav')).toContain('an unreadable recording /nowhere/a.wav (ENOENT');
  });

  test('of too low a rate', async () => {
    const path = temporaryFile();
    writeWave(path, [sine(440, 1000, 4000)], 4000);

    expect(await refusal(path)).toBe(
      `got ${path}, recorded at 4000 Hz; expected at least 8000 Hz; replace or remove the file`,
    );
  });
});

test.each([
  [0x55, 16, '0x0055'],
  [0x50, 16, '0x0050'],
  [0xff, 8, '0x00ff'],
  [0x02, 4, '0x0002'],
])(
  'what a container holds that is no PCM is refused, whatever depth it names: %s at %i bits',
  async (format, bits, name) => {
    const path = temporaryFile();
    writeWave(path, [sine(440, 1000)]);
    const bytes = readFileSync(path);
    bytes.writeUInt16LE(format, 20);
    bytes.writeUInt16LE(bits, 34);
    writeFileSync(path, bytes);
    await expect(readWaveFile(path, 8000)).rejects.toThrow(
      `got an unreadable recording ${path} (format ${name}); expected WAV files, of PCM samples`,
    );
  },
);

/** The file as an extensible one of that tag: 16 bytes of format as they are, 24 more with the tag first in a GUID. */
function extensible(plain: Buffer, tag: number): Buffer {
  const extension = Buffer.alloc(24);
  extension.writeUInt16LE(22, 0);
  extension.writeUInt16LE(plain.readUInt16LE(34), 2);
  extension.writeUInt16LE(tag, 8);
  Buffer.from('000000001000800000aa00389b71', 'hex').copy(extension, 10);
  const data = plain.indexOf('data');
  const bytes = Buffer.concat([plain.subarray(0, 36), extension, plain.subarray(data)]);
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.writeUInt32LE(40, 16);
  bytes.writeUInt16LE(0xfffe, 20);
  return bytes;
}

test.each([
  ['PCM', 1, '16'],
  ['float', 3, '32f'],
  ['A-law', 6, '8a'],
])('an extensible format is told by its own tag: %s', async (_, tag, bitDepth) => {
  const path = temporaryFile();
  const waveform = sine(440, 1000);
  writeWave(path, [waveform]);
  const wave = new wavefile.WaveFile(readFileSync(path));
  if (bitDepth === '8a') wave.toALaw();
  else wave.toBitDepth(bitDepth);
  writeFileSync(path, extensible(Buffer.from(wave.toBuffer()), tag));
  expect(largestDifference(await readWaveFile(path, 8000), waveform)).toBeLessThan(0.02);
  writeFileSync(path, extensible(Buffer.from(wave.toBuffer()), 0x55));
  await expect(readWaveFile(path, 8000)).rejects.toThrow('(format 0x0055)');
});

test.each<[string, (bytes: Buffer) => void, string]>([
  ['65,535 channels', (bytes) => bytes.writeUInt16LE(65_535, 22), '65535 channels'],
  ['no channel', (bytes) => bytes.writeUInt16LE(0, 22), '0 channels'],
  ['a rate of 4 GHz', (bytes) => bytes.writeUInt32LE(4_000_000_000, 24), '4000000000 samples a second'],
])('what nobody records is refused: %s', async (_, change, reason) => {
  const path = temporaryFile();
  writeWave(path, [sine(440, 1000)]);
  const bytes = readFileSync(path);
  change(bytes);
  writeFileSync(path, bytes);
  await expect(readWaveFile(path, 8000)).rejects.toThrow(`got an unreadable recording ${path} (${reason})`);
});

test.each([
  [Number.NaN, 'NaN'],
  [Number.POSITIVE_INFINITY, 'Infinity'],
  [-(2 ** 100), '-1.2676506002282294e+30'],
])('a sample of %s is refused', async (sample, shown) => {
  for (const rate of [8000, 16_000]) {
    const path = temporaryFile();
    const wave = new wavefile.WaveFile();
    wave.fromScratch(1, rate, '32f', [0.1, 0.2, sample, 0.1]);
    writeFileSync(path, wave.toBuffer());
    const error: unknown = await readWaveFile(path, 8000).then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(String(error)).toMatch(/an unreadable recording .* \(a sample of /);
    if (rate === 8000) expect(String(error)).toContain(shown);
  }
});

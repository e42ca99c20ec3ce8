import { expect, test } from 'vitest';
import { LOG_MEL_FLOOR, logMel } from '../../../experiments/data/log-mel.ts';
import { randomStream } from '../../../experiments/data/seeded-random.ts';
import { LOG_MEL_PER_BYTE, spectrogram } from '../../../experiments/data/spectrogram.ts';
import { sine } from './wave-files.ts';

/** Rows of a spectrogram that are not silent from end to end. */
function soundingFrames(bytes: Uint8Array): number[] {
  return [...Array(64).keys()].filter((frame) =>
    bytes.subarray(frame * 40, (frame + 1) * 40).some((byte) => byte > 0),
  );
}

test('a spectrogram is log-mel to the nearest 0.05', () => {
  const waveform = sine(700, 5240).map((sample, i) => (sample * i) / 5240);
  const bytes = spectrogram(waveform);

  expect(bytes).toHaveLength(64 * 40);
  logMel(waveform).forEach((value, i) => {
    const restored = LOG_MEL_FLOOR + LOG_MEL_PER_BYTE * (bytes[i] ?? 0);
    expect(Math.abs(restored - value)).toBeLessThanOrEqual(LOG_MEL_PER_BYTE / 2 + 1e-4);
  });
});

test('silence is 0, and so is no sound at all', () => {
  expect(spectrogram(new Float32Array(3000)).every((byte) => byte === 0)).toBe(true);
  expect(spectrogram(new Float32Array(0)).every((byte) => byte === 0)).toBe(true);
});

test('a short sound lies in the middle, silence around it', () => {
  const frames = soundingFrames(spectrogram(sine(1000, 800)));
  // Samples 2220 to 3019; a frame spans samples 80 k to 80 k + 199.
  expect(frames).toEqual([...Array(frames.length).keys()].map((i) => 26 + i));
  expect(frames.at(-1)).toBe(37);
});

test('of a long sound the middle is kept', () => {
  const long = new Float32Array(9000);
  long.set(sine(1000, 5240), 1880);
  long.fill(0.9, 0, 1880);

  expect(spectrogram(long)).toEqual(spectrogram(sine(1000, 5240)));
});

test('the loudest sounds stay below the last byte', () => {
  const random = randomStream(1);
  const noise = Float32Array.from({ length: 5240 }, () => ((random.next() & 1) === 0 ? -1 : 1));
  const highest = (waveform: Float32Array) => Math.max(...spectrogram(waveform));

  expect(highest(noise)).toBeLessThan(255);
  for (const hz of [80, 1000, 3400]) {
    const square = sine(hz, 5240).map(Math.sign);
    expect(highest(square)).toBeGreaterThan(200);
    expect(highest(square)).toBeLessThan(255);
  }
});

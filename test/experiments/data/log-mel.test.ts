import { expect, test } from 'vitest';
import { LOG_MEL_FLOOR, logMel, MEL_BANDS } from '../../../experiments/data/log-mel.ts';
import { sine } from './wave-files.ts';

const BANDS = 40;

function frameOf(spectrogram: Float32Array, frame: number): number[] {
  return [...spectrogram.subarray(frame * BANDS, (frame + 1) * BANDS)];
}

test.each([
  [0, 0],
  [199, 0],
  [200, 1],
  [279, 1],
  [280, 2],
  [5240, 64],
  [8000, 98],
])('%d samples make %d frames of 40 bands', (samples, frames) => {
  expect(logMel(new Float32Array(samples))).toHaveLength(frames * BANDS);
});

test('silence is the floor, log 0.001', () => {
  expect(LOG_MEL_FLOOR).toBeCloseTo(-6.9078, 4);
  expect(new Set(logMel(new Float32Array(1000)))).toEqual(new Set([Math.fround(LOG_MEL_FLOOR)]));
});

test.each([110, 250, 440, 700, 1000, 1234, 1800, 2500, 3100, 3600])(
  'a sine of %d Hz peaks in the band that contains it, in every frame',
  (hz) => {
    const spectrogram = logMel(sine(hz, 2000));
    for (let frame = 0; frame < 23; frame++) {
      const levels = frameOf(spectrogram, frame);
      const peak = levels.indexOf(Math.max(...levels));
      expect(MEL_BANDS[peak - 1]?.centreHz ?? 60).toBeLessThan(hz);
      expect(MEL_BANDS[peak + 1]?.centreHz ?? 3800).toBeGreaterThan(hz);
    }
  },
);

test('a sine at the centre of a bin and of full strength in a band has the level worked out by hand', () => {
  // A Hann window of 200 sums to 100, so an amplitude of 0.5 gives the bin at 1000 Hz (32 · 31.25) a magnitude of 25.
  const levels = frameOf(logMel(sine(1000, 200)), 0);
  const magnitudes = levels.map((level) => Math.exp(level) - 0.001);
  // Bins 256/200 = 1.28 of the window's own bins apart: the transform of Hann at offset d is
  // sinc(d) / (1 - d²), relative to its middle.
  const hann = (d: number) => (d === 0 ? 1 : Math.sin(Math.PI * d) / (Math.PI * d * (1 - d * d)));
  const expected = MEL_BANDS.map(({ firstBin, weights }) =>
    weights.reduce(
      (sum, weight, i) => sum + weight * 25 * Math.abs(hann(((firstBin + i - 32) * 200) / 256)),
      0,
    ),
  );
  const peak = magnitudes.indexOf(Math.max(...magnitudes));
  for (const band of [peak - 1, peak, peak + 1]) {
    expect((magnitudes[band] ?? 0) / (expected[band] ?? 1)).toBeCloseTo(1, 2);
  }
});

test('ten times the amplitude adds log 10 well above the floor', () => {
  const loud = sine(1000, 200);
  const quiet = loud.map((sample) => sample / 10);
  const peakOf = (waveform: Float32Array) => Math.max(...logMel(waveform));

  expect(peakOf(loud) - peakOf(quiet)).toBeCloseTo(Math.log(10), 2);
});

// Log-mel spectrograms of telephone speech, as audio classifiers take them.
import FFT from 'fft.js';
import { SPOKEN_DIGITS_MEL_BANDS } from '../../network/zoo/spoken-digits-input.ts';
import { melFilters } from './mel-filters.ts';

// The front end of S. Hershey et al., "CNN Architectures for Large-Scale Audio Classification" (arXiv 1609.09430,
// section 3.1): magnitudes over 25 ms windows every 10 ms, summed in mel bands, an offset added, the logarithm taken.
// Bands and offset are fitted to telephone speech.

export const SAMPLE_RATE_HZ = 8000;
/** 25 ms. */
export const WINDOW_SAMPLES = 200;
/** 10 ms. */
export const HOP_SAMPLES = 80;

const FFT_SAMPLES = 256;
const LOW_HZ = 60;
const HIGH_HZ = 3800;
/** Keeps the logarithm of silence finite; about the noise of 16-bit samples in a band. */
const LOG_OFFSET = 0.001;

/** What silence comes to, and nothing lies below. */
export const LOG_MEL_FLOOR = Math.log(LOG_OFFSET);

/** Periodic. */
const HANN = Float32Array.from(
  { length: WINDOW_SAMPLES },
  (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / WINDOW_SAMPLES),
);

/** The bands of a frame, from low to high. */
export const MEL_BANDS = melFilters(SPOKEN_DIGITS_MEL_BANDS, LOW_HZ, HIGH_HZ, SAMPLE_RATE_HZ / FFT_SAMPLES);

/**
 * The log-mel spectrogram of a waveform: log(magnitude in the band + 0.001), natural logarithm.
 *
 * @param waveform samples at 8 kHz, from -1 to 1
 * @returns `[frames, 40]` values, one frame for every 80 samples that begin a whole window of 200
 */
export function logMel(waveform: Float32Array): Float32Array {
  const frames = Math.max(0, 1 + Math.floor((waveform.length - WINDOW_SAMPLES) / HOP_SAMPLES));
  const spectrogram = new Float32Array(frames * MEL_BANDS.length);
  const fft = new FFT(FFT_SAMPLES);
  const windowed = new Float32Array(FFT_SAMPLES);
  const spectrum: number[] = fft.createComplexArray();
  for (let frame = 0; frame < frames; frame++) {
    for (let i = 0; i < WINDOW_SAMPLES; i++) {
      windowed[i] = (HANN[i] ?? 0) * (waveform[frame * HOP_SAMPLES + i] ?? 0);
    }
    fft.realTransform(spectrum, windowed);
    MEL_BANDS.forEach(({ firstBin, weights }, band) => {
      let magnitude = 0;
      weights.forEach((weight, i) => {
        const bin = 2 * (firstBin + i);
        const [real = 0, imaginary = 0] = [spectrum[bin], spectrum[bin + 1]];
        magnitude += weight * Math.sqrt(real * real + imaginary * imaginary);
      });
      spectrogram[frame * MEL_BANDS.length + band] = Math.log(magnitude + LOG_OFFSET);
    });
  }
  return spectrogram;
}

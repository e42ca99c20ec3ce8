// The middle of a recording as a picture: a byte for each frame and mel band.
import { SPOKEN_DIGITS_FRAMES, SPOKEN_DIGITS_MEL_BANDS } from '../../network/zoo/spoken-digits-input.ts';
import { HOP_SAMPLES, LOG_MEL_FLOOR, logMel, WINDOW_SAMPLES } from './log-mel.ts';

/** Frames and bands: the height and width of a spectrogram as an image of one channel. */
export const SPECTROGRAM_SIZE = [SPOKEN_DIGITS_FRAMES, SPOKEN_DIGITS_MEL_BANDS] as const;

/** What the frames span: 0.655 s. */
const SPAN_SAMPLES = (SPOKEN_DIGITS_FRAMES - 1) * HOP_SAMPLES + WINDOW_SAMPLES;

/**
 * Log-mel per level of a byte, 0.43 dB. Byte 0 is silence; byte 255 is log 344, above anything that samples from -1 to
 * 1 can reach: by Parseval's theorem a frame's squared magnitudes sum to at most 128 · 75, which leaves the widest band
 * less than log 205.
 */
export const LOG_MEL_PER_BYTE = 0.05;

/**
 * The middle 0.655 s of a waveform, silence around a shorter one, as an image: 64 frames down, 40 mel bands across.
 *
 * @param waveform samples at 8 kHz, from -1 to 1
 * @returns `[64, 40]` bytes of log-mel, in steps of 0.05 above that of silence
 */
export function spectrogram(waveform: Float32Array): Uint8Array {
  // Clamped: writes round and stay within 0 to 255.
  const bytes = new Uint8ClampedArray(SPOKEN_DIGITS_FRAMES * SPOKEN_DIGITS_MEL_BANDS);
  logMel(middle(waveform)).forEach((value, i) => {
    bytes[i] = (value - LOG_MEL_FLOOR) / LOG_MEL_PER_BYTE;
  });
  return new Uint8Array(bytes.buffer);
}

function middle(waveform: Float32Array): Float32Array {
  const spare = Math.floor((SPAN_SAMPLES - waveform.length) / 2);
  if (spare < 0) return waveform.subarray(-spare, -spare + SPAN_SAMPLES);
  const padded = new Float32Array(SPAN_SAMPLES);
  padded.set(waveform, spare);
  return padded;
}

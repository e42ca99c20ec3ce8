// WAV files as the spectrograms that networks for recordings take.
import { SAMPLE_RATE_HZ } from './log-mel.ts';
import { SPECTROGRAM_SIZE, spectrogram } from './spectrogram.ts';
import { readWaveFile } from './wave-file.ts';

/**
 * Turns WAV files into spectrograms.
 *
 * @param onDecoded called after each recording
 * @returns `[paths.length, 64, 40, 1]` bytes
 * @throws UserError when a file is no whole, readable WAV file, or its sample rate too low
 */
export async function decodeRecordings(paths: readonly string[], onDecoded: () => void): Promise<Uint8Array> {
  const [frames, bands] = SPECTROGRAM_SIZE;
  const pixels = new Uint8Array(paths.length * frames * bands);
  for (const [index, path] of paths.entries()) {
    pixels.set(spectrogram(await readWaveFile(path, SAMPLE_RATE_HZ)), index * frames * bands);
    onDecoded();
  }
  return pixels;
}

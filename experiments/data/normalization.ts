// Bytes as floats of mean 0 and standard deviation 1 over a set, channel by channel.
import type { ImageSet } from './dataset.ts';

/** Mean and standard deviation per channel of pixel / 255. */
export interface Normalization {
  readonly mean: readonly number[];
  readonly standardDeviation: readonly number[];
}

/** Statistics over every pixel of a set. A channel that never varies gets a standard deviation of 1. */
export function normalization({ pixels, channels }: ImageSet): Normalization {
  const statistics = Array.from({ length: channels }, (_, channel) =>
    channelStatistics(pixels, channel, channels),
  );
  return {
    mean: statistics.map(({ mean }) => mean),
    standardDeviation: statistics.map(({ standardDeviation }) => standardDeviation),
  };
}

function channelStatistics(pixels: Uint8Array, channel: number, channels: number) {
  // Sums of bytes and of their squares stay exact: they are whole numbers below 2^53.
  let sum = 0;
  let squares = 0;
  for (let i = channel; i < pixels.length; i += channels) {
    const byte = pixels[i] ?? 0;
    sum += byte;
    squares += byte * byte;
  }
  const count = pixels.length / channels;
  const variance = squares / count - (sum / count) ** 2;
  return { mean: sum / count / 255, standardDeviation: variance > 1e-9 ? Math.sqrt(variance) / 255 : 1 };
}

/** The normalized value of byte b in channel c, at `256 c + b`. */
export function normalizedLevels({ mean, standardDeviation }: Normalization): Float32Array {
  const levels = new Float32Array(mean.length * 256);
  mean.forEach((centre, channel) => {
    const deviation = standardDeviation[channel] ?? 1;
    for (let byte = 0; byte < 256; byte++) levels[256 * channel + byte] = (byte / 255 - centre) / deviation;
  });
  return levels;
}

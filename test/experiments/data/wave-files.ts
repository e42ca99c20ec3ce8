import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import wavefile from 'wavefile';

/** A sine of amplitude 0.5. */
export function sine(hz: number, samples: number, sampleRateHz = 8000): Float32Array {
  return Float32Array.from(
    { length: samples },
    (_, i) => 0.5 * Math.sin((2 * Math.PI * hz * i) / sampleRateHz),
  );
}

/** Writes a WAV file of 16-bit samples, one waveform per channel, and makes its folder. */
export function writeWave(path: string, channels: readonly Float32Array[], sampleRateHz = 8000): void {
  mkdirSync(dirname(path), { recursive: true });
  const wave = new wavefile.WaveFile();
  const samples = channels.map((channel) =>
    Int16Array.from(channel, (sample) => Math.round(sample * 32_767)),
  );
  wave.fromScratch(channels.length, sampleRateHz, '16', samples);
  writeFileSync(path, wave.toBuffer());
}

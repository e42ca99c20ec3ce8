// Reading WAV files of any kind as one channel at one sample rate.
import wavefile from 'wavefile';
import { readBytes } from '../../records/read-bytes.ts';
import { UserError } from '../../records/user-error.ts';

/**
 * Reads a WAV file of any bit depth as one channel at a sample rate: channels are averaged, higher rates brought down
 * behind a low-pass filter.
 *
 * @returns samples from -1 to 1
 * @throws UserError when the file is no whole, readable WAV file, or of a lower rate
 */
export async function readWaveFile(path: string, sampleRateHz: number): Promise<Float32Array> {
  const { wave, recordedHz } = openWaveFile(path);
  if (recordedHz < sampleRateHz) {
    throw new UserError({
      got: `${path}, recorded at ${recordedHz} Hz`,
      expected: `at least ${sampleRateHz} Hz`,
      fix: 'replace or remove the file',
    });
  }
  try {
    decompress(wave);
    // Flat to 0.1 dB up to 3.7 of 4 kHz, and 95 dB down above 4.5 kHz.
    if (recordedHz !== sampleRateHz) wave.toSampleRate(sampleRateHz, { method: 'sinc', LPFType: 'IIR' });
    return oneChannel(wave.getSamples(true), (wave.fmt as WaveFormat).numChannels, fullScale(wave.bitDepth));
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Of the library's untyped chunks, the fields used here. */
interface WaveFormat {
  readonly audioFormat: number;
  readonly numChannels: number;
  readonly sampleRate: number;
  /** Of an extensible format, whose own is in the first two bytes. */
  readonly subformat: readonly number[];
}

/** Format tags of what is read (mmreg.h): PCM, IEEE float, A-law, mu-law; ADPCM has a message of its own. */
const PCM = 0x0001;
const FORMATS: ReadonlySet<number> = new Set([PCM, 0x0003, 0x0006, 0x0007, 0x0011]);
const EXTENSIBLE = 0xfffe;
const RIFF_HEADER_BYTES = 12;
/** An hour of one channel at 8 kHz and 16 bits. */
const MOST_BYTES = 2 ** 26;
/** Beyond any microphone, and any that somebody records at. */
const MOST_CHANNELS = 64;
const MOST_HZ = 768_000;
/** Of full scale; floating-point samples may be a little beyond it. */
const LOUDEST = 1000;

function formatOf({ audioFormat, subformat }: WaveFormat): number {
  return audioFormat === EXTENSIBLE ? (subformat[0] ?? 0) & 0xffff : audioFormat;
}

/**
 * A file parsed by its own format: the library takes every extensible one for PCM, and what else the container holds
 * (MP3, say) for whatever its bit depth would be.
 */
function parsed(bytes: Buffer): wavefile.WaveFile {
  const wave = new wavefile.WaveFile(bytes);
  const fmt = wave.fmt as WaveFormat;
  const format = formatOf(fmt);
  if (!FORMATS.has(format)) throw new Error(`format 0x${format.toString(16).padStart(4, '0')}`);
  if (fmt.audioFormat !== EXTENSIBLE || format === PCM) return wave;
  const plain = Buffer.from(bytes);
  // Its chunk's name and size stand before the tag.
  plain.writeUInt16LE(format, plain.indexOf('fmt ', RIFF_HEADER_BYTES) + 8);
  return new wavefile.WaveFile(plain);
}

/** Resampling takes memory by the rate, and averaging time by the channels. */
function requirePossible({ numChannels, sampleRate }: WaveFormat): void {
  if (!(numChannels >= 1 && numChannels <= MOST_CHANNELS)) throw new Error(`${numChannels} channels`);
  if (!(sampleRate >= 1 && sampleRate <= MOST_HZ)) throw new Error(`${sampleRate} samples a second`);
}

function openWaveFile(path: string): { wave: wavefile.WaveFile; recordedHz: number } {
  try {
    const wave = parsed(readBytes(path, MOST_BYTES));
    requirePossible(wave.fmt as WaveFormat);
    const { chunkSize, samples } = wave.data as { chunkSize: number; samples: Uint8Array };
    if (samples.length < chunkSize) throw new Error(`${samples.length} of ${chunkSize} bytes of samples`);
    if (chunkSize === 0) throw new Error('no samples');
    return { wave, recordedHz: (wave.fmt as WaveFormat).sampleRate };
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Makes compressed and unsigned samples signed integers of 16 bits. */
function decompress(wave: wavefile.WaveFile): void {
  // The library decodes its own (wavefile 11.0.0), but not faithfully.
  if (wave.bitDepth === '4') throw new Error('ADPCM compression');
  if (wave.bitDepth === '8a') wave.fromALaw();
  else if (wave.bitDepth === '8m') wave.fromMuLaw();
  else if (wave.bitDepth === '8') wave.toBitDepth('16');
}

/** What stands for 1 in samples of a bit depth. */
function fullScale(bitDepth: string): number {
  return bitDepth === '32f' || bitDepth === '64' ? 1 : 2 ** (Number(bitDepth) - 1);
}

function oneChannel(interleaved: Float64Array, channels: number, scale: number): Float32Array {
  return Float32Array.from({ length: interleaved.length / channels }, (_, i) => {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += interleaved[i * channels + channel] ?? 0;
    const sample = sum / (channels * scale);
    if (!(Math.abs(sample) <= LOUDEST)) throw new Error(`a sample of ${sample}`);
    return sample;
  });
}

function unreadable(path: string, error: unknown): UserError {
  const [reason = 'unknown reason'] = String(error instanceof Error ? error.message : error).split('\n');
  return new UserError({
    got: `an unreadable recording ${path} (${reason})`,
    expected: 'WAV files, of PCM samples or in A-law or mu-law',
    fix: 'replace or remove the file',
  });
}

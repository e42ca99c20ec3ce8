// Opens a network and its weights from a file of either format, ONNX or tfjs.
import { basename, dirname, join, normalize } from 'node:path';
import { UserError } from '../records/user-error.ts';
import { type ByteSource, FileBytes } from './byte-source.ts';
import { foreignModel } from './foreign-models.ts';
import type { Network } from './network.ts';
import type { ImageSizes } from './onnx/image-sizes.ts';
import { type OnnxReading, readOnnx } from './onnx/read.ts';
import { openLayersModelFile, readLayersModelFile } from './tfjs/read-layers-model-file.ts';
import type { Weights } from './weights.ts';

const ENDINGS = /\.(onnx|json)$/i;

/** Whether a name is that of a model file, of whatever framework, rather than of a network in the zoo. */
export function isModelFile(name: string): boolean {
  return ENDINGS.test(name) || foreignModel(name) !== undefined;
}

function bytesOf(path: string, fix: string): ByteSource {
  try {
    return new FileBytes(path);
  } catch (error) {
    throw new UserError({
      got: `${path}: ${error instanceof Error ? error.message : error}`,
      expected: 'a file that can be read',
      fix,
    });
  }
}

function readOnnxFile(path: string, sizes: ImageSizes): OnnxReading {
  const opened = new Map<string, ByteSource>();
  const external = (location: string): ByteSource => {
    const known = opened.get(location);
    if (known !== undefined) return known;
    const within = normalize(location);
    if (within.startsWith('..') || within.startsWith('/')) {
      throw new UserError({
        got: `${path} with weights in '${location}'`,
        expected: 'a file in the folder of the model',
        fix: 'save the model as one file',
      });
    }
    const fix = `put ${location}, which has weights of ${basename(path)}, beside it`;
    const bytes = bytesOf(join(dirname(path), within), fix);
    opened.set(location, bytes);
    return bytes;
  };
  const name = basename(path).replace(ENDINGS, '');
  return readOnnx(bytesOf(path, 'correct the path'), name, { label: path, external, ...sizes });
}

/** Sizes are given for ONNX files alone. */
function refuseSizes(path: string, { image, dims }: ImageSizes): void {
  if (image === undefined && dims === undefined) return;
  throw new UserError({
    got: `${image === undefined ? '--dim' : '--image'} for ${path}`,
    expected: 'an .onnx file that leaves sizes open',
    fix: 'leave the flag out',
  });
}

/** A network from a file, with its weights if the file has any. */
export interface OpenedModel {
  readonly network: Network;
  readonly weights?: Weights;
  /** Examples per inference, where the file fixes it. */
  readonly batch?: number | null;
  /** What of the file is not costed and measured as it has it, a line each. */
  readonly notes?: readonly string[];
}

function checkEnding(path: string): void {
  const foreign = foreignModel(path);
  if (foreign !== undefined) throw foreign;
  if (ENDINGS.test(path)) return;
  throw new UserError({
    got: `model file ${path}`,
    expected: 'a name that ends in .onnx, or in .json for a layers model of tfjs',
    fix: 'convert the model to one of them',
  });
}

/**
 * Reads a network and its weights from a file: ONNX (`.onnx`), or a layers model of tfjs (`model.json`).
 * @throws UserError for a file that is missing, broken or of another kind, and as the readers of both say
 */
export function readModelFile(path: string): { network: Network; weights: Weights } {
  checkEnding(path);
  return /\.onnx$/i.test(path) ? readOnnxFile(path, {}) : readLayersModelFile(path);
}

/**
 * As {@link readModelFile}, but a layers model may be an architecture without weights.
 * @param sizes that an ONNX file leaves open
 * @throws UserError as that
 */
export function openModelFile(path: string, sizes: ImageSizes = {}): OpenedModel {
  checkEnding(path);
  if (/\.onnx$/i.test(path)) return readOnnxFile(path, sizes);
  refuseSizes(path, sizes);
  return openLayersModelFile(path);
}

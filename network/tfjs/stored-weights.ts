// Weights in the files that a model.json lists, read when they are asked for.
import { existsSync } from 'node:fs';
import { isAbsolute, join, normalize, sep } from 'node:path';
import { z } from 'zod';
import { type FileAdvice, parsedJson } from '../../records/json-text.ts';
import { UserError } from '../../records/user-error.ts';
import { type ByteSource, FileBytes, JoinedBytes } from '../byte-source.ts';
import { halfToFloat } from '../half-float.ts';
import type { LazyValues } from '../onnx/lazy-weights.ts';

/** A weight in a file, whose values are read when they are asked for. */
export interface StoredWeight extends LazyValues {
  readonly name: string;
  readonly shape: readonly number[];
}

const quantization = z.discriminatedUnion('dtype', [
  z.object({ dtype: z.enum(['uint8', 'uint16']), scale: z.number(), min: z.number() }),
  z.object({ dtype: z.literal('float16') }),
]);
const weightSpec = z.object({
  name: z.string(),
  shape: z.array(z.int().nonnegative()),
  dtype: z.string(),
  quantization: quantization.optional(),
  group: z.string().optional(),
});
type WeightSpec = z.infer<typeof weightSpec>;

/** A tfjs weights manifest: each group's weights lie one after the other in its files. */
export const weightsManifest = z.array(
  z.object({ paths: z.array(z.string()).min(1), weights: z.array(weightSpec) }),
);
const manifestFile = z.object({ weightsManifest });

/** Whether a model.json lists weights at all: one of the architecture alone is good for predicting. */
export function listsWeights(file: unknown): boolean {
  const { data } = z.object({ weightsManifest: z.unknown() }).safeParse(file);
  const manifest = data?.weightsManifest;
  return manifest !== undefined && manifest !== null && !(Array.isArray(manifest) && manifest.length === 0);
}

/** What Keras 3 keeps among the weights though it is none: states of random generators and of the optimizer. */
const STATES = /(^|\/)(seed_generator(_\d+)?|optimizer)\/vars\//;

const BYTES: Readonly<Record<string, number>> = {
  float32: 4,
  int32: 4,
  uint32: 4,
  float16: 2,
  uint16: 2,
  uint8: 1,
  bool: 1,
};

function sizeOf({ shape }: WeightSpec): number {
  return shape.reduce((product, size) => product * size, 1);
}

function bytesOf(spec: WeightSpec): number {
  const dtype = spec.quantization?.dtype ?? spec.dtype;
  const bytes = BYTES[dtype];
  if (bytes !== undefined) return bytes * sizeOf(spec);
  throw unsupportedType(spec);
}

function unsupportedType({ name, dtype }: WeightSpec): UserError {
  return new UserError({
    got: `weight ${name} of type ${dtype}`,
    expected: 'float32, as it is or quantized to float16, uint16 or uint8',
    fix: 'save the model with float32 weights',
  });
}

function decoded(spec: WeightSpec, data: Uint8Array): Float32Array {
  // A copy, since typed arrays must begin at a multiple of their element's size.
  const bytes = Uint8Array.from(data).buffer;
  const { quantization: stored } = spec;
  switch (stored?.dtype) {
    case undefined:
      return new Float32Array(bytes);
    case 'float16':
      return Float32Array.from(new Uint16Array(bytes), halfToFloat);
    case 'uint16':
    case 'uint8': {
      const levels = stored.dtype === 'uint8' ? new Uint8Array(bytes) : new Uint16Array(bytes);
      return Float32Array.from(levels, (level) => level * stored.scale + stored.min);
    }
    default:
      return stored satisfies never;
  }
}

/** A model brings its weights with it: another's file is none of its business. */
function withinFolder(path: string): string {
  const within = normalize(path);
  if (!isAbsolute(within) && within.split(sep)[0] !== '..') return within;
  throw new UserError({
    got: `a model.json with weights in '${path}'`,
    expected: 'files in its own folder',
    fix: 'put the weights beside model.json, and name them so in its weightsManifest',
  });
}

function fileBytes(path: string): FileBytes {
  try {
    return new FileBytes(path);
  } catch (error) {
    throw new UserError({
      got: `${path}: ${error instanceof Error ? error.message : error}`,
      expected: 'a file of weights that can be read',
      fix: 'copy all files of the model into one folder again',
    });
  }
}

/** The bytes of a group's files, one after the other. */
function groupBytes(folder: string, paths: readonly string[], expectedBytes: number): ByteSource {
  const files = paths.map((path) => join(folder, withinFolder(path)));
  const expected = `${expectedBytes} bytes of weights`;
  const fix = 'copy all files of the model into one folder again';
  const missing = files.find((file) => !existsSync(file));
  if (missing !== undefined) throw new UserError({ got: `no file ${missing}`, expected, fix });
  const bytes = new JoinedBytes(files.map(fileBytes));
  if (bytes.length === expectedBytes) return bytes;
  throw new UserError({ got: `${files.join(', ')} of ${bytes.length} bytes`, expected, fix });
}

/**
 * Weights that a model.json lists, of the optimizer none.
 * @param folder where its weight files are
 * @param label the model.json as messages name it
 * @throws UserError for a broken list, a missing or truncated file (with both numbers of bytes), or a weight of a type
 * that is not read (with its name)
 */
export function readStoredWeights(
  file: unknown,
  folder: string,
  advice: FileAdvice,
  label: string,
): StoredWeight[] {
  const groups = parsedJson(file, manifestFile, advice, label).weightsManifest;
  return groups.flatMap(({ paths, weights }) => {
    const sizes = weights.map(bytesOf);
    const bytes = groupBytes(
      folder,
      paths,
      sizes.reduce((sum, size) => sum + size, 0),
    );
    let at = 0;
    return weights.flatMap((spec, index) => {
      const from = at;
      at += sizes[index] as number;
      if (spec.group === 'optimizer' || STATES.test(spec.name)) return [];
      if (spec.dtype !== 'float32') throw unsupportedType(spec);
      const to = at;
      const make = () => decoded(spec, bytes.subarray(from, to));
      return [{ name: spec.name, shape: spec.shape, length: sizeOf(spec), make }];
    });
  });
}

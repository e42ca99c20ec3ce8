// Which files a model consists of: itself, and those beside it that hold its weights.
import { statSync } from 'node:fs';
import { dirname, isAbsolute, join, normalize } from 'node:path';
import { z } from 'zod';
import { parsedJson } from '../records/json-text.ts';
import { type ByteSource, FileBytes } from './byte-source.ts';
import { decodeModel } from './onnx/model.ts';
import { OWN_FILE } from './onnx/slim-model.ts';

const manifest = z.object({ weightsManifest: z.array(z.object({ paths: z.array(z.string()) })).nullish() });

function namedFiles(path: string, source: ByteSource): string[] {
  if (/\.onnx$/i.test(path)) {
    return decodeModel(source, path).initializers.flatMap(({ externalData }) =>
      externalData.filter(({ key }) => key === 'location').map(({ value }) => value),
    );
  }
  const advice = { expected: 'the model.json of a layers model', fix: 'save the model again' };
  const text = Buffer.from(source.subarray(0, source.length)).toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Whoever opens it says what is wrong with it.
    return [];
  }
  return (parsedJson(value, manifest, advice, path).weightsManifest ?? []).flatMap(({ paths }) => paths);
}

/**
 * Files beside a model file that hold its weights, from its folder, each once.
 * @param source bytes of the model file
 * @throws UserError for a broken file
 */
export function weightFiles(path: string, source: ByteSource): string[] {
  const names = namedFiles(path, source).filter((name) => name !== OWN_FILE && name !== '');
  const isWithin = (name: string) => !isAbsolute(name) && !normalize(name).startsWith('..');
  return [...new Set(names)].filter(isWithin);
}

/** Bytes of a model file and of those that hold its weights. @throws UserError for a broken file */
export function modelFileBytes(path: string): number {
  const source = new FileBytes(path);
  const others = weightFiles(path, source).map((name) => statSync(join(dirname(path), name)).size);
  return others.reduce((sum, size) => sum + size, source.length);
}

// The files that `--widths` names: one structure each, one per line, or a folder of them.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readJsonFile } from '../records/json-file.ts';
import { type FileAdvice, jsonOf } from '../records/json-text.ts';
import { readText } from '../records/read-bytes.ts';
import { UserError } from '../records/user-error.ts';

/** Widths by layer name as a file has them, not checked yet. */
export interface Structure {
  /** The file, and its line where it has several. */
  readonly label: string;
  readonly value: unknown;
}

const ADVICE: FileAdvice = {
  expected:
    'a JSON file { "layer name": width, … }, a .jsonl with one of them per line, or a folder of such files',
  fix: 'correct the path or the file',
};

function linesOf(path: string): Structure[] {
  const lines = readText(path).split('\n');
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    const label = `${path}:${index + 1}`;
    try {
      return [{ label, value: jsonOf(line) }];
    } catch (error) {
      throw new UserError({
        got: `--widths ${label}: ${error instanceof Error ? error.message : error}`,
        ...ADVICE,
      });
    }
  });
}

function ofPath(path: string): Structure[] {
  if (/\.jsonl$/i.test(path)) return linesOf(path);
  return [{ label: path, value: readJsonFile(path, ADVICE, `--widths ${path}`) }];
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    throw new UserError({
      got: `--widths ${path}: ${error instanceof Error ? error.message : error}`,
      ...ADVICE,
    });
  }
}

/** Whether one path holds several structures. */
export function holdsMany(path: string): boolean {
  return /\.jsonl$/i.test(path) || isFolder(path);
}

/**
 * The structures of files: `.json` has one, `.jsonl` one per line, a folder those of its files in the order of their
 * names.
 * @throws UserError for what is missing or no JSON, with its line, and where there is nothing
 */
export function readStructures(paths: readonly string[]): Structure[] {
  const structures = paths.flatMap((path) => {
    if (!isFolder(path)) return ofPath(path);
    const names = readdirSync(path).filter((name) => /\.jsonl?$/i.test(name));
    return names
      .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
      .flatMap((name) => ofPath(join(path, name)));
  });
  if (structures.length > 0) return structures;
  throw new UserError({ got: `--widths ${paths.join(', ')} with no structure in it`, ...ADVICE });
}

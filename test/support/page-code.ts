import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import * as morphline from '../../index.ts';

const ROOT = join(import.meta.dirname, '../..');

/** A fenced block of a page. */
export interface PageBlock {
  /** What stands behind the fence: `ts`, `bash`, or nothing. */
  readonly language: string;
  readonly code: string;
  /** Of its first line, from 1. */
  readonly line: number;
}

/** The fenced blocks of a page. */
export function pageBlocks(page: string): PageBlock[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)].map(({ 1: language, 2: code, index }) => ({
    language: language as string,
    code: code as string,
    line: text.slice(0, index).split('\n').length + 1,
  }));
}

/** The code blocks of a page that are TypeScript. */
export function codeBlocks(page: string): string[] {
  return pageBlocks(page)
    .filter(({ language }) => language === 'ts')
    .map(({ code }) => code);
}

/** Runs code as it stands, its imports taken from here; returns what it declares under `result`. */
export async function runCode(
  code: string,
  result: string,
  given: Record<string, unknown> = {},
): Promise<unknown> {
  const modules: Record<string, unknown> = { '@tensorflow/tfjs': tf, morphline };
  const body = code
    .replace(/import \* as (\w+) from '([^']+)';/g, "const $1 = modules['$2'];")
    .replace(/import (\{[^}]+\}) from '([^']+)';/g, "const $1 = modules['$2'];");
  const AsyncFunction = runCode.constructor as new (
    ...args: string[]
  ) => (...args: unknown[]) => Promise<unknown>;
  const names = ['modules', ...Object.keys(given)];
  return new AsyncFunction(...names, `${body}\nreturn ${result};`)(modules, ...Object.values(given));
}

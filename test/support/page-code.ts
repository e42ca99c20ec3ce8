import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import * as morphline from '../../index.ts';

/** The code blocks of a page that are TypeScript. */
export function codeBlocks(page: string): string[] {
  const text = readFileSync(join(import.meta.dirname, '../..', page), 'utf8');
  return [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code as string);
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

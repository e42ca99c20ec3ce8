import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { docPages } from '../../scripts/doc-pages.ts';
import { remedies, userMessages } from '../../scripts/pages/user-messages.ts';

const ROOT = join(import.meta.dirname, '../..');

describe('the pages that are made of the sources', () => {
  const pages = docPages(ROOT);

  test.each(pages.map(({ path, text }) => [path, text]))('%s is what they say', (path, text) => {
    // Made again by: npm run -s doc-pages
    expect(text).toBe(readFileSync(join(ROOT, path as string), 'utf8'));
  });

  test('troubleshooting has messages of every layer of the suite, with their advice', () => {
    const [page] = pages;
    for (const words of [
      // A message as it stands; one of a helper's caller; one whose advice is spread; one through a callback.
      '| `filter-cost without --device` | at least one device | add --device p100, or --device device.json |',
      'as study.json beside it says',
      'the run.json of a morphline run',
      'channels in an order that no shuffle of groups makes',
      "install the GPU's Vulkan driver",
      'no Vulkan loader (libvulkan.so.1)',
      '`morphline engines --install onnxruntime-cuda`',
    ])
      expect(page?.text).toContain(words);
    expect(page?.text.split('\n').filter((line) => line.startsWith('| `')).length).toBeGreaterThan(300);
    expect(page?.text).not.toMatch(/undefined|\[object/);
  });

  test('operators has every way that an operator is read', () => {
    const text = pages[1]?.text ?? '';
    for (const words of ['`Conv`', '`Einsum`', '`SeparableConv2D`', '`Loop`', 'tf2onnx.convert'])
      expect(text).toContain(words);
  });
});

/** A program of one file that has a UserError of its own. */
function programOf(code: string) {
  const name = '/records/sample.ts';
  const options: ts.CompilerOptions = { noLib: true, strict: true, target: ts.ScriptTarget.ES2023 };
  const file = ts.createSourceFile(name, code, ts.ScriptTarget.ES2023, true);
  const host: ts.CompilerHost = {
    ...ts.createCompilerHost(options),
    fileExists: (path) => path === name,
    readFile: () => undefined,
    getSourceFile: (path) => (path === name ? file : undefined),
  };
  return { program: ts.createProgram([name], options, host), files: [{ path: 'records/sample.ts', file }] };
}

describe('messages', () => {
  const ERROR = `export class UserError { constructor(parts: { got: string; expected: string; fix: string }) {} }`;
  const found = (code: string) => {
    const { program, files } = programOf(`${ERROR}\n${code}`);
    return userMessages(program, files).map(({ got, expected, fix }) => [
      got.join(' / '),
      expected.join(' / '),
      fix.join(' / '),
    ]);
  };

  test('have what a run alone knows left open, and both sides of a choice', () => {
    expect(
      found(`const MOST = 7;
        function check(path: string, isFile: boolean) {
          throw new UserError({ got: \`\${path} of \${MOST} rows\`, expected: isFile ? 'a file' : 'a folder', fix: 'correct it' });
        }`),
    ).toEqual([['… of 7 rows', 'a file / a folder', 'correct it']]);
  });

  test('of helpers are those of their callers, defaults and helpers of helpers included', () => {
    expect(
      found(`function fail(got: string, expected: string, fix: string): never {
          throw new UserError({ got: \`node with \${got}\`, expected, fix });
        }
        function unsupported(got: string, fix = 'leave it out'): never { return fail(got, 'another', fix); }
        unsupported('pads');
        fail('axes', 'one', 'correct it');`),
    ).toEqual([
      ['node with pads', 'another', 'leave it out'],
      ['node with axes', 'one', 'correct it'],
    ]);
  });

  test('have advice that is spread, from constants and from callers', () => {
    expect(
      found(`interface Advice { readonly expected: string; readonly fix: string }
        const ADVICE = { expected: 'a device', fix: 'name one' };
        function read(path: string, advice: Advice): string {
          throw new UserError({ got: \`no \${path}\`, ...advice });
        }
        read('x', ADVICE);
        throw new UserError({ got: 'nothing', ...ADVICE });`),
    ).toEqual([
      ['no x', 'a device', 'name one'],
      ['nothing', 'a device', 'name one'],
    ]);
  });

  test('that only pass another on are none', () => {
    expect(
      found(`declare const error: { got: string; expected: string; fix: string };
        throw new UserError({ got: \`\${error.got}\`, expected: error.expected, fix: error.fix });`),
    ).toEqual([]);
  });

  test('of what is not here have a reason and a remedy', () => {
    const { program, files } = programOf(
      `export const it = { available: false, reason: 'no GPU found', remedy: 'install its driver' };`,
    );
    expect(remedies(program, files)).toEqual([
      { path: 'records/sample.ts', reason: ['no GPU found'], remedy: ['install its driver'] },
    ]);
  });
});

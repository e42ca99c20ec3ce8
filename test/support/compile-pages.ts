// Code of pages, compiled with the TypeScript compiler against the sources, as a reader would against the package.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { compilerOptions } from '../../scripts/pages/source-program.ts';

const ROOT = join(import.meta.dirname, '../..');

/** One module of a page. */
export interface PageModule {
  /** As errors name it: `README.md:120`. */
  readonly name: string;
  readonly code: string;
  /** Declarations of what the reader has: `declare const model: …`. */
  readonly given?: string;
}

/** Entries of the package by the names that readers import. */
function entries(): Record<string, string[]> {
  const folders = ['network', 'profiler', 'calibration', 'morphnet', 'experiments', 'reports'];
  const paths: Record<string, string[]> = { morphline: ['./index.ts'] };
  for (const folder of folders) paths[`morphline/${folder}`] = [`./${folder}/index.ts`];
  return paths;
}

/** Modules of pages, compiled. */
export interface CompiledPages {
  readonly program: ts.Program;
  /** What the compiler has against them, each with the page and the line within its block. */
  readonly errors: readonly string[];
}

/** Compiles modules that are not on disk, beside the sources that they import. */
export function compilePages(modules: readonly PageModule[]): CompiledPages {
  const options: ts.CompilerOptions = {
    ...compilerOptions(ROOT).options,
    // What a reader writes into a script has no types of parameters.
    noImplicitAny: false,
    noUnusedLocals: false,
    noUnusedParameters: false,
    noEmit: true,
    paths: entries(),
  };
  const sources = new Map<string, string>();
  const paths = modules.map(({ code, given = '' }, index) => {
    const path = join(ROOT, `page-code-${index}.ts`);
    // On the first line, so that lines are the page's own.
    sources.set(path, `${given.replaceAll('\n', ' ')} ${code}\nexport {};\n`);
    return path;
  });
  const host = ts.createCompilerHost(options);
  const { getSourceFile, readFile } = host;
  host.fileExists = (path) => sources.has(path) || existsSync(path);
  host.readFile = (path) => sources.get(path) ?? readFile.call(host, path);
  host.getSourceFile = (path, target, ...others) => {
    const text = sources.get(path);
    return text === undefined
      ? getSourceFile.call(host, path, target, ...others)
      : ts.createSourceFile(path, text, target);
  };
  const program = ts.createProgram(paths, options, host);
  const errors = paths.flatMap((path, index) => {
    const file = program.getSourceFile(path) as ts.SourceFile;
    const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    return found.map(({ messageText, start = 0 }) => {
      const { line } = file.getLineAndCharacterOfPosition(start);
      return `${modules[index]?.name}, line ${line + 1}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    });
  });
  return { program, errors };
}

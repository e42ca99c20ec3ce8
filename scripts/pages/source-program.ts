// The sources of the package as the TypeScript compiler sees them.
import { join, relative, sep } from 'node:path';
import ts from 'typescript';

/** Folders whose sources are released. */
const FOLDERS: readonly string[] = [
  'records',
  'network',
  'profiler',
  'calibration',
  'morphnet',
  'experiments',
  'reports',
  'cli',
];

/** A file of the sources by its path from the root, slashes forward. */
export interface SourceFile {
  readonly path: string;
  readonly file: ts.SourceFile;
}

/** The compiler options of a checkout. */
export function compilerOptions(root: string): ts.ParsedCommandLine {
  const path = join(root, 'tsconfig.json');
  const { config } = ts.readConfigFile(path, ts.sys.readFile) as { config: unknown };
  return ts.parseJsonConfigFileContent(config, ts.sys, root);
}

/** @returns the program, and its files of released folders in the order of their paths */
export function sourceProgram(root: string): { program: ts.Program; files: readonly SourceFile[] } {
  const { fileNames, options } = compilerOptions(root);
  const pathOf = (name: string) => relative(root, name).split(sep).join('/');
  const ours = fileNames.filter((name) => FOLDERS.includes(pathOf(name).split('/')[0] ?? ''));
  const program = ts.createProgram(ours, options);
  const files = ours.map(pathOf).sort();
  return {
    program,
    files: files.map((path) => ({ path, file: program.getSourceFile(join(root, path)) as ts.SourceFile })),
  };
}

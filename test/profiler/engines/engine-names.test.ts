import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { ENGINES } from '../../../profiler/engines/registry.ts';

const ROOT = join(import.meta.dirname, '../../..');
const REGISTRY = 'profiler/engines/registry.ts';
const names = ENGINES.map(({ name }) => name);

function parsed(path: string): ts.SourceFile {
  return ts.createSourceFile(path, readFileSync(join(ROOT, path), 'utf8'), ts.ScriptTarget.Latest, true);
}

/** Texts of a file's strings and of the names of its properties, but for what it imports. */
function words(path: string): string[] {
  const found: string[] = [];
  const text = readFileSync(join(ROOT, path), 'utf8');
  if (!names.some((name) => text.includes(name))) return found;
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    if (ts.isStringLiteralLike(node)) found.push(node.text);
    else if (ts.isPropertyAssignment(node) && ts.isIdentifier(node.name)) found.push(node.name.text);
    ts.forEachChild(node, visit);
  };
  visit(parsed(path));
  return found;
}

/** Where an engine's name means something else. */
const OTHER_MEANINGS: Readonly<Record<string, string>> = {
  'network/lowering/rules.ts': 'lowering rules, which outlive engines in profiles',
  'morphnet/': 'a backend of tfjs, whoever set it',
  'profiler/engines/gpu-search.ts': "Dawn's package",
};

test('no engine is named outside its folder and the list of engines', () => {
  const folders = [
    'records',
    'network',
    'profiler',
    'calibration',
    'morphnet',
    'experiments',
    'reports',
    'cli',
  ];
  const sources = folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => `${folder}/${path.replaceAll(sep, '/')}`),
  );
  const elsewhere = sources.filter(
    (path) =>
      path !== REGISTRY &&
      !Object.keys(OTHER_MEANINGS).some((place) => path.startsWith(place)) &&
      !names.some((name) => path.startsWith(`profiler/engines/${name}/`)),
  );
  expect(elsewhere.length).toBeGreaterThan(100);
  const named = elsewhere.flatMap((path) =>
    words(path)
      .filter((word) => names.includes(word.split(':')[0] ?? ''))
      .map((word) => `${path} says '${word}'`),
  );
  expect(named).toEqual([]);
});

test('no engine imports another one', () => {
  const offences = names.flatMap((name) =>
    readdirSync(join(ROOT, 'profiler/engines', name), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => `profiler/engines/${name}/${path.replaceAll(sep, '/')}`)
      .flatMap((path) => importsAtStart(path, false).map((to) => `${path} imports ${to}`))
      .filter((offence) =>
        names.some((other) => other !== name && offence.includes(` profiler/engines/${other}/`)),
      ),
  );
  expect(offences).toEqual([]);
});

/** What a file imports when it is loaded, types left out: our files by path from the root, packages by name. */
function importsAtStart(path: string, transitive: boolean, seen = new Set<string>()): string[] {
  const found: string[] = [];
  ts.forEachChild(parsed(path), (node) => {
    if (!ts.isImportDeclaration(node) && !ts.isExportDeclaration(node)) return;
    const specifier = node.moduleSpecifier;
    if (specifier === undefined || !ts.isStringLiteral(specifier)) return;
    if (ts.isExportDeclaration(node) ? node.isTypeOnly : isTypeImport(node)) return;
    const to = specifier.text.startsWith('.')
      ? posix.join(posix.dirname(path), specifier.text)
      : specifier.text;
    found.push(to);
    if (!transitive || !specifier.text.startsWith('.') || seen.has(to)) return;
    seen.add(to);
    found.push(...importsAtStart(to, true, seen));
  });
  return found;
}

function isTypeImport({ importClause }: ts.ImportDeclaration): boolean {
  return importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
}

test('the list of engines is read without loading a package of any', () => {
  const loaded = importsAtStart(REGISTRY, true);
  expect(loaded).toEqual(expect.arrayContaining(names.map((name) => `profiler/engines/${name}/adapter.ts`)));
  const others = loaded.filter((path) => !path.startsWith('profiler/engines/') && !path.startsWith('node:'));
  expect([...new Set(others)].sort()).toEqual([
    'profiler/granted-processors.ts',
    'records/printable.ts',
    'records/user-error.ts',
  ]);
});

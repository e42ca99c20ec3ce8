import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

// Which folder may import what of which others: values and types, or types alone ("may import" in DESIGN.md).
const RULES: Readonly<Record<string, { values: readonly string[]; types: readonly string[] }>> = {
  records: { values: [], types: [] },
  network: { values: ['records'], types: [] },
  profiler: { values: ['records', 'network'], types: [] },
  calibration: { values: ['records', 'network'], types: [] },
  morphnet: { values: ['records', 'network', 'calibration'], types: [] },
  experiments: { values: ['records', 'network', 'profiler', 'calibration', 'morphnet'], types: [] },
  reports: { values: ['records'], types: ['network', 'profiler', 'calibration', 'morphnet', 'experiments'] },
  cli: {
    values: ['records', 'network', 'profiler', 'calibration', 'morphnet', 'experiments', 'reports'],
    types: [],
  },
};
const ROOT = join(import.meta.dirname, '..');

interface Import {
  readonly from: string;
  readonly to: string;
  /** `import type`. With inline `type` alone the module still runs (verbatimModuleSyntax), so that is no type import. */
  readonly typeOnly: boolean;
}

const sources = Object.keys(RULES)
  .flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map(
      (path) => `${folder}/${path.replaceAll(sep, '/')}`,
    ),
  )
  .filter((path) => path.endsWith('.ts'));
const folderOf = (path: string) => path.split('/')[0] ?? '';

/** Relative imports of a file: import and export declarations, `import()` calls and `import()` types. */
function importsOf(from: string): Import[] {
  const text = readFileSync(join(ROOT, from), 'utf8');
  const file = ts.createSourceFile(from, text, ts.ScriptTarget.Latest);
  const found: Import[] = [];
  const record = (specifier: ts.Node | undefined, typeOnly: boolean) => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier) || !specifier.text.startsWith('.'))
      return;
    found.push({ from, to: posix.join(posix.dirname(from), specifier.text), typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      record(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
    } else if (ts.isExportDeclaration(node)) record(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      record(node.argument.literal, true);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      record(node.arguments[0], false);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

const imports = sources.flatMap(importsOf);

describe('the folders', () => {
  test('are read: every import names a file there is', () => {
    expect(sources.length).toBeGreaterThan(100);
    expect(imports.length).toBeGreaterThan(sources.length);
    expect(
      imports.filter(({ to }) => !existsSync(join(ROOT, to))).map(({ from, to }) => `${from} → ${to}`),
    ).toEqual([]);
  });

  test.each(Object.entries(RULES))('%s imports only what DESIGN.md lets it', (folder, { values, types }) => {
    const offences = imports
      .filter(({ from }) => folderOf(from) === folder)
      .filter(({ to, typeOnly }) => {
        const target = folderOf(to);
        return target !== folder && !values.includes(target) && !(typeOnly && types.includes(target));
      })
      .map(({ from, to, typeOnly }) => `${from} imports ${typeOnly ? 'types' : 'values'} of ${to}`);
    expect(offences).toEqual([]);
  });

  test('import each other without a cycle, type imports included', () => {
    const targets = new Map(sources.map((path) => [path, [] as string[]]));
    for (const { from, to } of imports) targets.get(from)?.push(to);
    const done = new Set<string>();
    const cycles: string[] = [];
    const walk = (path: string, trail: readonly string[]): void => {
      const at = trail.indexOf(path);
      if (at >= 0) cycles.push([...trail.slice(at), path].join(' → '));
      if (at >= 0 || done.has(path)) return;
      for (const target of targets.get(path) ?? []) walk(target, [...trail, path]);
      done.add(path);
    };
    for (const path of sources) walk(path, []);
    expect(cycles).toEqual([]);
  });
});

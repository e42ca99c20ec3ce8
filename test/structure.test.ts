import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, sep } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

// Which folder may import what of which others: values and types, or types alone (docs/architecture.md).
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

  test.each(Object.entries(RULES))(
    '%s imports only what docs/architecture.md lets it',
    (folder, { values, types }) => {
      const offences = imports
        .filter(({ from }) => folderOf(from) === folder)
        .filter(({ to, typeOnly }) => {
          const target = folderOf(to);
          return target !== folder && !values.includes(target) && !(typeOnly && types.includes(target));
        })
        .map(({ from, to, typeOnly }) => `${from} imports ${typeOnly ? 'types' : 'values'} of ${to}`);
      expect(offences).toEqual([]);
    },
  );

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

/** Rooms of a folder, each with those of the same folder that it may import beside itself. */
const ROOMS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  profiler: { engines: [], timing: ['engines'] },
  calibration: {
    regression: [],
    intervals: ['regression'],
    ladder: ['regression', 'intervals'],
    slopes: ['ladder'],
    propose: ['regression', 'ladder'],
    fit: ['regression', 'intervals', 'ladder', 'slopes'],
    transfer: ['ladder', 'slopes', 'fit'],
  },
};
/** `calibration/ladder/roofline.ts` is in room `ladder`; a file of the folder itself is in none. */
const roomOf = (path: string) => (path.split('/').length > 2 ? path.split('/')[1] : undefined);

describe('the rooms', () => {
  test.each(Object.entries(ROOMS))('of %s import only rooms below them', (folder, rooms) => {
    const offences = imports
      .filter(({ from, to }) => folderOf(from) === folder && folderOf(to) === folder)
      .flatMap(({ from, to }) => {
        const [own, target] = [roomOf(from), roomOf(to)];
        if (own === undefined || target === undefined || own === target) return [];
        return rooms[own]?.includes(target) === true ? [] : [`${from} imports ${to}`];
      });
    expect(offences).toEqual([]);
  });

  test('that have rules are all the rooms there are', () => {
    for (const [folder, rooms] of Object.entries(ROOMS)) {
      const found = sources.filter((path) => folderOf(path) === folder).flatMap((path) => roomOf(path) ?? []);
      expect([...new Set(found)].sort(), folder).toEqual(Object.keys(rooms).sort());
    }
  });
});

/** The README that speaks of a file: that of its folder, or of the nearest folder above that has one. */
function readmeOf(path: string): string {
  const parts = path.split('/').slice(0, -1);
  for (; parts.length > 0; parts.pop()) {
    const readme = `${parts.join('/')}/README.md`;
    if (existsSync(join(ROOT, readme))) return readme;
  }
  return 'none';
}

/** Paths of files that a README names in backticks, from its folder; `lower.ts` and `onnx/read.ts` alike. */
function filesNamedIn(readme: string): string[] {
  const text = readFileSync(join(ROOT, readme), 'utf8');
  return [...text.matchAll(/`([\w./-]+\.ts)`/g)].map(([, name]) => name ?? '');
}

describe('the pages', () => {
  test('name every file: each is in the README of its folder, or of the nearest one above', () => {
    const missing = sources.filter((path) => {
      const readme = readmeOf(path);
      if (readme === 'none') return true;
      const relative = posix.relative(posix.dirname(readme), path);
      return !filesNamedIn(readme).some((name) => name === relative || name === path);
    });
    expect(missing.map((path) => `${path} is not in ${readmeOf(path)}`)).toEqual([]);
  });

  test('name no file that is gone', () => {
    const readmes = [...new Set(sources.map(readmeOf))].filter((readme) => readme !== 'none');
    const gone = readmes.flatMap((readme) =>
      filesNamedIn(readme)
        .filter((name) => ![join(dirname(readme), name), name].some((path) => existsSync(join(ROOT, path))))
        .map((name) => `${readme} names ${name}`),
    );
    expect(gone).toEqual([]);
  });

  test('link to no page that is gone', () => {
    const pages = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.md'], {
      cwd: ROOT,
      encoding: 'utf8',
    })
      .trim()
      .split('\n')
      .filter((page) => existsSync(join(ROOT, page)));
    const gone = pages.flatMap((page) =>
      [...readFileSync(join(ROOT, page), 'utf8').matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
        .map(([, target]) => target ?? '')
        .filter((target) => !existsSync(join(ROOT, dirname(page), target)))
        .map((target) => `${page} links to ${target}`),
    );
    expect(pages.length).toBeGreaterThan(10);
    expect(gone).toEqual([]);
  });

  test('draw the folders that there are', () => {
    const drawn = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');
    for (const folder of Object.keys(RULES)) expect(drawn).toContain(`\`${folder}/\``);
  });
});

describe('the files', () => {
  const lines = new Map(
    sources.map((path) => {
      const text = readFileSync(join(ROOT, path), 'utf8').trimEnd().split('\n');
      return [path, text[0]?.startsWith('#!') === true ? text.slice(1) : text];
    }),
  );

  test('open with a sentence that says what they are', () => {
    const silent = sources.filter((path) => !/^\/\/ .{15,}[.:]$/.test(lines.get(path)?.[0] ?? ''));
    expect(silent).toEqual([]);
  });

  test('are short: half of them under 90 lines, none over 300', () => {
    const lengths = [...lines.values()].map(({ length }) => length).sort((a, b) => a - b);
    expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThanOrEqual(90);
    expect([...lines].filter(([, { length }]) => length > 300).map(([path]) => path)).toEqual([]);
  });
});

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';
import { beforeAll, describe, expect, test } from 'vitest';
import { COMMANDS } from '../../cli/command-list.ts';
import { BUDGET_SCHEMA, parseBudget } from '../../records/budget.ts';
import { type CompiledPages, compilePages, type PageModule } from '../support/compile-pages.ts';
import { pageBlocks } from '../support/page-code.ts';
import { commandsIn, wrongCommand, wrongInline } from '../support/page-commands.ts';

const ROOT = join(import.meta.dirname, '../..');
const DOCS = readdirSync(join(ROOT, 'docs'))
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`);
const PAGES = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md', ...DOCS];
/** Entries of the package, by the sources that they are built of. */
const ENTRIES = Object.values(
  (
    JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      exports: Record<string, string | { default: string }>;
    }
  ).exports,
)
  .flatMap((entry) => (typeof entry === 'string' ? [] : [entry.default]))
  .map((path) => path.replace(/^\.\/dist\//, '').replace(/\.js$/, '.ts'));
const textOf = (page: string) => readFileSync(join(ROOT, page), 'utf8');

/** Pages whose blocks are one program. */
const ONE_PROGRAM: ReadonlySet<string> = new Set(['docs/train-your-model.md']);
/** What a page takes for granted that its reader has. */
const GIVEN: Readonly<Record<string, string>> = {
  'README.md': `declare const model: import('@tensorflow/tfjs').LayersModel;
    declare const images: import('@tensorflow/tfjs').Tensor; declare const labels: import('@tensorflow/tfjs').Tensor;`,
};

function modulesOf(page: string): PageModule[] {
  const blocks = pageBlocks(page).filter(({ language }) => language === 'ts');
  const given = GIVEN[page] === undefined ? {} : { given: GIVEN[page] };
  if (blocks.length === 0) return [];
  if (ONE_PROGRAM.has(page))
    return [{ name: page, code: blocks.map(({ code }) => code).join('\n'), ...given }];
  return blocks.map(({ code, line }) => ({ name: `${page}:${line}`, code, ...given }));
}

describe('the code of the pages', () => {
  const modules = PAGES.flatMap(modulesOf);
  const wrong = [
    { name: 'wrong', code: "import { openDevice } from 'morphline';\nopenDevice(1);\n" },
    { name: 'gone', code: "import { closeDevice } from 'morphline';\n" },
  ];
  const all = { name: 'all', code: ENTRIES.map((entry) => `import './${entry}';`).join('\n') };
  let compiled: CompiledPages;
  beforeAll(() => {
    compiled = compilePages([...modules, ...wrong, all]);
  });

  test('compiles against the sources; what does not would be found', () => {
    expect(modules.length).toBeGreaterThan(2);
    expect(compiled.errors).toEqual([
      expect.stringMatching(/^wrong, line 2: .*'number' is not assignable/),
      expect.stringMatching(/^gone, line 1: .*no exported member/),
    ]);
  });

  test('is about an API that says of everything what it is', () => {
    const { program } = compiled;
    const checker = program.getTypeChecker();
    const exported = ENTRIES.flatMap((entry) => {
      const module = checker.getSymbolAtLocation(program.getSourceFile(join(ROOT, entry)) as ts.SourceFile);
      return module === undefined ? [] : checker.getExportsOfModule(module);
    });
    const silent = exported
      .map((symbol) =>
        (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol),
      )
      .filter((symbol) => symbol.getDocumentationComment(checker).length === 0)
      .map(({ name }) => name);
    expect(exported.length).toBeGreaterThan(150);
    expect([...new Set(silent)]).toEqual([]);
  });
});

test('the JSON of the pages is JSON, and budget files are budget files', () => {
  const blocks = PAGES.flatMap(pageBlocks).filter(({ language }) => language === 'json');
  const values = blocks.map(({ code }) => JSON.parse(code) as { readonly schema?: string });
  const budgets = values.filter(({ schema }) => schema === BUDGET_SCHEMA);
  expect(budgets.length).toBeGreaterThan(0);
  for (const budget of budgets) expect(parseBudget(budget, 'a page').budgets.length).toBeGreaterThan(0);
});

describe('the commands of the pages', () => {
  test('exist, with the flags that they are given', async () => {
    const commands = PAGES.flatMap((page) =>
      pageBlocks(page)
        .filter(({ language }) => ['', 'bash', 'sh', 'text'].includes(language))
        .flatMap(({ code }) => commandsIn(code).map((command) => ({ page, command }))),
    );
    const wrong: string[] = [];
    for (const { page, command } of commands)
      wrong.push(...(await wrongCommand(command)).map((what) => `${page}: ${what}`));
    expect(commands.filter(({ command }) => command.includes('morphline')).length).toBeGreaterThan(20);
    expect(wrong).toEqual([]);
  });

  test('in running text too', async () => {
    const spans = PAGES.filter((page) => page !== 'docs/troubleshooting.md').flatMap((page) =>
      [
        ...textOf(page)
          .replace(/^```[\s\S]*?^```/gm, '')
          .matchAll(/`([^`\n]+)`/g),
      ].map(([, span]) => ({
        page,
        span: span as string,
      })),
    );
    const wrong: string[] = [];
    for (const { page, span } of spans) {
      const found = [...(await wrongInline(span)), ...(await wrongCommand(span))];
      wrong.push(...found.map((what) => `${page}: ${what}`));
    }
    expect(spans.length).toBeGreaterThan(100);
    expect([...new Set(wrong)]).toEqual([]);
  });

  test('that are not there would be found', async () => {
    expect(await wrongCommand('morphline calibrat')).toEqual(['no command calibrat: morphline calibrat']);
    expect(await wrongCommand('npm run -s morphline -- predict resnet-50 --devices p100')).toEqual([
      expect.stringContaining('predict has no --devices'),
    ]);
    expect(await wrongCommand('npm run -s does-not-exist')).toHaveLength(1);
    expect(await wrongCommand('node scripts/run.mjs no-such-script')).toHaveLength(1);
    expect(await wrongInline('calibrate --tabel')).toHaveLength(1);
  });
});

describe('the paths of the pages', () => {
  /** Files and folders of the repository, as pages name them in code. */
  const NAMED =
    /`((?:records|network|profiler|calibration|morphnet|experiments|reports|cli|scripts|test|bench|examples|docs|profiles)\/[\w./-]*)`/g;

  test.each(PAGES)('%s names none that is gone', (page) => {
    const gone = [...textOf(page).matchAll(NAMED)]
      .map(([, path]) => path as string)
      .filter((path) => !existsSync(join(ROOT, path)));
    expect(gone).toEqual([]);
  });

  test('docs/extending.md names what each checklist is about', () => {
    const named = [...textOf('docs/extending.md').matchAll(NAMED)].map(([, path]) => path as string);
    for (const folder of [
      'profiler/engines',
      'network',
      'calibration/ladder',
      'morphnet',
      'reports',
      'experiments',
    ])
      expect(named.filter((path) => path.startsWith(`${folder}/`)).length, folder).toBeGreaterThan(2);
  });
});

/** As code hosts name headings in links. */
function anchorsOf(page: string): string[] {
  return [...textOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

test('links to headings lead to headings', () => {
  const gone = PAGES.flatMap((page) =>
    [...textOf(page).matchAll(/\]\(([\w./-]*\.md)?#([^)\s]+)\)/g)]
      .filter(([, target, anchor = '']) => {
        const there = target === undefined ? page : posix.join(posix.dirname(page), target);
        return !anchorsOf(there).includes(anchor);
      })
      .map(([link]) => `${page}: ${link}`),
  );
  expect(gone).toEqual([]);
});

test("the README's figures are those of the study", () => {
  const [readme, study] = [textOf('README.md'), textOf('docs/study.md')];
  const [, section = ''] = study.split(/^## inception-v2, onnxruntime$/m);
  const figures = [
    /calibrated prediction is off by ([\d.]+ %) on average/,
    /best single factor are off by ([\d.]+ %)/,
    /the measurements repeat within ([\d.]+ %)/,
  ].map((figure) => figure.exec(section)?.[1] ?? 'no such figure');
  const [, sentence = ''] = /^- (On 5,000 random sub-networks[\s\S]*?)On WASM/m.exec(readme) ?? [];
  for (const figure of figures) expect(sentence).toContain(figure);
});

describe('docs/README.md', () => {
  test('links every page', () => {
    const index = textOf('docs/README.md');
    const missing = DOCS.filter((page) => page !== 'docs/README.md')
      .map((page) => page.replace(/^docs\//, ''))
      .filter((page) => !index.includes(`](${page})`));
    expect(missing).toEqual([]);
  });

  test('and so does the site', () => {
    const { projectDocuments, entryPoints } = JSON.parse(textOf('typedoc.json')) as {
      readonly projectDocuments: readonly string[];
      readonly entryPoints: readonly string[];
    };
    expect(new Set(entryPoints)).toEqual(new Set(ENTRIES));
    expect(projectDocuments).toEqual(expect.arrayContaining(PAGES.filter((page) => page !== 'README.md')));
  });

  test('README.md lists every command', () => {
    const missing = COMMANDS.filter(
      ({ name }) => !new RegExp(`^morphline ${name}\\b`, 'm').test(textOf('README.md')),
    );
    expect(missing.map(({ name }) => name)).toEqual([]);
  });

  test('README.md leads to it', () => {
    expect(textOf('README.md')).toContain('](docs/README.md)');
  });
});

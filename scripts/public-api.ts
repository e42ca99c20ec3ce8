// The package's public surface as text, every exported symbol with its kind and signature: `npm run -s public-api [-- --update]`.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { z } from 'zod';

/** What the surface was when it was last looked at. */
export const REVIEWED = join('test', 'fixtures', 'public-api.txt');

/** A name that an entry of the package exports. */
export interface PublicSymbol {
  /** As it is imported: `morphline/morphnet`. */
  readonly entry: string;
  readonly name: string;
  /** As its declarations say it, in one line; or the entry that has it first. */
  readonly signature: string;
  /** The sentences above its declaration; empty where there are none. */
  readonly documentation: string;
}

const manifestExports = z.object({
  exports: z.record(z.string(), z.union([z.string(), z.object({ types: z.string() })])),
});

/** Entries with their declarations, the main one last: it exports again what the others do. */
function entriesOf(root: string): { entry: string; path: string }[] {
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { exports } = manifestExports.parse(manifest);
  const entries = Object.entries(exports).flatMap(([name, target]) =>
    typeof target === 'string'
      ? []
      : [{ entry: join('morphline', name).replaceAll('\\', '/'), path: join(root, target.types) }],
  );
  return entries.sort((a, b) => Number(a.entry === 'morphline') - Number(b.entry === 'morphline'));
}

const PRINTER = ts.createPrinter({ removeComments: true });
const EXPANDED = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.InTypeAlias;

/** What an interface has of those that it extends, which may be made of types that no name shows. */
function inheritedMembers(
  node: ts.InterfaceDeclaration,
  symbol: ts.Symbol,
  checker: ts.TypeChecker,
): string[] {
  return checker
    .getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol))
    .filter(({ declarations }) => !declarations?.some(({ parent }) => parent === node))
    .map((member) => {
      const own = checker.getTypeOfSymbolAtLocation(member, node);
      const type = checker.typeToString(own, node, ts.TypeFormatFlags.NoTruncation);
      return `${member.name}${member.flags & ts.SymbolFlags.Optional ? '?' : ''}: ${type};`;
    });
}

/** A declaration in one line, without what is nobody's business. */
function declarationText(node: ts.Declaration, symbol: ts.Symbol, checker: ts.TypeChecker): string {
  const text = PRINTER.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile())
    .replace(/^export (declare )?/, '')
    .replace(/\s+private (static )?(readonly )?[\w#]+;/g, '')
    .replace(/\s+/g, ' ');
  if (ts.isInterfaceDeclaration(node) && node.heritageClauses !== undefined)
    return `${text} with { ${inheritedMembers(node, symbol, checker).join(' ')} }`;
  if (ts.isVariableDeclaration(node)) return `const ${text};`;
  // A schema's type says nothing by itself.
  if (ts.isTypeAliasDeclaration(node) && text.includes('z.infer'))
    return `type ${symbol.name} = ${checker.typeToString(checker.getDeclaredTypeOfSymbol(symbol), undefined, EXPANDED)};`;
  return text;
}

/**
 * Reads the declarations that the build made.
 * @param root of the repository, built
 * @throws Error for an entry without declarations
 */
export function publicApi(root: string): PublicSymbol[] {
  const entries = entriesOf(root);
  const program = ts.createProgram(
    entries.map(({ path }) => path),
    {
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      target: ts.ScriptTarget.ES2023,
      lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
      types: ['node'],
      typeRoots: [join(root, 'node_modules', '@types')],
      strict: true,
      skipLibCheck: true,
      noEmit: true,
      // Else types of a union stand in the order in which the compiler happened to meet them.
      stableTypeOrdering: true,
    },
  );
  const checker = program.getTypeChecker();
  const first = new Map<ts.Symbol, string>();
  return entries.flatMap(({ entry, path }) => {
    const source = program.getSourceFile(path);
    const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
    if (module === undefined) throw new Error(`${path} exports nothing: is it built?`);
    const exported = checker.getExportsOfModule(module).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    return exported.map((each): PublicSymbol => {
      const symbol = each.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(each) : each;
      const known = first.get(symbol);
      if (known === undefined) first.set(symbol, entry);
      const declared = symbol.declarations ?? [];
      return {
        entry,
        name: each.name,
        signature:
          known === undefined
            ? declared.map((node) => declarationText(node, symbol, checker)).join(' ')
            : `${each.name} of ${known}`,
        documentation: ts.displayPartsToString(symbol.getDocumentationComment(checker)),
      };
    });
  });
}

/** The surface as {@link REVIEWED} has it: a line a symbol, by entry. */
export function publicApiText(symbols: readonly PublicSymbol[]): string {
  const lines = symbols.flatMap(({ entry, signature }, index) =>
    entry === symbols[index - 1]?.entry ? [signature] : ['', `# ${entry}`, signature],
  );
  const text = lines
    .join('\n')
    // Where a type comes from says nothing of it.
    .replace(/import\("[^"]*"\)\./g, '')
    // TypeScript lists words in the order in which it first met them.
    .replace(/"[^"]*"(?: \| (?:"[^"]*"|null|undefined))+/g, (words) => words.split(' | ').sort().join(' | '));
  return `${text.trim()}\n`;
}

/** Lines of the one that the other lacks. */
function missing(from: string, other: string): string[] {
  const known = new Set(other.split('\n'));
  return from.split('\n').filter((line) => !known.has(line));
}

export function main(root: string, args: readonly string[]): number {
  const path = join(root, REVIEWED);
  const text = publicApiText(publicApi(root));
  if (args.includes('--update')) {
    writeFileSync(path, text);
    process.stdout.write(`${REVIEWED}\n`);
    return 0;
  }
  const reviewed = readFileSync(path, 'utf8');
  const changes = [
    ...missing(reviewed, text).map((line) => `- ${line}`),
    ...missing(text, reviewed).map((line) => `+ ${line}`),
  ];
  process.stdout.write(
    text === reviewed
      ? 'the public surface is as it was reviewed\n'
      : `${changes.join('\n')}\n\nlook at these; to take them: npm run -s public-api -- --update\n`,
  );
  return text === reviewed ? 0 : 1;
}

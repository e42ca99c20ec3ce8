// What the sources can say a user got wrong, found with the TypeScript compiler: every UserError, by got, expected and fix.
import ts from 'typescript';
import type { SourceFile } from './source-program.ts';
import { bare, type Environment, SymbolicTexts, UNKNOWN } from './symbolic-text.ts';

/** One message; where a source says one thing or another, both. */
export interface UserMessage {
  /** The file that says it, by its path from the root. */
  readonly path: string;
  readonly got: readonly string[];
  readonly expected: readonly string[];
  readonly fix: readonly string[];
}

const PARTS = ['got', 'expected', 'fix'] as const;
type Parts = Readonly<Record<(typeof PARTS)[number], ts.Expression>>;

/** Helpers that call helpers. */
const MOST_HELPERS = 5;

/** Whether a text says anything of its own. */
const isTelling = (text: string) => /\p{L}{2}/u.test(text.replaceAll(UNKNOWN, ''));

function partsIn(fields: ReadonlyMap<string, ts.Expression>): Parts | undefined {
  const [got, expected, fix] = PARTS.map((part) => fields.get(part));
  return got && expected && fix ? { got, expected, fix } : undefined;
}

/** How a function is called elsewhere. */
function nameOf(declaration: ts.SignatureDeclaration): string | undefined {
  const { parent, name } = declaration;
  if (name !== undefined) return name.getText();
  const isDefinition =
    parent !== undefined &&
    (ts.isVariableDeclaration(parent) || ts.isPropertyDeclaration(parent) || ts.isPropertyAssignment(parent));
  return isDefinition ? parent.name.getText() : undefined;
}

function everyNode(files: readonly SourceFile[], each: (node: ts.Node) => void): void {
  const visit = (node: ts.Node): void => {
    each(node);
    ts.forEachChild(node, visit);
  };
  for (const { file } of files) visit(file);
}

class MessageSearch {
  readonly found: UserMessage[] = [];
  private readonly checker: ts.TypeChecker;
  private readonly symbolic: SymbolicTexts;
  private readonly paths: ReadonlyMap<ts.SourceFile, string>;
  private readonly callsByName = new Map<string, ts.CallExpression[]>();

  constructor(checker: ts.TypeChecker, files: readonly SourceFile[]) {
    this.checker = checker;
    this.symbolic = new SymbolicTexts(checker);
    this.paths = new Map(files.map(({ path, file }) => [file, path]));
    everyNode(files, (node) => {
      if (!ts.isCallExpression(node)) return;
      const callee = ts.isPropertyAccessExpression(node.expression) ? node.expression.name : node.expression;
      if (!ts.isIdentifier(callee)) return;
      const known = this.callsByName.get(callee.text);
      if (known === undefined) this.callsByName.set(callee.text, [node]);
      else known.push(node);
    });
  }

  /** Whether a function exists to make messages: it returns none but errors, or takes what to expect and to do. */
  private isHelper(declaration: ts.SignatureDeclaration): boolean {
    const signature = this.checker.getSignatureFromDeclaration(declaration);
    if (signature === undefined) return false;
    const returned = signature.getReturnType();
    if ((returned.flags & ts.TypeFlags.Never) !== 0 || returned.symbol?.name === 'UserError') return true;
    return declaration.parameters.some((parameter) => {
      const type = this.checker.getTypeAtLocation(parameter);
      return type.getProperty('expected') !== undefined && type.getProperty('fix') !== undefined;
    });
  }

  private callsOf(declaration: ts.SignatureDeclaration): ts.CallExpression[] {
    const calls = this.callsByName.get(nameOf(declaration) ?? '') ?? [];
    return calls.filter(({ expression }) => {
      const called = this.symbolic.symbolOf(expression)?.valueDeclaration;
      if (called === undefined || called === declaration) return called === declaration;
      const isDefinition = ts.isVariableDeclaration(called) || ts.isPropertyDeclaration(called);
      return isDefinition && called.initializer !== undefined && bare(called.initializer) === declaration;
    });
  }

  /** What the parameters of a function are where it is called. */
  private bound(
    declaration: ts.SignatureDeclaration,
    call: ts.CallExpression,
    environment: Environment,
  ): Environment {
    const bound = new Map(environment);
    declaration.parameters.forEach(({ name, initializer }, i) => {
      const value = call.arguments[i] ?? initializer;
      if (value === undefined) return;
      if (ts.isIdentifier(name)) {
        const symbol = this.checker.getSymbolAtLocation(name);
        if (symbol !== undefined) bound.set(symbol, value);
      } else if (ts.isObjectBindingPattern(name)) {
        const [fields] = this.symbolic.fields(value, environment);
        for (const { name: own, propertyName } of name.elements) {
          const field = fields?.get((propertyName ?? own).getText());
          const symbol = this.checker.getSymbolAtLocation(own);
          if (field !== undefined && symbol !== undefined) bound.set(symbol, field);
        }
      }
    });
    return bound;
  }

  /** The message of a place, or of every place that calls the helper it is in. */
  note(at: ts.Node, parts: Parts, environment: Environment = new Map(), helpers = 0): void {
    this.symbolic.met.clear();
    const [got, expected, fix] = PARTS.map((part) => this.symbolic.texts(parts[part], environment)) as [
      string[],
      string[],
      string[],
    ];
    const helper = [...this.symbolic.met].find((declaration) => this.isHelper(declaration));
    const calls = helper === undefined || helpers >= MOST_HELPERS ? [] : this.callsOf(helper);
    if (helper !== undefined && calls.length > 0) {
      for (const call of calls) this.note(call, parts, this.bound(helper, call, environment), helpers + 1);
      return;
    }
    const path = this.paths.get(at.getSourceFile());
    const tells = got.some(isTelling) || (expected.some(isTelling) && fix.some(isTelling));
    if (path !== undefined && tells) this.found.push({ path, got, expected, fix });
  }

  /** Notes a call of what a function was given to fail by: `fail(got, expected, fix)`. */
  noteCallback(call: ts.CallExpression): void {
    const called = this.symbolic.symbolOf(call.expression)?.valueDeclaration;
    if (called === undefined || !ts.isParameter(called)) return;
    const [signature] = this.checker.getTypeAtLocation(call.expression).getCallSignatures();
    const names = signature?.getParameters().map(({ name }) => name) ?? [];
    const fields = new Map(
      names.flatMap((name, i) => (call.arguments[i] ? [[name, call.arguments[i]]] : [])),
    );
    const parts = partsIn(fields);
    if (parts !== undefined) this.note(call, parts);
  }

  /** Notes the errors that a `new UserError(…)` makes. */
  noteError(at: ts.NewExpression): void {
    const object = at.arguments?.[0];
    if (object === undefined) return;
    // Fields that are spread from a parameter are its helper's callers' to say.
    this.symbolic.met.clear();
    const all = this.symbolic.fields(object, new Map());
    const helper = [...this.symbolic.met].find((declaration) => this.isHelper(declaration));
    const calls = helper === undefined ? [] : this.callsOf(helper);
    const places =
      helper === undefined || calls.length === 0
        ? all.map((fields) => ({ fields, at: at as ts.Node, environment: new Map() as Environment }))
        : calls.flatMap((call) => {
            const environment = this.bound(helper, call, new Map());
            return this.symbolic
              .fields(object, environment)
              .map((fields) => ({ fields, at: call as ts.Node, environment }));
          });
    for (const { fields, at: place, environment } of places) {
      const parts = partsIn(fields);
      if (parts !== undefined) this.note(place, parts, environment);
    }
  }
}

/** Every message, in the order of the files and without repetitions. */
export function userMessages(program: ts.Program, files: readonly SourceFile[]): UserMessage[] {
  const search = new MessageSearch(program.getTypeChecker(), files);
  everyNode(files, (node) => {
    if (ts.isNewExpression(node) && node.expression.getText() === 'UserError') search.noteError(node);
    if (ts.isCallExpression(node)) search.noteCallback(node);
  });
  const byText = new Map<string, UserMessage>();
  for (const message of search.found) {
    const key = JSON.stringify([message.got, message.expected, message.fix]);
    if (!byText.has(key)) byText.set(key, message);
  }
  return [...byText.values()].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** Why something is not here, and what brings it. */
export interface Remedy {
  readonly path: string;
  readonly reason: readonly string[];
  readonly remedy: readonly string[];
}

/** What engines say where they cannot run: objects of a reason and a remedy. */
export function remedies(program: ts.Program, files: readonly SourceFile[]): Remedy[] {
  const symbolic = new SymbolicTexts(program.getTypeChecker(), { followsCalls: true });
  const found: Remedy[] = [];
  for (const { path, file } of files) {
    everyNode([{ path, file }], (node) => {
      if (!ts.isObjectLiteralExpression(node)) return;
      const [fields] = symbolic.fields(node, new Map());
      const [why, what] = [fields?.get('reason'), fields?.get('remedy')];
      if (why === undefined || what === undefined) return;
      const [reason, remedy] = [symbolic.texts(why, new Map()), symbolic.texts(what, new Map())];
      if (reason.some(isTelling) && remedy.some(isTelling)) found.push({ path, reason, remedy });
    });
  }
  return found;
}

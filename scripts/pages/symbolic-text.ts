// Texts that an expression of the sources can have, as far as they can be told without running it.
import ts from 'typescript';

/** Stands for what only a run can tell. */
export const UNKNOWN = '…';

/** What parameters of functions are bound to. Symbols are those of one declaration each, so one map does for all. */
export type Environment = ReadonlyMap<ts.Symbol, ts.Expression>;

const MOST_ALTERNATIVES = 6;
const MOST_DEPTH = 20;

const unique = (texts: readonly string[]) => [...new Set(texts)].slice(0, MOST_ALTERNATIVES);

function concatenated(parts: readonly (readonly string[])[]): string[] {
  let joined = [''];
  for (const part of parts) joined = unique(joined.flatMap((before) => part.map((text) => before + text)));
  return joined;
}

/** Without parentheses and assertions. */
export function bare(expression: ts.Expression): ts.Expression {
  return ts.isParenthesizedExpression(expression) ||
    ts.isAsExpression(expression) ||
    ts.isSatisfiesExpression(expression) ||
    ts.isNonNullExpression(expression)
    ? bare(expression.expression)
    : expression;
}

/** The function that a name is a parameter of, or a part of one. */
function functionOf(declaration: ts.Node): ts.SignatureDeclaration | undefined {
  let node = declaration;
  while (ts.isBindingElement(node) || ts.isObjectBindingPattern(node) || ts.isArrayBindingPattern(node))
    node = node.parent;
  return ts.isParameter(node) ? node.parent : undefined;
}

/** Evaluates expressions, and notes which parameters it met without a value. */
export class SymbolicTexts {
  /** Functions with parameters that were met without a value, since this was last cleared. */
  readonly met = new Set<ts.SignatureDeclaration>();
  private readonly checker: ts.TypeChecker;
  private readonly followsCalls: boolean;

  /** @param options followsCalls: whether a call is what the function returns; else it cannot be told */
  constructor(checker: ts.TypeChecker, options: { followsCalls?: boolean } = {}) {
    this.checker = checker;
    this.followsCalls = options.followsCalls === true;
  }

  /** What a name stands for, imports followed. */
  symbolOf(node: ts.Node): ts.Symbol | undefined {
    const named = ts.isPropertyAccessExpression(node) ? node.name : node;
    const symbol = ts.isShorthandPropertyAssignment(named.parent)
      ? this.checker.getShorthandAssignmentValueSymbol(named.parent)
      : this.checker.getSymbolAtLocation(named);
    if (symbol === undefined) return undefined;
    return (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : this.checker.getAliasedSymbol(symbol);
  }

  /** What a name is defined as: the value of a parameter, of a constant, or of a field of a constant. */
  private valueOf(node: ts.Expression, environment: Environment): ts.Expression | undefined {
    const symbol = this.symbolOf(node);
    if (symbol === undefined) return undefined;
    const bound = environment.get(symbol);
    if (bound !== undefined) return bound;
    const { valueDeclaration: declaration } = symbol;
    if (declaration === undefined) return undefined;
    const of = functionOf(declaration);
    if (of !== undefined) this.met.add(of);
    if (ts.isPropertyAssignment(declaration)) return declaration.initializer;
    const isConstant =
      ts.isVariableDeclaration(declaration) &&
      (ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) !== 0;
    return isConstant ? declaration.initializer : undefined;
  }

  /** The texts of a list of constants. */
  private listOf(given: ts.Expression, environment: Environment, depth: number): string[] | undefined {
    const list = bare(given);
    if (depth > MOST_DEPTH) return undefined;
    if (ts.isArrayLiteralExpression(list)) {
      const texts = list.elements.map((element) => this.texts(element, environment, depth + 1));
      return texts.every(([text, ...others]) => text !== UNKNOWN && others.length === 0)
        ? texts.flat()
        : undefined;
    }
    const value = ts.isIdentifier(list) ? this.valueOf(list, environment) : undefined;
    return value === undefined ? undefined : this.listOf(value, environment, depth + 1);
  }

  /** All that it can be, {@link UNKNOWN} for what cannot be told. */
  texts(given: ts.Expression, environment: Environment, depth = 0): string[] {
    const expression = bare(given);
    if (depth > MOST_DEPTH) return [UNKNOWN];
    const again = (other: ts.Expression) => this.texts(other, environment, depth + 1);
    if (ts.isStringLiteralLike(expression) || ts.isNumericLiteral(expression)) return [expression.text];
    if (ts.isTemplateExpression(expression)) {
      const spans = expression.templateSpans.flatMap(({ expression: part, literal }) => [
        again(part),
        [literal.text],
      ]);
      return concatenated([[expression.head.text], ...spans]);
    }
    if (ts.isConditionalExpression(expression)) {
      const sides = [expression.whenTrue, expression.whenFalse];
      return unique(sides.filter(({ kind }) => kind !== ts.SyntaxKind.NullKeyword).flatMap(again));
    }
    if (
      ts.isBinaryExpression(expression) &&
      expression.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken
    )
      return unique([...again(expression.left), ...again(expression.right)]);
    if (ts.isIdentifier(expression) || ts.isPropertyAccessExpression(expression)) {
      const value = this.valueOf(expression, environment);
      return value === undefined ? [UNKNOWN] : again(value);
    }
    if (ts.isCallExpression(expression) && ts.isPropertyAccessExpression(expression.expression)) {
      const { name, expression: list } = expression.expression;
      const [separator] = expression.arguments;
      const items = name.text === 'join' ? this.listOf(list, environment, depth) : undefined;
      if (items !== undefined && separator !== undefined) return [items.join(again(separator)[0])];
    }
    if (this.followsCalls && ts.isCallExpression(expression)) {
      const returned = this.returnsOf(expression.expression).flatMap(again);
      if (returned.length > 0) return unique(returned);
    }
    return [UNKNOWN];
  }

  /** What a function returns, nothing and null aside. */
  private returnsOf(called: ts.Expression): ts.Expression[] {
    const declaration = this.symbolOf(called)?.valueDeclaration;
    if (declaration === undefined || !ts.isFunctionDeclaration(declaration)) return [];
    const found: ts.Expression[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isFunctionLike(node) && node !== declaration) return;
      if (ts.isReturnStatement(node) && node.expression !== undefined) found.push(node.expression);
      ts.forEachChild(node, visit);
    };
    visit(declaration);
    return found.filter(({ kind }) => kind !== ts.SyntaxKind.NullKeyword);
  }

  /** The fields of an object, spread ones included; of a choice of two, both. */
  fields(given: ts.Expression, environment: Environment, depth = 0): ReadonlyMap<string, ts.Expression>[] {
    const object = bare(given);
    if (depth > MOST_DEPTH) return [new Map()];
    const again = (other: ts.Expression) => this.fields(other, environment, depth + 1);
    if (ts.isConditionalExpression(object)) return [...again(object.whenTrue), ...again(object.whenFalse)];
    if (ts.isIdentifier(object) || ts.isPropertyAccessExpression(object)) {
      const value = this.valueOf(object, environment);
      return value === undefined ? [new Map()] : again(value);
    }
    if (!ts.isObjectLiteralExpression(object)) return [new Map()];
    let made: ReadonlyMap<string, ts.Expression>[] = [new Map()];
    for (const property of object.properties) {
      const more: ReadonlyMap<string, ts.Expression>[] = ts.isSpreadAssignment(property)
        ? again(property.expression)
        : ts.isPropertyAssignment(property)
          ? [new Map([[property.name.getText(), property.initializer]])]
          : ts.isShorthandPropertyAssignment(property)
            ? [new Map([[property.name.text, property.name]])]
            : [new Map()];
      made = made.flatMap((before) => more.map((fields) => new Map([...before, ...fields])));
    }
    return made;
  }
}

// Layer normalizations that exporters spell out in nine operators, as the one that they are.
import type { AttributeProto, NodeProto, OnnxModel, TensorProto } from './model.ts';

const NOTHING = {
  f: 0,
  i: 0,
  s: new Uint8Array(0),
  t: null,
  floats: [],
  ints: [],
  strings: [],
} satisfies Omit<AttributeProto, 'name' | 'type'>;
/** AttributeProto.AttributeType. */
const [FLOAT, INT] = [1, 2];

type NumbersOf = (name: string) => readonly number[] | null;

/** Values of constants, null where they are more than a few. */
export interface SmallConstants {
  /** Of an initializer. */
  readonly numbersOf: NumbersOf;
  readonly valuesOf: (tensor: TensorProto) => readonly number[] | null;
}

/** What of a graph the search asks for. */
class Graph {
  private readonly makers = new Map<string, NodeProto>();
  private readonly readers = new Map<string, NodeProto[]>();
  private readonly stored: ReadonlySet<string>;
  private readonly numbersOf: NumbersOf;
  private readonly valuesOf: (tensor: TensorProto) => readonly number[] | null;

  constructor({ nodes, outputs, initializers }: OnnxModel, { numbersOf, valuesOf }: SmallConstants) {
    this.numbersOf = numbersOf;
    this.valuesOf = valuesOf;
    this.stored = new Set(initializers.map(({ name }) => name));
    for (const node of nodes) {
      for (const output of node.output) this.makers.set(output, node);
      for (const input of new Set(node.input))
        this.readers.set(input, [...(this.readers.get(input) ?? []), node]);
    }
    // An output is read by whoever runs the graph.
    const reader = { name: '', opType: '', domain: '', input: [], output: [], attribute: [] };
    for (const { name } of outputs) this.readers.set(name, [...(this.readers.get(name) ?? []), reader]);
  }

  /** The node of that operator that makes a tensor. */
  maker(name: string | undefined, opType: string): NodeProto | undefined {
    const node = this.makers.get(name ?? '');
    return node?.opType === opType ? node : undefined;
  }

  /** The one node that reads a tensor, if it is of that operator. */
  onlyReader(name: string | undefined, opType: string): NodeProto | undefined {
    const [node, ...others] = this.readers.get(name ?? '') ?? [];
    return others.length === 0 && node?.opType === opType ? node : undefined;
  }

  /** Values of a small constant; null where it is none. */
  numbers(name: string | undefined): readonly number[] | null {
    const same = this.maker(name, 'Identity');
    if (same !== undefined) return this.numbers(same.input[0]);
    const node = this.maker(name, 'Constant');
    const value = node?.attribute.find((attribute) => attribute.name.startsWith('value'));
    if (value?.name === 'value_float') return [value.f];
    if (value?.name === 'value_ints') return value.ints;
    if (value?.t) return this.valuesOf(value.t);
    return name === undefined ? null : this.numbersOf(name);
  }

  isConstant(name: string | undefined): boolean {
    // Equal weights are stored once, and named again.
    const same = this.maker(name, 'Identity');
    if (same !== undefined) return this.isConstant(same.input[0]);
    return name !== undefined && (this.maker(name, 'Constant') !== undefined || this.stored.has(name));
  }
}

/** The mean over the last dimension, which stays as one. */
function lastMean(graph: Graph, name: string | undefined): NodeProto | undefined {
  const node = graph.maker(name, 'ReduceMean');
  if (node === undefined) return undefined;
  const attribute = (wanted: string) => node.attribute.find((each) => each.name === wanted);
  const axes = attribute('axes')?.ints ?? graph.numbers(node.input[1]);
  const keeps = attribute('keepdims')?.i ?? 1;
  return axes?.length === 1 && axes[0] === -1 && keeps === 1 ? node : undefined;
}

/** The tensor that has its mean subtracted. */
function centred(graph: Graph, name: string | undefined): string | undefined {
  const [minuend, mean] = graph.maker(name, 'Sub')?.input ?? [];
  return minuend !== undefined && lastMean(graph, mean)?.input[0] === minuend ? minuend : undefined;
}

/** The tensor whose centred values are squared. */
function squared(graph: Graph, name: string | undefined): string | undefined {
  const [base, exponent] = graph.maker(name, 'Pow')?.input ?? [];
  if (base !== undefined) return graph.numbers(exponent)?.[0] === 2 ? centred(graph, base) : undefined;
  const [a, b] = graph.maker(name, 'Mul')?.input ?? [];
  return a !== undefined && a === b ? centred(graph, a) : undefined;
}

/** √(variance + ε) of a tensor. */
function deviation(graph: Graph, name: string | undefined): { of: string; epsilon: number } | undefined {
  const sum = graph.maker(graph.maker(name, 'Sqrt')?.input[0], 'Add')?.input ?? [];
  for (const [variance, offset] of [sum, sum.toReversed()]) {
    const [epsilon, ...others] = graph.numbers(offset) ?? [];
    const of = squared(graph, lastMean(graph, variance)?.input[0]);
    if (of !== undefined && epsilon !== undefined && others.length === 0) return { of, epsilon };
  }
  return undefined;
}

/** The constant of a node that reads a tensor beside it. */
function besideConstant(graph: Graph, node: NodeProto | undefined, tensor: string): string | undefined {
  const [other, ...others] = node?.input.filter((name) => name !== tensor) ?? [];
  return others.length === 0 && graph.isConstant(other) ? other : undefined;
}

/** The norm that ends in a division, with what scales and offsets it behind. */
function normOf(graph: Graph, division: NodeProto): { last: NodeProto; norm: NodeProto } | undefined {
  const [numerator, denominator] = division.input;
  const x = centred(graph, numerator);
  const found = deviation(graph, denominator);
  if (x === undefined || found?.of !== x) return undefined;
  const normalized = division.output[0] as string;
  const scaling = graph.onlyReader(normalized, 'Mul');
  const scale = besideConstant(graph, scaling, normalized);
  if (scaling === undefined || scale === undefined) return undefined;
  const scaled = scaling.output[0] as string;
  const offsetting = graph.onlyReader(scaled, 'Add');
  const offset = besideConstant(graph, offsetting, scaled);
  const last = offsetting !== undefined && offset !== undefined ? offsetting : scaling;
  const attribute = [
    { ...NOTHING, name: 'axis', type: INT, i: -1 },
    { ...NOTHING, name: 'epsilon', type: FLOAT, f: found.epsilon },
  ];
  const input = [x, scale, ...(last === offsetting ? [offset as string] : [])];
  return { last, norm: { ...last, opType: 'LayerNormalization', input, attribute } };
}

/**
 * The nodes of a graph with each (x − mean) / √(variance + ε) · γ + β over the last dimension as one LayerNormalization
 * in the place of its last node; what only it read is left to whoever drops what no output needs.
 */
export function withNorms(model: OnnxModel, constants: SmallConstants): NodeProto[] {
  const graph = new Graph(model, constants);
  const replaced = new Map<NodeProto, NodeProto>();
  for (const node of model.nodes) {
    const found = node.opType === 'Div' ? normOf(graph, node) : undefined;
    if (found !== undefined) replaced.set(found.last, found.norm);
  }
  return model.nodes.map((node) => replaced.get(node) ?? node);
}

// A node about to be read: its inputs, attributes and errors.
import { UserError } from '../../records/user-error.ts';
import type { Layer } from '../layer.ts';
import type { Shape } from '../shapes.ts';
import type { SizedTensor } from '../tensor-type.ts';
import type { Draft, Value } from './draft.ts';
import type { Fail } from './fail.ts';
import type { FoldBudget } from './fold-budget.ts';
import type { LayerWeights } from './lazy-weights.ts';
import type { NodeProto } from './model.ts';
import type { Pending } from './pending.ts';
import type { Constant, TensorReader } from './tensors.ts';
import { isWhole, type Tensor, type View, viewText } from './view.ts';

/** What may be done to whole numbers that stand for others. */
const ARRANGES: ReadonlySet<string> = new Set([
  'Reshape',
  'Flatten',
  'Transpose',
  'Squeeze',
  'Unsqueeze',
  'Shape',
]);

/** A layer before it has its name. */
type Unnamed<L> = L extends Layer ? Omit<L, 'name'> : never;

/** What the reading of all nodes shares. */
export interface Reading {
  readonly label: string;
  readonly opset: number;
  readonly draft: Draft;
  readonly tensors: TensorReader;
  /** What may be computed of constants. */
  readonly budget: FoldBudget;
  /** What the file says of the shape of a tensor, its sizes at the draft's batch; null for nothing. */
  readonly storedShape: (name: string) => SizedTensor | null;
  /**
   * Makes a node a layer that keeps its operator, with tensors given for inputs by place; null where that is not
   * allowed.
   */
  readonly keep: ((site: NodeSite, given?: ReadonlyMap<number, Tensor>) => readonly Tensor[]) | null;
}

/** A node about to be read. */
export class NodeSite {
  readonly node: NodeProto;
  readonly draft: Draft;
  readonly opset: number;
  readonly tensors: TensorReader;
  readonly storedShape: Reading['storedShape'];
  readonly keep: Reading['keep'];
  private readonly label: string;
  private readonly budget: FoldBudget;

  constructor(node: NodeProto, { label, opset, draft, tensors, budget, storedShape, keep }: Reading) {
    this.budget = budget;
    this.storedShape = storedShape;
    this.keep = keep;
    this.node = node;
    this.label = label;
    this.opset = opset;
    this.draft = draft;
    this.tensors = tensors;
  }

  /** As messages and layers name it: its own name, or that of what it makes. */
  get name(): string {
    return this.node.name === '' ? (this.node.output[0] ?? '') : this.node.name;
  }

  readonly fail: Fail = (got, expected, fix) => {
    const { name } = this;
    throw new UserError({
      got: `${this.label}: node '${name}' (${this.node.opType}) with ${got}`,
      expected,
      fix,
    });
  };

  /**
   * A function of each element of one input that no layer of ours computes: the operator itself, where that is allowed.
   */
  otherwise(index = 0): (tensor: Tensor) => Tensor {
    return (tensor) => {
      const got = 'a function that none of our activations is';
      if (this.keep === null) return this.unsupported(got, 'one of theirs');
      const own = tensor.isOp === true ? tensor : this.draft.tensor(tensor.layer);
      const [made] = this.keep(this, new Map([[index, own]]));
      if (made === undefined || tensor.isOp === true) return made as Tensor;
      // Whatever the dimensions it is seen in, each element is computed of its own.
      const [before, after] = [this.shapeOf(tensor.layer), this.shapeOf(made.layer)];
      const isSame = (['height', 'width', 'channels'] as const).every((axis) => before[axis] === after[axis]);
      return isSame ? { ...tensor, layer: made.layer } : this.unsupported(got, 'one of theirs');
    };
  }

  /** Before so many values are computed of constants. */
  spend(count: number): void {
    this.budget.spend(count, `${this.label}: node '${this.name}' (${this.node.opType})`);
  }

  has(index: number): boolean {
    return (this.node.input[index] ?? '') !== '';
  }

  value(index: number): Value {
    const name = this.node.input[index] ?? '';
    const value = this.draft.values.get(name);
    if (value !== undefined) return value;
    return this.fail(
      name === ''
        ? `no input ${index}`
        : `input '${name}', which is no weight and which no node before it makes`,
      'each input an initializer, a graph input or the output of a node before',
      'export the model again, its weights included',
    );
  }

  /** A value known before the network runs. */
  constant(index: number, what: string): Constant {
    const value = this.value(index);
    if (value.kind === 'constant') return value;
    return this.fail(
      `${what} that the network computes`,
      `${what} that are constant`,
      'export the model for inference, with constant weights',
    );
  }

  /** Whole numbers of an optional constant input. */
  numbers(index: number, what: string): number[] | undefined {
    return this.has(index) ? Array.from(this.constant(index, what).values) : undefined;
  }

  computed(index: number): Tensor | Pending {
    const value = this.value(index);
    if (value.kind === 'tensor' && value.stored !== undefined && !ARRANGES.has(this.node.opType))
      this.unsupported('numbers that were quantized', 'a DequantizeLinear before it', 'quantize in QDQ form');
    if (value.kind !== 'constant') return value;
    return this.fail(
      'a constant where layers have a tensor',
      'a tensor made from the image',
      'export the model without it',
    );
  }

  tensor(index: number): Tensor {
    return this.draft.made(this.computed(index));
  }

  /** A tensor whose layer has its channels, rows and columns in dimensions of their own, where it can. */
  plain(index: number): Tensor {
    return this.draft.plain(this.tensor(index), this.fail);
  }

  /** The layer of an input that is a map, channels first. */
  map(index = 0): string {
    const tensor = this.tensor(index);
    const { layer, order } = this.draft.arranged(tensor, this.fail);
    if (order === 'first' && !this.shapeOf(layer).flat) return layer;
    return this.fail(
      `an input of ${viewText(tensor.view)}${order === 'last' ? ' with channels last' : ''}`,
      'a map N×C×H×W',
      'export the model with channels first, its vectors flat',
    );
  }

  shapeOf(layer: string): Shape {
    return this.draft.shapeOf(layer);
  }

  private attribute(name: string) {
    return this.node.attribute.find((attribute) => attribute.name === name);
  }

  hasAttribute(name: string): boolean {
    return this.attribute(name) !== undefined;
  }

  int(name: string, byDefault: number): number {
    return this.attribute(name)?.i ?? byDefault;
  }

  float(name: string, byDefault: number): number {
    return this.attribute(name)?.f ?? byDefault;
  }

  ints(name: string): number[] | undefined {
    const list = this.attribute(name)?.ints;
    return list === undefined ? undefined : [...list];
  }

  text(name: string, byDefault: string): string {
    const bytes = this.attribute(name)?.s;
    return bytes === undefined ? byDefault : Buffer.from(bytes).toString('utf8');
  }

  /** A tensor given as an attribute. */
  attributeTensor(name: string): Constant | undefined {
    const proto = this.attribute(name)?.t;
    return proto === null || proto === undefined ? undefined : this.tensors.read(proto);
  }

  floats(name: string): number[] | undefined {
    const list = this.attribute(name)?.floats;
    return list === undefined ? undefined : [...list];
  }

  /** An axis counted from the front. */
  axis(axis: number, rank: number): number {
    const from = axis < 0 ? axis + rank : axis;
    if (Number.isInteger(from) && from >= 0 && from < rank) return from;
    return this.fail(`axis ${axis} of ${rank} dimensions`, `an axis of ${rank}`, 'export the model again');
  }

  /** Whether a dimension is all of the batch. */
  isBatch(view: View, dimension: number): boolean {
    return isWhole(view[dimension] ?? [], 'N', this.draft.batch);
  }

  /** Appends a layer called after the node, with a suffix where a node makes several. */
  add(layer: Unnamed<Layer>, weights: LayerWeights = {}, suffix = ''): string {
    const name = this.draft.nameFor(`${this.name}${suffix}`);
    return this.draft.add({ ...layer, name } as Layer, weights);
  }

  unsupported(got: string, expected: string, fix = 'export the model without it'): never {
    return this.fail(got, expected, fix);
  }
}

/** Reads one operator: the values of its outputs, in order. */
export type NodeReader = (site: NodeSite) => Value | readonly Value[];

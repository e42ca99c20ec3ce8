// Tensors of our layers in the dimensions in which ONNX sees them, for operators that are kept as they are.
import type { Op, OpAttribute, Operand } from '../op-layer.ts';
import type { Shape } from '../shape.ts';
import { onnxSizes } from '../tensor-shape.ts';
import { DATA_TYPE, dimOf, type TensorType } from '../tensor-type.ts';
import type { Fail } from './fail.ts';
import { type Part, sameView, sizeOf, sizesOf, type Tensor, whole } from './view.ts';

/** AttributeProto.AttributeType. */
const INTS = 7;

/** The first opset in which all that is made here is as it is written. */
const OLDEST_OPSET = 7;

/** Where layers are appended. */
export interface Layers {
  readonly batch: number;
  readonly anyBatch: number | null;
  shapeOf(layer: string): Shape;
  nameFor(text: string): string;
  add(layer: Op): string;
  tensor(layer: string): Tensor;
  /** Layers that arrange a tensor, by what they make of it. */
  readonly arrangedForOps: Map<string, string>;
}

/** An operator of one tensor, and of a constant beside it. */
interface Step {
  readonly opType: string;
  readonly attributes?: readonly OpAttribute[];
  readonly beside?: Operand;
  /** Sizes of what it makes, at the draft's batch. */
  readonly sizes: readonly number[];
}

function typeOf(draft: Layers, sizes: readonly number[], dataType: number): TensorType {
  const { anyBatch, batch } = draft;
  const dims = sizes.map((size) => dimOf(size, anyBatch));
  return { dims, dataType, batch: anyBatch === null ? batch : null };
}

/** Appends it behind a layer. Returns the layer's name. */
export function addStep(
  draft: Layers,
  name: string,
  input: string,
  { opType, attributes = [], beside, sizes }: Step,
): string {
  const dataType = draft.shapeOf(input).dataType ?? DATA_TYPE.float32;
  const layer: Op = {
    kind: 'op',
    name: draft.nameFor(name),
    inputs: [input],
    opType,
    domain: '',
    opset: OLDEST_OPSET,
    attributes,
    operands: [{ kind: 'tensor', input: 0 }, ...(beside === undefined ? [] : [beside])],
    outputs: [typeOf(draft, sizes, dataType)],
  };
  return draft.add(layer);
}

function reshaped(draft: Layers, name: string, input: string, sizes: readonly number[]): string {
  const values = sizes.map((size) => dimOf(size, draft.anyBatch));
  const constant = { dims: [sizes.length], dataType: DATA_TYPE.int64, values };
  return addStep(draft, name, input, { opType: 'Reshape', beside: { kind: 'constant', constant }, sizes });
}

const isSame = (a: readonly number[], b: readonly number[]) => a.length === b.length && a.join() === b.join();

/** The parts of a view in the order in which their layer's tensor has them; null where some are missing. */
function inMemory(draft: Layers, { layer, view }: Tensor): Part[] | null {
  const parts = view.flat();
  const own = draft.tensor(layer).view.flat();
  const order = own.flatMap(({ axis }) =>
    parts.filter((part) => part.axis === axis).toSorted((a, b) => b.stride - a.stride),
  );
  const isWhole = own.every(({ axis, size }) => sizeOf(order.filter((part) => part.axis === axis)) === size);
  return isWhole && order.length === parts.length ? order : null;
}

/** Behind reshapes and a transpose. */
function arranged(draft: Layers, value: Tensor, fail: Fail): string {
  const order = inMemory(draft, value);
  if (order === null)
    return fail('a broken view', 'all elements of its input', 'export the model without what is before it');
  let layer = value.layer;
  let sizes = sizesOf(draft.tensor(layer).view);
  const split = order.map(({ size }) => size);
  const perm = value.view.flat().map((part) => order.indexOf(part));
  if (perm.some((from, to) => from !== to)) {
    if (!isSame(sizes, split)) layer = reshaped(draft, `${value.layer}/parts`, layer, split);
    sizes = perm.map((from) => split[from] as number);
    const attributes = [{ name: 'perm', type: INTS, ints: perm }];
    layer = addStep(draft, `${value.layer}/turned`, layer, { opType: 'Transpose', attributes, sizes });
  }
  const target = sizesOf(value.view);
  return isSame(sizes, target) ? layer : reshaped(draft, `${value.layer}/seen`, layer, target);
}

/**
 * The layer whose tensor is the value in the dimensions in which ONNX sees it: itself, or behind reshapes and a
 * transpose.
 */
export function inOnnxForm(draft: Layers, value: Tensor, fail: Fail): string {
  if (value.isOp === true) return value.layer;
  const own = draft.tensor(value.layer);
  if (sameView(own.view, value.view)) return value.layer;
  const key = `${value.layer} ${JSON.stringify(value.view)}`;
  const known = draft.arrangedForOps.get(key) ?? arranged(draft, value, fail);
  draft.arrangedForOps.set(key, known);
  return known;
}

/** scale · x + offset of an operator's tensor. */
export function affineOp(draft: Layers, name: string, base: Tensor, scale: number, offset: number): Tensor {
  const sizes = sizesOf(base.view);
  const number = (value: number): Operand => ({
    kind: 'constant',
    constant: { dims: [], dataType: DATA_TYPE.float32, values: [value] },
  });
  const scaled =
    scale === 1
      ? base.layer
      : addStep(draft, name, base.layer, { opType: 'Mul', beside: number(scale), sizes });
  if (offset === 0) return { ...base, layer: scaled };
  return { ...base, layer: addStep(draft, name, scaled, { opType: 'Add', beside: number(offset), sizes }) };
}

/** An operator's tensor, in its own dimensions. */
export function opTensor(draft: Layers, layer: string): Tensor {
  const sizes = onnxSizes(draft.shapeOf(layer), draft.batch);
  const view = sizes.map((size, i) => whole(i === 0 && size === draft.batch ? 'N' : 'C', size));
  return { kind: 'tensor', layer, view, isOp: true };
}

// Shapes and types of what ONNX operators make, for those that are kept as they are.
import { einsumSizes } from '../op-flops.ts';
import { DATA_TYPE, type SizedTensor } from '../tensor-type.ts';
import { axesOf, spreadDims, squeezed, unsqueezed } from './node-dimensions.ts';
import type { NodeSite } from './node-site.ts';
import { ARRANGING_SHAPES } from './op-shapes-arrange.ts';
import { WINDOW_SHAPES } from './op-shapes-windows.ts';
import type { OpView, ShapeRule } from './op-view.ts';

const { bool, int64 } = DATA_TYPE;

/** As the first input. */
const same: ShapeRule = (op) => [op.input(0)];

function spreadOf(op: OpView): number[] {
  const shapes = op.all().map(({ dims }) => dims);
  const dims = spreadDims(shapes);
  if (dims !== null) return dims;
  return op.site.fail(
    `tensors of ${shapes.map((shape) => `[${shape}]`).join(' and ')}`,
    'shapes that are equal, or 1 where they differ',
    'correct the model',
  );
}

/** Element by element; of the type of one of the inputs, or of truth values. */
const elementwise =
  (typeOf: (op: OpView) => number = (op) => op.input(0).dataType): ShapeRule =>
  (op) => [{ dims: spreadOf(op), dataType: typeOf(op) }];

const truth = elementwise(() => bool);

function reducedDims(site: NodeSite, dims: readonly number[], axes: readonly number[] | undefined): number[] {
  const gone = (axes ?? dims.map((_, axis) => axis)).map((axis) => site.axis(axis, dims.length));
  const keeps = site.int('keepdims', 1) !== 0;
  return dims.flatMap((size, axis) => (gone.includes(axis) ? (keeps ? [1] : []) : [size]));
}

/** Axes as an attribute or, since opset 13 or 18, as an input. */
const reduction: ShapeRule = (op) => {
  const { site } = op;
  const { dims, dataType } = op.input(0);
  const axes = axesOf(site);
  if ((axes === undefined || axes.length === 0) && site.int('noop_with_empty_axes', 0) !== 0)
    return [op.input(0)];
  return [{ dims: reducedDims(site, dims, axes?.length === 0 ? undefined : axes), dataType }];
};

const position: ShapeRule = (op) => {
  const { site } = op;
  return [{ dims: reducedDims(site, op.input(0).dims, [site.int('axis', 0)]), dataType: int64 }];
};

function mismatch(op: OpView, first: readonly number[], second: readonly number[]): never {
  return op.site.fail(
    `a product of [${first}] and [${second}]`,
    'as many columns of the first as rows of the second',
    'correct the model',
  );
}

/** Matrices in the last two dimensions; a vector is one of one row or column. */
const matrixProduct: ShapeRule = (op) => {
  const [a, b] = [op.input(0), op.input(1)];
  const first = a.dims.length === 1 ? [1, ...a.dims] : a.dims;
  const second = b.dims.length === 1 ? [...b.dims, 1] : b.dims;
  const outer = spreadDims([first.slice(0, -2), second.slice(0, -2)]);
  if (first.length < 2 || second.length < 2 || first.at(-1) !== second.at(-2) || outer === null)
    return mismatch(op, a.dims, b.dims);
  const rows = a.dims.length === 1 ? [] : [first.at(-2) as number];
  const columns = b.dims.length === 1 ? [] : [second.at(-1) as number];
  return [{ dims: [...outer, ...rows, ...columns], dataType: a.dataType }];
};

const gemm: ShapeRule = (op) => {
  const { site } = op;
  const turned = (dims: readonly number[], name: string) =>
    site.int(name, 0) === 0 ? dims : dims.toReversed();
  const first = turned(op.input(0).dims, 'transA');
  const second = turned(op.input(1).dims, 'transB');
  if (first.length !== 2 || second.length !== 2 || first[1] !== second[0]) return mismatch(op, first, second);
  return [{ dims: [first[0] as number, second[1] as number], dataType: op.input(0).dataType }];
};

const einsum: ShapeRule = (op) => {
  const equation = op.site.text('equation', '');
  const found = einsumSizes(
    equation,
    op.all().map(({ dims }) => dims),
  );
  if (found === null)
    return op.site.fail(`the equation '${equation}'`, 'one that its inputs fit', 'correct the model');
  return [
    { dims: found.output.flatMap((name) => found.sizes.get(name) ?? []), dataType: op.input(0).dataType },
  ];
};

/** Mean and deviation beside, in one value for each row. */
const layerNorm: ShapeRule = (op) => {
  const { dims } = op.input(0);
  const axis = op.site.axis(op.site.int('axis', -1), dims.length);
  const rows = dims.map((size, at) => (at < axis ? size : 1));
  const beside: SizedTensor = { dims: rows, dataType: DATA_TYPE.float32 };
  return [op.input(0), beside, beside];
};

const topK: ShapeRule = (op) => {
  const { site } = op;
  const { dims, dataType } = op.input(0);
  const axis = site.axis(site.int('axis', -1), dims.length);
  const count = site.hasAttribute('k') ? site.int('k', 1) : (site.numbers(1, 'k')?.[0] ?? 1);
  const taken = dims.map((size, at) => (at === axis ? count : size));
  return [
    { dims: taken, dataType },
    { dims: taken, dataType: int64 },
  ];
};

/** Steps × examples × features: all states, and the last of each direction. */
const recurrent: ShapeRule = (op) => {
  const { site } = op;
  const { dims, dataType } = op.input(0);
  const [first = 1, second = 1] = dims;
  const hidden = site.int('hidden_size', op.input(2).dims[2] ?? 1);
  const directions = op.input(1).dims[0] ?? 1;
  const isBatchFirst = site.int('layout', 0) !== 0;
  const [steps, examples] = isBatchFirst ? [second, first] : [first, second];
  const all = isBatchFirst ? [examples, steps, directions, hidden] : [steps, directions, examples, hidden];
  const last = isBatchFirst ? [examples, directions, hidden] : [directions, examples, hidden];
  return [all, last, last].map((sizes) => ({ dims: sizes, dataType }));
};

const typeGiven =
  (byDefault: (op: OpView) => number): ShapeRule =>
  (op) => [
    { dims: op.input(0).dims, dataType: op.floating(op.site.int('to', op.site.int('dtype', byDefault(op)))) },
  ];

/** Of the shape of their first input and of its type. */
const UNCHANGED = `Abs Acos Acosh Asin Asinh Atan Atanh Ceil Celu Clip Cos Cosh CumSum Elu Erf Exp Floor Gelu
  GroupNormalization HardSigmoid HardSwish Hardmax InstanceNormalization LRN LeakyRelu Log LogSoftmax
  LpNormalization MeanVarianceNormalization Mish Neg Not PRelu Reciprocal Relu Round Selu Shrink Sigmoid Sign
  Sin Sinh Softmax Softplus Softsign Sqrt Swish Tan Tanh ThresholdedRelu Trilu BitwiseNot RotaryEmbedding
  RMSNormalization ReverseSequence ScatterElements ScatterND Scatter Identity`;

const REDUCTIONS = `ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum
  ReduceSumSquare`;

const ARITHMETIC =
  'Add Sub Mul Div Pow Mod Min Max Sum Mean BitShift BitwiseAnd BitwiseOr BitwiseXor And Or Xor';

const COMPARISONS = 'Equal Greater GreaterOrEqual Less LessOrEqual';

const all = (names: string, rule: ShapeRule) => names.split(/\s+/).map((name) => [name, rule] as const);

/** By operator. */
export const SHAPE_RULES: Readonly<Record<string, ShapeRule>> = {
  ...Object.fromEntries([
    ...all(UNCHANGED, same),
    ...all(REDUCTIONS, reduction),
    ...all(ARITHMETIC, elementwise()),
    ...all(COMPARISONS, truth),
    ...all('LSTM GRU RNN', recurrent),
    ...all('ArgMax ArgMin', position),
    ...all('IsNaN IsInf', (op) => [{ dims: op.input(0).dims, dataType: bool }]),
  ]),
  Where: elementwise((op) => op.input(1).dataType),
  Cast: typeGiven((op) => op.input(0).dataType),
  CastLike: (op) => [{ dims: op.input(0).dims, dataType: op.input(1).dataType }],
  EyeLike: typeGiven((op) => op.input(0).dataType),
  MatMul: matrixProduct,
  Gemm: gemm,
  Einsum: einsum,
  LayerNormalization: layerNorm,
  TopK: topK,
  Squeeze: (op) => [
    { dims: squeezed(op.site, op.input(0).dims, (size) => size === 1), dataType: op.input(0).dataType },
  ],
  Unsqueeze: (op) => [{ dims: unsqueezed(op.site, op.input(0).dims, 1), dataType: op.input(0).dataType }],
  ...ARRANGING_SHAPES,
  ...WINDOW_SHAPES,
};

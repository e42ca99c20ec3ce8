// Which sizes of what an ONNX operator reads and makes are the same.
import { type Axis, atom, pin, sizeOfAxis, unify } from './op-axes.ts';
import type { Op } from './op-layer.ts';

/** The dimensions of what an operator reads and makes. */
export interface OpAxes {
  readonly op: Op;
  /** By operand; null for what is left out. Those of constants are pinned. */
  readonly operands: readonly (readonly Axis[] | null)[];
  readonly outputs: readonly (readonly Axis[])[];
}

type AxisRule = (axes: OpAxes) => void;

const isOne = (axis: Axis) => axis.length === 0;
const numberOf = (op: Op, name: string, byDefault: number) =>
  op.attributes.find((attribute) => attribute.name === name)?.i ?? byDefault;
const numbersOf = (op: Op, name: string, operand: number): readonly number[] | undefined => {
  const given = op.attributes.find((attribute) => attribute.name === name)?.ints;
  const constant = op.operands[operand];
  return given ?? (constant?.kind === 'constant' ? constant.constant.values.map(Number) : undefined);
};

/** Spread over one another from the last dimension on. */
function spread(operand: readonly Axis[], output: readonly Axis[]): void {
  operand.forEach((axis, i) => {
    const other = output[output.length - operand.length + i];
    if (!isOne(axis) && other !== undefined) unify(axis, other);
  });
}

const elementwise: AxisRule = ({ operands, outputs }) => {
  for (const operand of operands) if (operand !== null) for (const output of outputs) spread(operand, output);
};

function pinAll({ operands, outputs }: OpAxes): void {
  for (const tensor of [...operands, ...outputs]) for (const axis of tensor ?? []) pin(axis);
}

const matrixProduct: AxisRule = (axes) => {
  const [a, b] = axes.operands;
  const [output = []] = axes.outputs;
  if (!a || !b || a.length < 2 || b.length < 2) return pinAll(axes);
  spread(a.slice(0, -2), output.slice(0, -2));
  spread(b.slice(0, -2), output.slice(0, -2));
  unify(a.at(-2) as Axis, output.at(-2) as Axis);
  unify(b.at(-1) as Axis, output.at(-1) as Axis);
  unify(a.at(-1) as Axis, b.at(-2) as Axis);
};

const gemm: AxisRule = (axes) => {
  const { op, outputs } = axes;
  const turned = (tensor: readonly Axis[] | null | undefined, name: string) =>
    numberOf(op, name, 0) === 0 ? tensor : tensor?.toReversed();
  const [a, b] = [turned(axes.operands[0], 'transA'), turned(axes.operands[1], 'transB')];
  const [output = []] = outputs;
  if (!a || !b) return pinAll(axes);
  unify(a[0] as Axis, output[0] as Axis);
  unify(b[1] as Axis, output[1] as Axis);
  unify(a[1] as Axis, b[0] as Axis);
  const bias = axes.operands[2];
  if (bias) spread(bias, output);
};

const transpose: AxisRule = ({ op, operands: [input], outputs: [output = []] }) => {
  const perm =
    op.attributes.find(({ name }) => name === 'perm')?.ints ?? output.map((_, i) => output.length - 1 - i);
  perm.forEach((from, to) => {
    unify(input?.[from] ?? [], output[to] ?? []);
  });
};

/** The same elements in the same order. */
const reshape: AxisRule = ({ operands: [input], outputs: [output = []] }) => {
  unify((input ?? []).flat(), output.flat());
};

function axisAt(op: Op, rank: number, byDefault: number): number {
  const axis = numberOf(op, 'axis', byDefault);
  return axis < 0 ? axis + rank : axis;
}

/** All dimensions but those named are the same as the output's. */
function sameBut(input: readonly Axis[], output: readonly Axis[], changed: readonly number[]): void {
  input.forEach((axis, i) => {
    const other = output[i] ?? [];
    if (changed.includes(i)) {
      pin(axis);
      pin(other);
    } else unify(axis, other);
  });
}

const concat: AxisRule = ({ op, operands, outputs: [output = []] }) => {
  const axis = axisAt(op, output.length, 0);
  for (const operand of operands) if (operand !== null) sameBut(operand, output, [axis]);
};

/** Equal parts are the slower part of their axis. */
const split: AxisRule = ({ op, operands: [input], outputs }) => {
  const axis = axisAt(op, input?.length ?? 0, 0);
  const sizes = outputs.map((output) => sizeOfAxis(output[axis] ?? []));
  const whole = sizeOfAxis(input?.[axis] ?? []);
  const isEven = sizes.every((size) => size === sizes[0]) && (sizes[0] ?? 0) * sizes.length === whole;
  for (const output of outputs) {
    (input ?? []).forEach((own, i) => {
      const other = output[i] ?? [];
      if (i !== axis) unify(own, other);
      else if (isEven) unify(own, [atom(sizes.length, true), ...other]);
      else {
        pin(own);
        pin(other);
      }
    });
  }
};

const slice: AxisRule = (axes) => {
  const {
    op,
    operands: [input],
    outputs: [output = []],
  } = axes;
  const rank = output.length;
  const starts = numbersOf(op, 'starts', 1);
  const ends = numbersOf(op, 'ends', 2);
  const given = numbersOf(op, 'axes', 3) ?? starts?.map((_, i) => i);
  if (!starts || !ends || !given) return pinAll(axes);
  const changed = given.map((axis) => (axis < 0 ? axis + rank : axis));
  const isWhole = (axis: number) => sizeOfAxis(input?.[axis] ?? []) === sizeOfAxis(output[axis] ?? []);
  sameBut(
    input ?? [],
    output,
    changed.filter((axis) => !isWhole(axis)),
  );
};

/** Indices take the place of an axis. */
const gather: AxisRule = ({ op, operands: [input, indices], outputs: [output = []] }) => {
  const axis = axisAt(op, input?.length ?? 0, 0);
  const more = (indices?.length ?? 0) - 1;
  (input ?? []).forEach((own, i) => {
    if (i < axis) unify(own, output[i] ?? []);
    else if (i > axis) unify(own, output[i + more] ?? []);
    else pin(own);
  });
  (indices ?? []).forEach((own, i) => {
    unify(own, output[axis + i] ?? []);
  });
};

const reduction: AxisRule = ({ op, operands: [input], outputs: [output = []] }) => {
  const rank = input?.length ?? 0;
  const given =
    numbersOf(op, 'axes', 1) ?? (op.opType.startsWith('Arg') ? [numberOf(op, 'axis', 0)] : undefined);
  const gone = (given ?? Array.from({ length: rank }, (_, i) => i)).map((axis) =>
    axis < 0 ? axis + rank : axis,
  );
  const keeps = numberOf(op, 'keepdims', 1) !== 0;
  let at = 0;
  (input ?? []).forEach((own, i) => {
    if (!gone.includes(i)) unify(own, output[at++] ?? []);
    else if (keeps) at++;
  });
};

/** Scale and offset are along the last dimensions. */
const layerNorm: AxisRule = ({ operands, outputs: [output = []] }) => {
  for (const operand of operands) if (operand !== null) spread(operand, output);
};

const einsum: AxisRule = (axes) => {
  const equation = axes.op.attributes.find(({ name }) => name === 'equation')?.text ?? '';
  const [left = '', right] = equation.replaceAll(' ', '').split('->');
  if (right === undefined || equation.includes('.')) return pinAll(axes);
  const known = new Map<string, Axis>();
  const terms = [...left.split(','), right];
  const tensors = [...axes.operands, axes.outputs[0] ?? []];
  terms.forEach((term, i) => {
    [...term].forEach((letter, at) => {
      const axis = tensors[i]?.[at] ?? [];
      const other = known.get(letter);
      if (other === undefined) known.set(letter, axis);
      else unify(other, axis);
    });
  });
};

const names = (text: string, rule: AxisRule) => text.split(/\s+/).map((name) => [name, rule] as const);

/** By operator: those of others keep all their sizes. */
export const AXIS_RULES: Readonly<Record<string, AxisRule>> = {
  ...Object.fromEntries([
    ...names(
      `Add Sub Mul Div Pow Min Max Sum Mean Where Cast Equal Less Greater And Or Not Abs Cos Sin Erf Exp Log Neg Sqrt
      Reciprocal Relu Clip Sigmoid Tanh Gelu Softplus Elu Selu LeakyRelu HardSigmoid HardSwish Mish Swish Softmax
      LogSoftmax Identity Sign Floor Ceil Round Softsign Celu RMSNormalization`,
      elementwise,
    ),
    ...names('Reshape Flatten Squeeze Unsqueeze', reshape),
    ...names(
      'ReduceMean ReduceSum ReduceMax ReduceMin ReduceL2 ReduceL1 ReduceSumSquare ArgMax ArgMin',
      reduction,
    ),
  ]),
  MatMul: matrixProduct,
  Gemm: gemm,
  Einsum: einsum,
  Transpose: transpose,
  Concat: concat,
  Split: split,
  Slice: slice,
  Gather: gather,
  Expand: ({ operands: [input], outputs: [output = []] }) => spread(input ?? [], output),
  LayerNormalization: layerNorm,
};

/** Makes the same what is the same; of an operator that is not known here every size stays. */
export function tieAxes(axes: OpAxes): void {
  const rule = axes.op.domain === '' ? AXIS_RULES[axes.op.opType] : undefined;
  if (rule === undefined) pinAll(axes);
  else rule(axes);
}

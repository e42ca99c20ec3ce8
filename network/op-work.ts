// What the kernel of an ONNX operator computes and moves.
import { opFlops } from './op-flops.ts';
import type { Op } from './op-layer.ts';
import type { Shape } from './shape.ts';
import { onnxSizes } from './tensor-shape.ts';
import { bytesPerValue, dimAt, valuesAt } from './tensor-type.ts';

const BYTES_PER_FLOAT = 4;

/** In FLOPs and in values of 4 bytes, at a batch. */
export interface OpWork {
  readonly flops: number;
  readonly read: number;
  readonly written: number;
  readonly weights: number;
  /** Values of the weights it has, whatever part of them it reads. */
  readonly parameters: number;
}

/** Operators that only show their input in other dimensions: no engine moves anything. */
const VIEWS: ReadonlySet<string> = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Identity']);
/** Operators that read as much of their first operand as they make. */
const PICKS: ReadonlySet<string> = new Set([
  'Gather',
  'GatherElements',
  'GatherND',
  'Slice',
  'Split',
  'Compress',
]);

/** Whether an operator runs no kernel. */
export function isView({ opType }: Op): boolean {
  return VIEWS.has(opType);
}

/** Of its kernels: `op:Name`, those with a matrix of weights apart from those of two tensors. */
export function opClass({ opType, domain, operands }: Op): string {
  const name = domain === '' ? opType : `${domain}.${opType}`;
  const isProduct = opType === 'MatMul' || opType === 'Gemm';
  return `op:${name}${isProduct && operands.some((operand) => operand?.kind === 'weight') ? ' weights' : ''}`;
}

const count = (sizes: readonly number[]) => sizes.reduce((product, size) => product * size, 1);

/** @param inputs shapes of the layers that it reads */
export function opWork(op: Op, inputs: readonly Shape[], batch: number): OpWork {
  const attribute = (name: string) => op.attributes.find((each) => each.name === name);
  const operands = op.operands.map((operand) => {
    if (operand === null) return undefined;
    if (operand.kind === 'weight') return operand.dims;
    if (operand.kind === 'constant') return operand.constant.dims;
    return onnxSizes(inputs[operand.input] as Shape, batch);
  });
  const output = op.outputs[0]?.dims.map((dim) => dimAt(dim, batch)) ?? [];
  const flops = opFlops(op.opType, {
    operands,
    output,
    int: (name, byDefault) => attribute(name)?.i ?? byDefault,
    text: (name) => attribute(name)?.text,
  });
  const written = op.outputs.reduce(
    (sum, tensor) => sum + (valuesAt(tensor, batch) * bytesPerValue(tensor.dataType)) / BYTES_PER_FLOAT,
    0,
  );
  let [read, weights, parameters] = [0, 0, 0];
  op.operands.forEach((operand, i) => {
    if (operand === null || operand.kind === 'constant') return;
    const isPicked = i === 0 && PICKS.has(op.opType);
    const values = count(operands[i] ?? []);
    if (operand.kind === 'weight') {
      parameters += values;
      if (isPicked) read += written;
      else weights += values;
      return;
    }
    const perValue = bytesPerValue(inputs[operand.input]?.dataType) / BYTES_PER_FLOAT;
    read += isPicked ? written : values * perValue;
  });
  return { flops, read, written, weights, parameters };
}

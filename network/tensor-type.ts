// Tensors as ONNX has them: dimensions of which the batch may be one or a part, and types of values.

/** A size: a number, or so many for each example of the batch. */
export type Dim = number | { readonly perExample: number };

/** TensorProto.DataType, of those that are told apart here. */
export const DATA_TYPE = { float32: 1, int32: 6, int64: 7, bool: 9 } as const;

const [FLOAT64, UINT64] = [11, 13];
/** uint8, int8 and truth values. */
const BYTES: ReadonlySet<number> = new Set([2, 3, DATA_TYPE.bool]);

/** A tensor as ONNX has it. */
export interface TensorType {
  readonly dims: readonly Dim[];
  /** TensorProto.DataType; floating-point ones are all float32. */
  readonly dataType: number;
  /** Examples that its numbers hold where the batch is fixed; null where sizes grow with it. */
  readonly batch: number | null;
}

/**
 * A size, or how many of it each example has.
 * @param anyBatch number that stands for the batch in sizes; null where they are what they are
 */
export function dimOf(size: number, anyBatch: number | null): Dim {
  return anyBatch !== null && size > 0 && size % anyBatch === 0 ? { perExample: size / anyBatch } : size;
}

/** A size at that batch. */
export function dimAt(dim: Dim, batch: number): number {
  return typeof dim === 'number' ? dim : dim.perExample * batch;
}

/** Values of a tensor of which the batch is as many. */
export function valuesAt({ dims }: Pick<TensorType, 'dims'>, batch: number): number {
  return dims.reduce<number>((product, dim) => product * dimAt(dim, batch), 1);
}

/** A tensor at a batch. */
export interface SizedTensor {
  readonly dims: readonly number[];
  /** TensorProto.DataType. */
  readonly dataType: number;
}

/** Of a data type; float32 by default. */
export function bytesPerValue(dataType: number | undefined): number {
  if (dataType === DATA_TYPE.int64 || dataType === FLOAT64 || dataType === UINT64) return 8;
  return BYTES.has(dataType ?? DATA_TYPE.float32) ? 1 : 4;
}

// Constant tensors of an ONNX model: types, sizes and values.
import { UserError } from '../../records/user-error.ts';
import type { ByteSource } from '../byte-source.ts';
import { halfToFloat } from '../half-float.ts';
import type { TensorProto } from './model.ts';
import { OWN_FILE } from './slim-model.ts';
import type { Tensor } from './view.ts';

/** A tensor whose values are known: float32, or whole numbers and truth values as float64. */
export interface Constant {
  readonly kind: 'constant';
  readonly dims: readonly number[];
  readonly values: Float32Array | Float64Array;
  /** TensorProto.DataType, where it is neither float32 nor int64. */
  readonly dataType?: number;
  /** Makes the layer that computes it, where a network is better shown that than what it makes. */
  readonly computed?: () => Tensor;
  /** Whether the file has it, rather than what makes it. */
  readonly isStored?: true;
  /** What a file stores it as, by the name that messages give the type. */
  readonly type?: string;
  /** Where the file has whole numbers that stand for the values. */
  readonly quantized?: QuantizedConstant;
}

/** Whole numbers q stand for (q − zero point) · scale, of one scale or of one per index along an axis. */
export interface QuantizedConstant {
  readonly type: string | undefined;
  readonly scale: Constant;
  readonly zero: Constant | undefined;
  readonly axis: number;
}

/** A file beside the model that holds weights. */
export type ExternalFiles = (location: string) => ByteSource;

/** Bytes of a tensor that are read when they are asked for. */
interface RawBytes {
  readonly length: number;
  readonly read: () => Uint8Array;
}

interface DataType {
  readonly name: string;
  readonly bytes: number;
  readonly isFloat: boolean;
  readonly read: (view: DataView, at: number) => number;
}

/** TensorProto.DataType, of which networks for images have these. */
const DATA_TYPES: Readonly<Record<number, DataType>> = {
  1: { name: 'float32', bytes: 4, isFloat: true, read: (view, at) => view.getFloat32(at, true) },
  2: { name: 'uint8', bytes: 1, isFloat: false, read: (view, at) => view.getUint8(at) },
  3: { name: 'int8', bytes: 1, isFloat: false, read: (view, at) => view.getInt8(at) },
  4: { name: 'uint16', bytes: 2, isFloat: false, read: (view, at) => view.getUint16(at, true) },
  5: { name: 'int16', bytes: 2, isFloat: false, read: (view, at) => view.getInt16(at, true) },
  6: { name: 'int32', bytes: 4, isFloat: false, read: (view, at) => view.getInt32(at, true) },
  7: { name: 'int64', bytes: 8, isFloat: false, read: (view, at) => Number(view.getBigInt64(at, true)) },
  9: { name: 'bool', bytes: 1, isFloat: false, read: (view, at) => view.getUint8(at) },
  10: { name: 'float16', bytes: 2, isFloat: true, read: (view, at) => halfToFloat(view.getUint16(at, true)) },
  12: { name: 'uint32', bytes: 4, isFloat: false, read: (view, at) => view.getUint32(at, true) },
  11: { name: 'float64', bytes: 8, isFloat: true, read: (view, at) => view.getFloat64(at, true) },
};

const FLOAT = 1;
const INT64 = 7;
const FLOAT16 = 10;

/** As messages name it; null for a type that is not read. */
export function dataTypeName(dataType: number): string | null {
  return DATA_TYPES[dataType]?.name ?? null;
}

export function isFloatType(dataType: number): boolean {
  return DATA_TYPES[dataType]?.isFloat === true;
}

/** Number of values of that shape. */
export function valueCount(dims: readonly number[]): number {
  return dims.reduce((product, size) => product * size, 1);
}

/** The values in a field of their type, which take the place of raw bytes. */
function listed(tensor: TensorProto): readonly number[] {
  if (tensor.dataType === FLOAT16) return tensor.int32Data.map(halfToFloat);
  return (
    [tensor.floatData, tensor.int32Data, tensor.int64Data, tensor.doubleData].find(
      ({ length }) => length > 0,
    ) ?? []
  );
}

/** Reads tensors of one model. */
export class TensorReader {
  private readonly label: string;
  private readonly own: ByteSource;
  private readonly external: ExternalFiles | undefined;

  /** @param own the model itself */
  constructor(label: string, own: ByteSource, external?: ExternalFiles) {
    this.label = label;
    this.own = own;
    this.external = external;
  }

  private fail(tensor: TensorProto, got: string, expected: string, fix: string): never {
    throw new UserError({ got: `${this.label}: tensor '${tensor.name}' ${got}`, expected, fix });
  }

  private fileOf(tensor: TensorProto, location: string): ByteSource {
    if (location === OWN_FILE) return this.own;
    if (this.external !== undefined) return this.external(location);
    return this.fail(
      tensor,
      `with its values in another file, '${location}'`,
      'values within the model',
      'open the model by its path, or save it as one file (external_data=False, or onnx.save)',
    );
  }

  private rawBytes(tensor: TensorProto): RawBytes {
    const { rawData } = tensor;
    if (tensor.externalData.length === 0) return { length: rawData.length, read: () => rawData };
    const entries = new Map(tensor.externalData.map(({ key, value }) => [key, value]));
    const location = entries.get('location') ?? '';
    const file = this.fileOf(tensor, location);
    const offset = Number(entries.get('offset') ?? 0);
    const length = Number(entries.get('length') ?? file.length - offset);
    const isPlace = (value: number) => Number.isSafeInteger(value) && value >= 0;
    if (!isPlace(offset) || !isPlace(length)) {
      const given = `at offset ${entries.get('offset') ?? 0} with length ${entries.get('length') ?? length} of '${location}'`;
      this.fail(tensor, given, 'whole numbers of at least 0', 'save the model again, its weights included');
    }
    if (offset + length > file.length) {
      const range = `in bytes ${offset} to ${offset + length} of '${location}', which has ${file.length}`;
      this.fail(tensor, range, 'a file as long as that', 'copy the file again');
    }
    return { length, read: () => file.subarray(offset, offset + length) };
  }

  /** @throws UserError naming the tensor whose type is unknown or whose values are not as many as its shape says */
  read(tensor: TensorProto): Constant {
    const type = DATA_TYPES[tensor.dataType];
    if (type === undefined) {
      const known = Object.values(DATA_TYPES).map(({ name }) => name);
      return this.fail(tensor, `of data type ${tensor.dataType}`, known.join(', '), 'export a float32 model');
    }
    const { dims } = tensor;
    const count = valueCount(dims);
    if (!dims.every((size) => Number.isSafeInteger(size) && size >= 0) || !Number.isSafeInteger(count))
      this.fail(tensor, `of [${dims}]`, 'sizes of at least 0', 'correct the model');
    const list = listed(tensor);
    if (list.length > 0 || (count === 0 && tensor.rawData.length === 0)) {
      if (list.length !== count) this.shortOf(tensor, list.length, count, 'values');
      return {
        kind: 'constant',
        dims,
        dataType: tensor.dataType,
        type: type.name,
        values: type.isFloat ? Float32Array.from(list) : Float64Array.from(list),
      };
    }
    const raw = this.rawBytes(tensor);
    if (raw.length !== count * type.bytes) this.shortOf(tensor, raw.length, count * type.bytes, 'bytes');
    let values: Float32Array | Float64Array | undefined;
    return {
      kind: 'constant',
      dims,
      dataType: tensor.dataType,
      type: type.name,
      get values() {
        values ??= fromBytes(raw.read(), type, count);
        return values;
      },
    };
  }

  /** As {@link read}, of one that the file itself has. */
  stored(tensor: TensorProto): Constant {
    return Object.defineProperty(this.read(tensor), 'isStored', { value: true });
  }

  private shortOf(tensor: TensorProto, got: number, expected: number, unit: string): never {
    return this.fail(
      tensor,
      `of [${tensor.dims}] with ${got} ${unit}`,
      `${expected} ${unit}`,
      'export the model again, its weights included',
    );
  }
}

function fromBytes(raw: Uint8Array, type: DataType, count: number): Float32Array | Float64Array {
  if (type.name === 'float32') {
    // Bytes within a file lie at any offset; a copy starts where float32 may.
    const copy = new Uint8Array(raw.length);
    copy.set(raw);
    return new Float32Array(copy.buffer);
  }
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const values = type.isFloat ? new Float32Array(count) : new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = type.read(view, i * type.bytes);
  return values;
}

/** Of a constant: float32 whatever the floating-point type it had. */
export function typeOf(constant: Constant): number {
  const { dataType } = constant;
  if (dataType !== undefined) return isFloatType(dataType) ? FLOAT : dataType;
  return constant.values instanceof Float32Array ? FLOAT : INT64;
}

export function constant(dims: readonly number[], values: ArrayLike<number>, isFloat = false): Constant {
  return { kind: 'constant', dims, values: isFloat ? Float32Array.from(values) : Float64Array.from(values) };
}

// Finds where a broken ONNX file stops making sense.
import { BYTES, FIXED32, FIXED64, VARINT, varint } from './wire.ts';

/** Where the bytes of a message stop making sense. */
export interface Break {
  /** Of the field that cannot be read. */
  readonly at: number;
  /** Fields that it is in, outermost first. */
  readonly within: readonly string[];
  /** How many bytes there are too few. */
  readonly missing: number;
}

/** Messages to look into, by field number (onnx.proto). */
interface Fields {
  readonly [field: number]: { readonly name: string; readonly fields?: Fields };
}

const TENSOR: Fields = { 4: { name: 'float_data' }, 7: { name: 'int64_data' }, 9: { name: 'raw_data' } };
const MODEL: Fields = {
  7: {
    name: 'graph',
    fields: { 1: { name: 'node' }, 5: { name: 'initializer', fields: TENSOR }, 11: { name: 'input' } },
  },
};

const LONGEST_VARINT = 10;

/** Finds where an ONNX model is cut off or corrupt, by the lengths of its fields; null if they fit. */
export function locateBreak(
  bytes: Uint8Array,
  from = 0,
  end = bytes.length,
  fields: Fields = MODEL,
  within: readonly string[] = [],
): Break | null {
  const byteAt = (at: number) => bytes[at] as number;
  for (let at = from; at < end; ) {
    const broken = { at, within, missing: 0 };
    const tag = varint(byteAt, at, bytes.length);
    if (tag === null) return { ...broken, missing: 1 };
    const wire = tag.value % 8;
    const field = fields[Math.floor(tag.value / 8)];
    if (wire !== BYTES) {
      const number = wire === VARINT ? varint(byteAt, tag.next, bytes.length) : null;
      if (wire === VARINT && number === null && bytes.length - tag.next < LONGEST_VARINT)
        return { ...broken, missing: 1 };
      const fixed = wire === FIXED64 ? tag.next + 8 : wire === FIXED32 ? tag.next + 4 : null;
      const next = number?.next ?? fixed;
      if (next === null || next === undefined || tag.value < 8) return broken;
      if (next > end) return { ...broken, missing: next - end };
      at = next;
      continue;
    }
    const length = varint(byteAt, tag.next, bytes.length);
    if (length === null) return { ...broken, missing: 1 };
    const next = length.next + length.value;
    const inside = field === undefined ? within : [...within, field.name];
    if (field?.fields !== undefined) {
      const inner = locateBreak(bytes, length.next, Math.min(next, end), field.fields, inside);
      if (inner !== null) return { ...inner, missing: Math.max(inner.missing, next - end) };
    }
    if (next > end) return { at, within: inside, missing: next - end };
    at = next;
  }
  return null;
}

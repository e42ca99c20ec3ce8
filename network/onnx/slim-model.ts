// An ONNX file without its large values, which are referred to where they lie.
import protobuf from 'protobufjs';
import type { ByteSource } from '../byte-source.ts';
import { BYTES, FIXED32, FIXED64, VARINT, varint } from './wire.ts';

/** Stands where the name of another file would: the values are in the model's own. */
export const OWN_FILE = '\0';

/** Messages to look into, by field number (onnx.proto), down to raw values. */
interface Fields {
  readonly [field: number]: Fields | 'values';
}
const TENSOR: Fields = { 9: 'values' };
const GRAPH: Fields = { 1: { 5: { 5: TENSOR } }, 5: TENSOR };
const MODEL: Fields = { 7: GRAPH };

const EXTERNAL_DATA = 13;
const KEY = 1;
const VALUE = 2;
const tagOf = (field: number) => (field << 3) | BYTES;

/** Values of fewer bytes stay: shapes, numbers, and what is as long as a reference to it. */
const SMALL_BYTES = 2048;
const WINDOW_BYTES = 16_384;

/** Reads single bytes of a source, a window at a time. */
class Scanner {
  private window = new Uint8Array(0);
  private start = 0;
  readonly source: ByteSource;

  constructor(source: ByteSource) {
    this.source = source;
  }

  readonly byteAt = (at: number): number => {
    if (at < this.start || at >= this.start + this.window.length) {
      this.start = at;
      this.window = new Uint8Array(this.source.subarray(at, Math.min(this.source.length, at + WINDOW_BYTES)));
    }
    return this.window[at - this.start] as number;
  };
}

/** `external_data` that says where in the file the values are. */
function reference(from: number, length: number): Uint8Array {
  const writer = protobuf.Writer.create();
  for (const [key, value] of [
    ['location', OWN_FILE],
    ['offset', `${from}`],
    ['length', `${length}`],
  ] as const) {
    writer.uint32(tagOf(EXTERNAL_DATA)).fork();
    writer.uint32(tagOf(KEY)).string(key).uint32(tagOf(VALUE)).string(value);
    writer.ldelim();
  }
  return writer.finish();
}

/** A field of bytes, its tag and length before it. */
function framed(field: number, content: Uint8Array): Uint8Array {
  return protobuf.Writer.create().uint32(tagOf(field)).bytes(content).finish();
}

/** Where the next field begins behind one that holds no bytes; null if it is broken. */
function skipped(scanner: Scanner, wire: number, from: number, end: number): number | null {
  if (wire === VARINT) return varint(scanner.byteAt, from, end)?.next ?? null;
  if (wire === FIXED64) return from + 8;
  return wire === FIXED32 ? from + 4 : null;
}

function slimMessage(scanner: Scanner, from: number, end: number, fields: Fields): Uint8Array | null {
  const parts: Uint8Array[] = [];
  // What is kept as it is, is copied in runs.
  let kept = from;
  let at = from;
  while (at < end) {
    const tag = varint(scanner.byteAt, at, end);
    if (tag === null) return null;
    const field = Math.floor(tag.value / 8);
    if (tag.value % 8 !== BYTES) {
      const next = skipped(scanner, tag.value % 8, tag.next, end);
      if (next === null || next > end) return null;
      at = next;
      continue;
    }
    const length = varint(scanner.byteAt, tag.next, end);
    if (length === null || length.next + length.value > end) return null;
    const next = length.next + length.value;
    const inside = Object.hasOwn(fields, field) ? fields[field] : undefined;
    if (inside !== undefined && length.value > SMALL_BYTES) {
      const content =
        inside === 'values'
          ? reference(length.next, length.value)
          : slimMessage(scanner, length.next, next, inside);
      if (content === null) return null;
      parts.push(scanner.source.subarray(kept, at), inside === 'values' ? content : framed(field, content));
      kept = next;
    }
    at = next;
  }
  parts.push(scanner.source.subarray(kept, end));
  return Buffer.concat(parts);
}

/**
 * The bytes of an ONNX model without its weights: large raw values become `external_data` in {@link OWN_FILE}, by the
 * lengths of the fields alone, so that they are never read.
 * @returns null where the lengths do not fit
 */
export function slimModel(source: ByteSource): Uint8Array | null {
  return slimMessage(new Scanner(source), 0, source.length, MODEL);
}

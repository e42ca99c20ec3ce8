// The fields of a protobuf message, without a schema.
import { BYTES, FIXED32, FIXED64, VARINT, varint } from './wire.ts';

const FIXED_BYTES: Readonly<Record<number, number>> = { [FIXED64]: 8, [FIXED32]: 4 };

export interface Field {
  readonly field: number;
  /** With its tag. */
  readonly whole: Uint8Array;
  /** Null of what is no bytes. */
  readonly content: Uint8Array | null;
}

/** The fields of a message, in their order. @throws Error where they do not fit */
export function fieldsOf(message: Uint8Array): Field[] {
  const byteAt = (at: number) => message[at] as number;
  const broken = () => new Error('a model that breaks off');
  const number = (at: number) => {
    const found = varint(byteAt, at, message.length);
    if (found === null) throw broken();
    return found;
  };
  const fields: Field[] = [];
  for (let at = 0; at < message.length; ) {
    const tag = number(at);
    const wire = tag.value % 8;
    const field = Math.floor(tag.value / 8);
    if (wire === BYTES) {
      const length = number(tag.next);
      const end = length.next + length.value;
      if (end > message.length) throw broken();
      fields.push({ field, whole: message.subarray(at, end), content: message.subarray(length.next, end) });
      at = end;
    } else {
      const bytes = FIXED_BYTES[wire];
      if (wire !== VARINT && bytes === undefined) throw broken();
      const end = bytes === undefined ? number(tag.next).next : tag.next + bytes;
      fields.push({ field, whole: message.subarray(at, end), content: null });
      at = end;
    }
  }
  return fields;
}

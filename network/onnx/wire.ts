// The wire format of protobuf, as far as a file is looked through without decoding.

/** Wire types of protobuf (protobuf.dev/programming-guides/encoding). */
export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;

const LONGEST_VARINT = 10;

/** A number of 7 bits a byte, and where the next field begins; null if it does not end before `end`. */
export function varint(
  byteAt: (at: number) => number,
  from: number,
  end: number,
): { value: number; next: number } | null {
  let value = 0;
  for (let at = from; at < end && at < from + LONGEST_VARINT; at++) {
    const byte = byteAt(at);
    value += (byte & 0x7f) * 2 ** (7 * (at - from));
    if (byte < 0x80) return { value, next: at + 1 };
  }
  return null;
}

// Numbers in the 16 bits of an IEEE 754 half.

const HALF_EXPONENT_BIAS = 15;
const HALF_FRACTION_BITS = 10;

/** The number that the bits of an IEEE 754 half stand for. */
export function halfToFloat(bits: number): number {
  const sign = bits >> 15 === 0 ? 1 : -1;
  const exponent = (bits >> HALF_FRACTION_BITS) & 0x1f;
  const fraction = (bits & 0x3ff) / 2 ** HALF_FRACTION_BITS;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  // Subnormal numbers have no leading one.
  if (exponent === 0) return sign * fraction * 2 ** (1 - HALF_EXPONENT_BIAS);
  return sign * (1 + fraction) * 2 ** (exponent - HALF_EXPONENT_BIAS);
}

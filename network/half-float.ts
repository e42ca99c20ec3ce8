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

const FLOAT = new Float32Array(1);
const FLOAT_BITS = new Uint32Array(FLOAT.buffer);
const LARGEST_HALF = 65504;
/** From here on a number is nearer to what would come after the largest half. */
const INFINITE_FROM = 65520;
/** Below it, steps between halves are as large as at it. */
const SMALLEST_NORMAL = 2 ** -14;

function rounded(value: number): number {
  const down = Math.floor(value);
  const rest = value - down;
  return rest > 0.5 || (rest === 0.5 && down % 2 === 1) ? down + 1 : down;
}

/** The bits of the half nearest to a number, of two as near the even one. */
export function floatToHalf(value: number): number {
  FLOAT[0] = value;
  const sign = ((FLOAT_BITS[0] as number) >>> 31) << 15;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size >= INFINITE_FROM) return sign | 0x7c00;
  if (size > LARGEST_HALF) return sign | 0x7bff;
  if (size < SMALLEST_NORMAL) {
    // A half that rounds up to the smallest normal one has its bits.
    return sign | rounded(size * 2 ** (HALF_EXPONENT_BIAS - 1 + HALF_FRACTION_BITS));
  }
  const exponent = Math.floor(Math.log2(size));
  // The logarithm of what lies close below a power of two may be its own.
  const own = 2 ** exponent > size ? exponent - 1 : exponent;
  const fraction = rounded((size / 2 ** own - 1) * 2 ** HALF_FRACTION_BITS);
  return sign | (((own + HALF_EXPONENT_BIAS) << HALF_FRACTION_BITS) + fraction);
}

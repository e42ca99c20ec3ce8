// Functions of one number, by which an activation spelled out in arithmetic is known.
import type { ActivationFunction } from '../layer.ts';

export type ScalarFunction = (x: number) => number;

/** What a scalar function is to our layers. */
export type KnownFunction =
  | { readonly kind: 'identity' }
  | { readonly kind: 'affine'; readonly scale: number; readonly offset: number }
  | { readonly kind: 'activation'; readonly activation: ActivationFunction; readonly slope?: number };

export function clip(x: number, least: number, most: number): number {
  return Math.min(Math.max(x, least), most);
}

export const sigmoid: ScalarFunction = (x) => 1 / (1 + Math.exp(-x));

/** By its series near zero, by its continued fraction beyond: exact to 1e-12. */
export const erf: ScalarFunction = (x) => {
  const size = Math.abs(x);
  if (size > 6) return Math.sign(x);
  if (size < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; n < 60; n++) {
      term *= -(x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = size;
  for (let n = 60; n > 0; n--) fraction = size + n / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-size * size) / (Math.sqrt(Math.PI) * fraction));
};

const FUNCTIONS: readonly [ActivationFunction, ScalarFunction][] = [
  ['relu', (x) => Math.max(x, 0)],
  ['relu6', (x) => clip(x, 0, 6)],
  ['sigmoid', sigmoid],
  ['tanh', Math.tanh],
  ['elu', (x) => (x > 0 ? x : Math.expm1(x))],
  ['hard-swish', (x) => x * clip(x / 6 + 0.5, 0, 1)],
  ['swish', (x) => x * sigmoid(x)],
  ['gelu', (x) => (x / 2) * (1 + erf(x * Math.SQRT1_2))],
];

/** Points to compare functions at: dense where they bend, and far out where clips with large borders would show. */
const POINTS = [
  ...Array.from({ length: 97 }, (_, i) => (i - 48) / 4 + 0.01),
  ...[50, 1e3, 1e6, 1e12].flatMap((x) => [x, -x]),
];
/** Constants are rounded to float32, or written with a few digits (0.0447, 1.702). */
const TOLERANCE = 1e-5;

function agree(a: ScalarFunction, b: ScalarFunction): boolean {
  return POINTS.every((x) => {
    const [first, second] = [a(x), b(x)];
    return Math.abs(first - second) <= TOLERANCE * Math.max(1, Math.abs(second));
  });
}

/** Slopes were float32. */
function tidy(value: number): number {
  return Number(value.toPrecision(6));
}

/**
 * Recognizes a function by its values, however an exporter writes it: HardSwish as an operator, as x · HardSigmoid(x),
 * or as x · clip(x + 3, 0, 6) / 6. Null if none of our layers computes it.
 */
export function recognized(f: ScalarFunction): KnownFunction | null {
  const known = FUNCTIONS.find(([, other]) => agree(f, other));
  if (known !== undefined) return { kind: 'activation', activation: known[0] };
  const offset = f(0);
  const scale = f(1) - offset;
  if (agree(f, (x) => scale * x + offset)) {
    const isIdentity = Math.abs(scale - 1) <= 1e-7 && offset === 0;
    return isIdentity ? { kind: 'identity' } : { kind: 'affine', scale, offset };
  }
  const leak = -f(-1);
  if (agree(f, (x) => (x < 0 ? leak * x : x)))
    return { kind: 'activation', activation: 'leaky-relu', slope: tidy(leak) };
  const slope = f(0.5) - f(-0.5);
  if (agree(f, (x) => clip(slope * x + 0.5, 0, 1)))
    return { kind: 'activation', activation: 'hard-sigmoid', slope: tidy(slope) };
  return null;
}

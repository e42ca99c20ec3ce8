// Functions of one number, by which an activation spelled out in arithmetic is known.
import type { ActivationFunction } from '../layer.ts';

export type ScalarFunction = (x: number) => number;

/** What a scalar function is to our layers. */
export type KnownFunction =
  | { readonly kind: 'identity' }
  | { readonly kind: 'affine'; readonly scale: number; readonly offset: number }
  | {
      readonly kind: 'activation';
      readonly activation: ActivationFunction;
      readonly slope?: number;
      readonly least?: number;
      readonly most?: number;
    };

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

export const softplus: ScalarFunction = (x) => Math.log1p(Math.exp(-Math.abs(x))) + Math.max(x, 0);

/** Its two constants (arXiv 1706.02515), as ONNX's Selu has them by default. */
export const SELU = { alpha: 1.6732632423543772, gamma: 1.0507009873554805 } as const;

/** Gelu by a tanh (arXiv 1606.08415). */
export const geluTanh: ScalarFunction = (x) =>
  (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

const FUNCTIONS: readonly [ActivationFunction, ScalarFunction][] = [
  ['relu', (x) => Math.max(x, 0)],
  ['relu6', (x) => clip(x, 0, 6)],
  ['sigmoid', sigmoid],
  ['tanh', Math.tanh],
  ['elu', (x) => (x > 0 ? x : Math.expm1(x))],
  ['hard-swish', (x) => x * clip(x / 6 + 0.5, 0, 1)],
  ['swish', (x) => x * sigmoid(x)],
  ['gelu', (x) => (x / 2) * (1 + erf(x * Math.SQRT1_2))],
  ['gelu-tanh', geluTanh],
  ['softplus', softplus],
  ['mish', (x) => x * Math.tanh(softplus(x))],
  ['selu', (x) => SELU.gamma * (x > 0 ? x : SELU.alpha * Math.expm1(x))],
];

/** Points to compare functions at: dense where they bend, and far out where clips with large borders would show. */
const POINTS = [
  ...Array.from({ length: 97 }, (_, i) => (i - 48) / 4 + 0.01),
  ...[50, 1e3, 1e6, 1e12].flatMap((x) => [x, -x]),
];
const NEAR = 12;
/** Constants are rounded to float32, or written with a few digits (0.0447, 1.702). */
const TOLERANCE = 1e-5;

function agree(a: ScalarFunction, b: ScalarFunction): boolean {
  // What is small everywhere must agree in small.
  const unit = Math.min(1, Math.max(Math.abs(b(NEAR)), Math.abs(b(-NEAR))));
  return POINTS.every((x) => {
    const [first, second] = [a(x), b(x)];
    return Math.abs(first - second) <= TOLERANCE * Math.max(unit, Math.abs(second));
  });
}

/** Slopes were float32. */
function tidy(value: number): number {
  return Number(value.toPrecision(6));
}

/** Beyond the borders of any clip. */
const FAR = 1e12;

/** The clip that a function is, if it is one: what it makes of the farthest numbers are its borders. */
function clipOf(f: ScalarFunction): KnownFunction | null {
  const [least, most] = [f(-FAR), f(FAR)];
  const hasLeast = least > -FAR;
  const hasMost = most < FAR;
  const isClip = agree(f, (x) =>
    clip(x, hasLeast ? least : Number.NEGATIVE_INFINITY, hasMost ? most : Number.POSITIVE_INFINITY),
  );
  if (!isClip || (!hasLeast && !hasMost) || !(least < most)) return null;
  const borders = { ...(hasLeast ? { least } : {}), ...(hasMost ? { most } : {}) };
  return { kind: 'activation', activation: 'clip', ...borders };
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
  const clipped = clipOf(f);
  if (clipped !== null) return clipped;
  const leak = -f(-1);
  if (agree(f, (x) => (x < 0 ? leak * x : x)))
    return { kind: 'activation', activation: 'leaky-relu', slope: tidy(leak) };
  const bend = -f(-FAR);
  if (Number.isFinite(bend) && agree(f, (x) => (x > 0 ? x : bend * Math.expm1(x))))
    return { kind: 'activation', activation: 'elu', slope: tidy(bend) };
  const slope = f(0.5) - f(-0.5);
  if (agree(f, (x) => clip(slope * x + 0.5, 0, 1)))
    return { kind: 'activation', activation: 'hard-sigmoid', slope: tidy(slope) };
  return null;
}

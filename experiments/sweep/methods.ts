// What a sweep compares: ways to choose the widths of a network, and the forms each comes in.

/**
 * - `width-multiplier`: all widths by one factor.
 * - `slimming`: channels with the smallest |γ| go, wherever they are, after training with a price on each alike (network
 *   slimming, Liu et al., arXiv 1708.06519; Group-BN's rule).
 * - `knapsack`: the same γ, chosen by what channels save on the device.
 * - `flops`, `model-size`, `datasheet`, `latency`: MorphNet by FLOPs, by weights, by a datasheet's roofline, by the calibrated
 *   device.
 */
export const METHODS = [
  'width-multiplier',
  'slimming',
  'knapsack',
  'flops',
  'model-size',
  'datasheet',
  'latency',
] as const;
export type Method = (typeof METHODS)[number];

/** Those that somebody with a latency in mind would try. */
export const DEFAULT_METHODS: readonly Method[] = METHODS.filter((method) => method !== 'model-size');

/**
 * What MorphNet's methods come in: as shrunk; shrunk further and expanded (Algorithm 1); the expanded network shrunk and
 * expanded once more. The others are shrunk ones.
 */
export const FORMS = ['shrunk', 'expanded', 'twice'] as const;
export type Form = (typeof FORMS)[number];

/** What is priced along a method's shrink path; null without a path of its own. */
export function pathOf(method: Method): 'channels' | 'flops' | 'model-size' | 'datasheet' | 'latency' | null {
  switch (method) {
    case 'width-multiplier':
      return null;
    case 'slimming':
    case 'knapsack':
      return 'channels';
    default:
      return method;
  }
}
export type Path = NonNullable<ReturnType<typeof pathOf>>;

/** Forms of a method among those asked for. */
export function formsOf(method: Method, forms: readonly Form[]): Form[] {
  const path = pathOf(method);
  // All others price every channel alike, or none.
  return path === null || path === 'channels' ? ['shrunk'] : [...forms];
}

/** A network of a sweep, but for its seed. */
export interface Variant {
  readonly method: Method;
  readonly form: Form;
  /** Share of the seed network's measured latency, or of its FLOPs. */
  readonly budget: number;
}

export const variantId = ({ method, form, budget }: Variant) => `${method}-${form}-${budget}`;

/** All networks of one seed. */
export function variantsOf(
  methods: readonly Method[],
  forms: readonly Form[],
  budgets: readonly number[],
): Variant[] {
  return methods.flatMap((method) =>
    formsOf(method, forms).flatMap((form) => budgets.map((budget) => ({ method, form, budget }))),
  );
}

// What a sweep compares: ways to choose the widths of a network, and the forms each comes in.

/**
 * - `width-multiplier`: all widths by one factor.
 * - `slimming`: channels with the smallest |γ| go, wherever they are, after training with a price on each alike (network
 *   slimming, Liu et al., arXiv 1708.06519; Group-BN's rule).
 * - `knapsack`: the same γ, chosen by what channels save on the device.
 * - `flops`, `datasheet`, `latency`: MorphNet by FLOPs, by a datasheet's roofline, by the calibrated device.
 */
export const METHODS = ['width-multiplier', 'slimming', 'knapsack', 'flops', 'datasheet', 'latency'] as const;
export type Method = (typeof METHODS)[number];

/**
 * What MorphNet's methods come in: as shrunk; shrunk further and expanded (Algorithm 1); the expanded network shrunk and
 * expanded once more. The others are shrunk ones.
 */
export const FORMS = ['shrunk', 'expanded', 'twice'] as const;
export type Form = (typeof FORMS)[number];

/** What is priced along a method's shrink path; null without a path of its own. */
export function pathOf(method: Method): 'channels' | 'flops' | 'datasheet' | 'latency' | null {
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
  const isMorphNet = method === 'flops' || method === 'datasheet' || method === 'latency';
  return isMorphNet ? [...forms] : ['shrunk'];
}

/** A network of a sweep, but for its seed. */
export interface Variant {
  readonly method: Method;
  readonly form: Form;
  /** Share of the seed network's measured latency. */
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

// Functions of each element of a tensor that are no layers yet, and where their computation can be cut.
import type { ScalarFunction } from './scalar-functions.ts';
import type { Tensor } from './view.ts';

/**
 * A function of each element of a tensor, not made into layers yet: what comes behind may make another function of it
 * that one layer computes.
 */
export interface Pending {
  readonly kind: 'pending';
  /** Of the layer that it becomes. */
  readonly name: string;
  readonly base: Tensor;
  readonly apply: ScalarFunction;
  /** How many steps evaluating it takes. */
  readonly steps: number;
  /** Functions that all of it goes through, the first first, and what of it comes behind each. */
  readonly cuts: ReadonlyMap<Pending, ScalarFunction>;
  /** Makes the layers, once. */
  readonly make: () => Tensor;
}

/** A longer chain is made into layers on the way: a sum of a function with itself takes twice its steps. */
const MOST_STEPS = 200;
const MOST_CUTS = 12;

/** Steps of evaluating a function that is no layer yet. */
export function stepsOf(value: Tensor | Pending): number {
  return value.kind === 'pending' ? value.steps : 0;
}

/** Whether a function of so many steps is better made into layers at once. */
export function isLong(steps: number): boolean {
  return steps > MOST_STEPS;
}

/** What of a value comes behind each cut, itself included. */
function ownCuts(value: Tensor | Pending): Map<Pending, ScalarFunction> {
  return value.kind === 'pending' ? new Map([...value.cuts, [value, (x: number) => x]]) : new Map();
}

/** Cuts of a step behind a value. */
export function cutsBehind(value: Tensor | Pending, step: ScalarFunction): Map<Pending, ScalarFunction> {
  const cuts = [...ownCuts(value)].slice(-MOST_CUTS);
  return new Map(cuts.map(([cut, apply]) => [cut, (x: number) => step(apply(x))]));
}

/** Cuts that both operands go through. */
export function commonCuts(
  a: Tensor | Pending,
  b: Tensor | Pending,
  compute: (a: number, b: number) => number,
): Map<Pending, ScalarFunction> {
  const others = ownCuts(b);
  const common = [...ownCuts(a)].flatMap(([cut, f]): [Pending, ScalarFunction][] => {
    const g = others.get(cut);
    return g === undefined ? [] : [[cut, (x) => compute(f(x), g(x))]];
  });
  return new Map(common.slice(-MOST_CUTS));
}

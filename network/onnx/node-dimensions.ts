// What nodes say of dimensions: axes, target sizes, slices, spreading.
import type { NodeSite } from './node-site.ts';
import { valueCount } from './tensors.ts';

/** The shape that shapes are spread to; null where sizes differ that are not 1. */
export function spreadDims(all: readonly (readonly number[])[]): number[] | null {
  const rank = Math.max(0, ...all.map(({ length }) => length));
  const result: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const sizes = all.map((dims) => dims[axis - rank + dims.length] ?? 1).filter((size) => size !== 1);
    if (new Set(sizes).size > 1) return null;
    result.push(sizes[0] ?? 1);
  }
  return result;
}

/** The order of a transpose, reversed by default. */
export function permutation(site: NodeSite, rank: number): number[] {
  const given = site.ints('perm') ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
  const order = given.map((axis) => site.axis(axis, rank));
  if (order.length === rank && new Set(order).size === rank) return order;
  return site.fail(`perm [${given}] of ${rank} dimensions`, 'each of them once', 'correct the model');
}

/** Start, end and step along each sliced axis; attributes up to opset 9, inputs since. */
export function sliceRanges(site: NodeSite, sizes: readonly number[]) {
  const starts = site.ints('starts') ?? site.numbers(1, 'starts') ?? [];
  const ends = site.ints('ends') ?? site.numbers(2, 'ends') ?? [];
  const axes = site.ints('axes') ?? site.numbers(3, 'axes') ?? starts.map((_, i) => i);
  const steps = site.numbers(4, 'steps') ?? starts.map(() => 1);
  return starts.map((start, i) => {
    const axis = site.axis(axes[i] ?? i, sizes.length);
    const size = sizes[axis] as number;
    const step = steps[i] ?? 1;
    if (step === 0) site.fail('steps of 0', 'other steps', 'correct the model');
    // Backwards a slice begins at the last element and ends before the first.
    const [least, most] = step > 0 ? [0, size] : [-1, size - 1];
    const border = (at: number) => Math.min(Math.max(at < 0 ? at + size : at, least), most);
    return { axis, from: Math.max(border(start), 0), to: border(ends[i] ?? size), step };
  });
}

/** How many elements a slice takes. */
export function sliceCount({ from, to, step }: { from: number; to: number; step: number }): number {
  return Math.max(0, Math.ceil((to - from) / step));
}

/** Sizes of a reshape: 0 keeps one, −1 takes what is left. */
export function targetSizes(site: NodeSite, from: readonly number[], target: readonly number[]): number[] {
  const keepsZero = site.int('allowzero', 0) === 0;
  const sizes = target.map((size, axis) => (size === 0 && keepsZero ? (from[axis] ?? 0) : size));
  const known = valueCount(sizes.filter((size) => size !== -1));
  const result = sizes.map((size) => (size === -1 ? valueCount(from) / known : size));
  if (valueCount(result) === valueCount(from) && result.every(Number.isInteger)) return result;
  return site.fail(`a reshape of [${from}] to [${target}]`, 'as many elements', 'export the model again');
}

/** Axes of squeeze, unsqueeze and reductions: an attribute in old operators, an input in new ones. */
export function axesOf(site: NodeSite, input = 1): number[] | undefined {
  return site.ints('axes') ?? site.numbers(input, 'axes');
}

export function squeezed<T>(site: NodeSite, dims: readonly T[], isOne: (dim: T) => boolean): T[] {
  const axes = axesOf(site)?.map((axis) => site.axis(axis, dims.length));
  return dims.filter((dim, axis) => !(axes?.includes(axis) ?? isOne(dim)));
}

export function unsqueezed<T>(site: NodeSite, dims: readonly T[], one: T): T[] {
  const axes = axesOf(site) ?? [];
  const rank = dims.length + axes.length;
  const places = new Set(axes.map((axis) => site.axis(axis, rank)));
  const left = [...dims];
  return Array.from({ length: rank }, (_, axis) => (places.has(axis) ? one : (left.shift() as T)));
}

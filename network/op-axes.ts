// Sizes of operators' tensors as products of atoms, of which those that must be equal are one.

/** A size that is no product of others, as far as is known. */
export interface Atom {
  readonly size: number;
  /** Whether it keeps its size. */
  isPinned: boolean;
  /** The one that it is the same as. */
  same: Atom | null;
  /** What it is the product of, the slower first. */
  parts: readonly [Atom, Atom] | null;
}

/** A dimension: a product of atoms, the slowest first. */
export type Axis = readonly Atom[];

/** Stands for the batch, whose size is any. */
export const BATCH_SIZE = -1;

export function atom(size: number, isPinned = false): Atom {
  return { size, isPinned, same: null, parts: null };
}

function rootOf(given: Atom): Atom {
  let root = given;
  while (root.same !== null) root = root.same;
  return root;
}

/** The atoms of an axis as far as they are known to be products. */
export function atomsOf(axis: Axis): Atom[] {
  return axis.flatMap((each) => {
    const root = rootOf(each);
    return root.parts === null ? [root] : atomsOf(root.parts);
  });
}

export function sizeOfAxis(axis: Axis): number {
  return axis.reduce((product, { size }) => product * size, 1);
}

export function pin(axis: Axis): void {
  for (const each of atomsOf(axis)) each.isPinned = true;
}

function split(whole: Atom, outer: number): readonly [Atom, Atom] {
  const parts = [atom(outer, whole.isPinned), atom(whole.size / outer, whole.isPinned)] as const;
  whole.parts = parts;
  return parts;
}

/** Takes the atom apart so that the first part has that size; null where it cannot be. */
function splitAt(whole: Atom, outer: number): readonly [Atom, Atom] | null {
  if (whole.size === BATCH_SIZE || outer === BATCH_SIZE || whole.size % outer !== 0) return null;
  return split(whole, outer);
}

/** Makes two products of the same size the same, atom by atom; what cannot be matched is pinned. */
export function unify(first: Axis, second: Axis): void {
  let a = atomsOf(first);
  let b = atomsOf(second);
  while (a.length > 0 && b.length > 0) {
    const [x, ...restOfA] = atomsOf(a) as [Atom, ...Atom[]];
    const [y, ...restOfB] = atomsOf(b) as [Atom, ...Atom[]];
    if (x === y || x.size === y.size) {
      if (x !== y) {
        y.same = x;
        x.isPinned ||= y.isPinned;
      }
      [a, b] = [restOfA, restOfB];
      continue;
    }
    const parts = x.size > y.size ? splitAt(x, y.size) : splitAt(y, x.size);
    if (parts === null) break;
    if (x.size > y.size)
      [a, b] = [
        [...parts, ...restOfA],
        [y, ...restOfB],
      ];
    else
      [a, b] = [
        [x, ...restOfA],
        [...parts, ...restOfB],
      ];
  }
  pin([...a, ...b]);
}

/** Leaves at most one atom of an axis that may vary: the slowest. */
export function keepOneFree(axis: Axis): void {
  pin(
    atomsOf(axis)
      .filter(({ isPinned }) => !isPinned)
      .slice(1),
  );
}

// ONNX operators that show the elements of a tensor in other dimensions, or pass it on.
import type { Value } from './draft.ts';
import { permutation, squeezed, targetSizes, unsqueezed } from './node-dimensions.ts';
import type { NodeReader, NodeSite } from './node-site.ts';
import type { Pending } from './pending.ts';
import { constant } from './tensors.ts';
import { type Part, reshaped, sizeOf, sizesOf, type Tensor, type View, viewText } from './view.ts';

/** The same elements in other dimensions: no layer yet. */
function seenAs(value: Tensor | Pending, view: View): Value {
  if (value.kind === 'tensor') return { ...value, view };
  return { ...value, base: { ...value.base, view }, make: () => ({ ...value.make(), view }) };
}

function withSizes(site: NodeSite, value: Tensor | Pending, sizes: readonly number[]): Value {
  const from = site.draft.viewOf(value);
  const view = reshaped(from, sizes);
  if (view !== null) return seenAs(value, view);
  return site.unsupported(
    `a reshape of ${viewText(from)} to [${sizes}]`,
    'dimensions split or joined within the image, its batch left alone',
  );
}

const reshape: NodeReader = (site) => {
  const value = site.computed(0);
  const target = site.ints('shape') ?? site.numbers(1, 'a shape') ?? [];
  return withSizes(site, value, targetSizes(site, sizesOf(site.draft.viewOf(value)), target));
};

const flatten: NodeReader = (site) => {
  const value = site.computed(0);
  const sizes = sizesOf(site.draft.viewOf(value));
  const axis =
    site.int('axis', 1) === sizes.length ? sizes.length : site.axis(site.int('axis', 1), sizes.length);
  const count = (part: readonly number[]) => part.reduce((product, size) => product * size, 1);
  return withSizes(site, value, [count(sizes.slice(0, axis)), count(sizes.slice(axis))]);
};

const transpose: NodeReader = (site) => {
  const value = site.computed(0);
  const view = site.draft.viewOf(value);
  const order = permutation(site, view.length);
  return seenAs(
    value,
    order.map((axis) => view[axis] as readonly Part[]),
  );
};

const squeeze: NodeReader = (site) => {
  const value = site.computed(0);
  const view = site.draft.viewOf(value);
  return seenAs(
    value,
    squeezed(site, view, (parts) => sizeOf(parts) === 1),
  );
};

const unsqueeze: NodeReader = (site) => {
  const value = site.computed(0);
  return seenAs(value, unsqueezed(site, site.draft.viewOf(value), []));
};

const shape: NodeReader = (site) => {
  const sizes = sizesOf(site.draft.viewOf(site.computed(0)));
  const part = sizes.slice(site.int('start', 0), site.hasAttribute('end') ? site.int('end', 0) : undefined);
  return constant([part.length], part);
};

/** Passes its input on: a cast between floats, dropout at inference. */
const same: NodeReader = (site) => site.value(0);

export const ARRANGE_READERS: Readonly<Record<string, NodeReader>> = {
  Reshape: reshape,
  Flatten: flatten,
  Transpose: transpose,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Shape: shape,
  Identity: same,
  Dropout: same,
};

// ONNX operators that arrange the elements of a tensor, or pass it on.
import type { Pending, Value } from './draft.ts';
import { squeezed, targetSizes, unsqueezed } from './node-dimensions.ts';
import type { NodeReader, NodeSite } from './node-site.ts';
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
  const order = site.ints('perm') ?? view.map((_, axis) => view.length - 1 - axis);
  return seenAs(
    value,
    order.map((axis) => view[site.axis(axis, view.length)] as readonly Part[]),
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

/** Zeros around the map; begins of all dimensions, then ends. */
const pad: NodeReader = (site) => {
  const { draft } = site;
  const tensor = site.tensor(0);
  const rank = tensor.view.length;
  const given = site.ints('pads') ?? site.ints('paddings') ?? site.numbers(1, 'pads') ?? [];
  const axes = (site.numbers(3, 'axes') ?? tensor.view.map((_, axis) => axis)).map((axis) =>
    site.axis(axis, rank),
  );
  const mode = site.text('mode', 'constant');
  const fill = site.has(2) ? (site.constant(2, 'a value').values[0] ?? 0) : site.float('value', 0);
  if (given.every((pixels) => pixels === 0)) return tensor;
  if (mode !== 'constant' || fill !== 0)
    site.unsupported(`${mode} padding${mode === 'constant' ? ` of ${fill}` : ''}`, 'zeros');
  const { layer, order } = draft.arranged(tensor, site.fail);
  const of = (axis: number) => {
    const at = axes.indexOf(axis);
    return at < 0 ? [0, 0] : [given[at] ?? 0, given[at + axes.length] ?? 0];
  };
  const pixelAxes = order === 'last' ? [1, 2] : [2, 3];
  const elsewhere = tensor.view.some(
    (_, axis) => !pixelAxes.includes(axis) && of(axis).some((pixels) => pixels !== 0),
  );
  if (elsewhere || given.some((pixels) => pixels < 0) || draft.shapeOf(layer).flat)
    site.unsupported(`pads [${given}] of ${viewText(tensor.view)}`, 'zeros added to height and width');
  const [[top = 0, bottom = 0] = [], [left = 0, right = 0] = []] = pixelAxes.map(of);
  const padded = site.add({ kind: 'pad', inputs: [layer], padding: { top, bottom, left, right } });
  return draft.tensor(padded, order === 'last' ? 'last' : 'first');
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
  Pad: pad,
  Shape: shape,
  Identity: same,
  Dropout: same,
};
